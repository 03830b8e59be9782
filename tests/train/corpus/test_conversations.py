"""From labels and rationales to answers: what is said, what is left unsaid, and where it is decided."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.conversation import END
from model.facs import FABA, LIST_ORDER
from model.mini.rationale import au_rationale, emotion_rationale
from model.tasks import TASKS
from train.corpus.conversations import make_row
from train.corpus.decisions import decisions, undecided_spans

ABSENT = {code: {"state": "absent"} for code in FABA}
SETS = st.sets(st.sampled_from(FABA))


def states(present=(), unseen=()) -> dict:
    said = {**ABSENT, **{code: {"state": "present", "intensity": "C"} for code in present}}
    return {**said, **{code: {"state": "not_visible"} for code in unseen}}


def text_of(spans, answer: str) -> list[str]:
    return [(answer + END)[start:end] for start, end in spans]


def test_a_persons_text_is_learned_where_it_says_the_labels():
    text = "The face looks happy, with its lip corners up."
    row = make_row("emotion", "p", {"emotion": "happiness"}, {"emotion": text})
    assert (row.answer, row.written) == (text, "rationale")


@pytest.mark.parametrize("text", ["", "The lip corners are up.", "The face is sad."])
def test_a_text_that_names_no_label_or_another_gives_way_to_one_made_from_the_labels(text):
    row = make_row("emotion", "p", {"emotion": "happiness"}, {"emotion": text})
    assert row.written == "labels"
    assert TASKS["emotion"].parse(row.answer) == "happiness"


def test_an_au_text_that_misses_an_au_gives_way():
    text = "1. AU12 - Lip Corner Puller: The lip corners go up."
    row = make_row("au", "p", {"au": states(["AU6", "AU12"])}, {"au": text})
    assert row.written == "labels" and TASKS["au"].parse(row.answer) == ("AU6", "AU12")
    assert make_row("au", "p", {"au": states(["AU12"])}, {"au": text}).answer == text


@pytest.mark.parametrize("labels", [{"emotion": "cant_tell"}, {}, {"emotion": None}])
def test_an_emotion_that_nobody_could_tell_gives_no_row(labels):
    assert make_row("emotion", "p", labels) is None


@pytest.mark.parametrize("labels", [{}, {"au": {}}, {"au": states(unseen=FABA)}])
def test_aus_that_nobody_coded_give_no_row(labels):
    assert make_row("au", "p", labels) is None


def test_an_au_that_is_not_visible_is_asserted_neither_way():
    row = make_row("au", "p", {"au": states(["AU1", "AU12"], unseen=["AU43"])})
    assert "AU43" not in row.answer
    # Down the face AU43 would stand before AU12, so whether AU12 comes next there is not learned.
    assert text_of(row.unlearned, row.answer) == ["AU12"]


def test_an_unseen_au_that_would_come_last_leaves_the_lists_end_open():
    row = make_row("au", "p", {"au": states(["AU1", "AU12"], unseen=["AU17"])})
    assert text_of(row.unlearned, row.answer) == [END]
    text = au_rationale(["AU1", "AU12"], np.random.default_rng(0))
    row = make_row("au", "p", {"au": states(["AU1", "AU12"], unseen=["AU17"])}, {"au": text})
    assert row.written == "rationale" and text_of(row.unlearned, row.answer) == ["\nThis"]


def test_aus_that_a_data_set_never_coded_are_like_unseen_ones():
    coded = {code: state for code, state in states(["AU12"]).items() if code != "AU43"}
    row = make_row("au", "p", {"au": coded})
    assert text_of(row.unlearned, row.answer) == ["AU12"]


def test_a_text_without_a_place_for_the_unseen_au_gives_way():
    text = "AU12 and AU1 are active."
    assert make_row("au", "p", {"au": states(["AU1", "AU12"])}, {"au": text}).written == "rationale"
    row = make_row("au", "p", {"au": states(["AU1", "AU12"], unseen=["AU43"])}, {"au": text})
    assert row.written == "labels" and row.unlearned


@given(SETS, SETS, st.integers(0, 9))
def test_no_answer_asserts_an_unseen_au_and_each_has_a_place_that_is_not_learned(present, unseen, seed):
    present = present - unseen
    text = au_rationale(present, np.random.default_rng(seed))
    row = make_row("au", "p", {"au": states(present, unseen)}, {"au": text})
    if row is None:
        assert len(unseen) == len(FABA)
        return
    assert set(TASKS["au"].parse(row.answer)) == present
    assert bool(row.unlearned) == bool(unseen)
    assert row.unlearned == (undecided_spans(row.answer, sorted(unseen)) or ())


@given(SETS, st.integers(0, 9))
def test_each_au_of_an_answer_is_decided_once_and_then_the_end(present, seed):
    text = au_rationale(present, np.random.default_rng(seed))
    named = [one.label for one in decisions("au", text) if one.label]
    assert named == [code for code in LIST_ORDER if code in present]
    assert decisions("au", text)[-1].label is None


@given(st.sampled_from(TASKS["emotion"].labels), SETS, st.integers(0, 9))
def test_an_emotions_word_is_its_decision(emotion, present, seed):
    text = emotion_rationale(emotion, present, np.random.default_rng(seed))
    (one,) = decisions("emotion", text)
    assert text[one.start : one.end].strip() == emotion == one.label


def test_a_row_is_a_conversation_of_faba_instruct():
    row = make_row("au", "p", {"au": states(["AU12"])})
    assert row.conversation() == [
        {"from": "human", "value": "What AUs are conveyed by this face?\n<image>"},
        {"from": "gpt", "value": row.answer},
    ]
