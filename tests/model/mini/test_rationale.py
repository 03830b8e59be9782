"""The texts that the mini learns say their labels, vary a little, and leave room above the scores that
are asked for.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.facs import FABA, LIST_ORDER
from model.mini.rationale import au_rationale, ceilings, emotion_rationale, short_questions
from model.tasks import TASKS

EMOTIONS = TASKS["emotion"].labels
UNITS = st.sets(st.sampled_from(FABA), max_size=12)
SEEDS = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@given(UNITS, SEEDS)
def test_an_au_text_says_its_labels_and_lists_them_down_the_face(units, rng):
    text = au_rationale(units, rng)
    assert set(TASKS["au"].parse(text)) == units
    assert [slot.written for slot in TASKS["au"].slots(text)[:-1]] == [
        unit for unit in LIST_ORDER if unit in units
    ]


@given(st.sampled_from(EMOTIONS), UNITS, SEEDS)
def test_an_emotion_text_names_its_emotion_in_the_first_sentence(emotion, units, rng):
    text = emotion_rationale(emotion, units, rng)
    assert TASKS["emotion"].parse(text) == TASKS["emotion"].parse(text.split(". ")[0]) == emotion
    assert 40 <= len(text.split()) <= 66


@given(st.sampled_from(EMOTIONS), SEEDS)
def test_an_emotion_s_word_stands_after_words_that_tell_no_emotion(emotion, rng):
    (slot,) = TASKS["emotion"].slots(emotion_rationale(emotion, [], rng))
    assert slot.prefix.endswith("this face is")


def test_the_same_seed_gives_the_same_text():
    one, other = (au_rationale(["AU4", "AU7"], np.random.default_rng(5)) for _ in range(2))
    assert one == other


def test_faces_with_one_emotion_read_differently_where_their_aus_differ():
    rng = np.random.default_rng(0)
    smile = emotion_rationale("happiness", ["AU6", "AU12"], rng)
    open_smile = emotion_rationale("happiness", ["AU12", "AU25"], rng)
    assert "cheeks" in smile and "cheeks" not in open_smile


def test_short_questions_have_the_labels_as_answers():
    answers = dict(short_questions(["AU2", "AU1"], "surprise", np.random.default_rng(0)))
    assert answers["List the AU codes of this face."] == "AU1, AU2"
    assert answers["Name the emotion of this face in one word."] == "surprise"
    none = dict(short_questions([], "neutral", np.random.default_rng(0)))
    assert none["List the AU codes of this face."] == "none"


def test_an_unknown_au_is_refused():
    with pytest.raises(KeyError, match="AU99"):
        au_rationale(["AU99"], np.random.default_rng(0))


def test_two_texts_for_the_same_labels_agree_far_beyond_the_scores_that_are_asked_for():
    found = ceilings(80)
    assert found["au"] >= 0.85
    assert 0.70 <= found["emotion"] <= 0.85
