"""The corrected scorer reads what answers mean, and counts it as stated."""

import pytest

from tests.train.bench.goldens import adversarial, golden, truth_and_answers
from train.bench import corrected, paper
from train.bench.errors import BenchError

WANTED = 0.98


def right(scorer, task: str) -> tuple[int, int]:
    """How many of the adversarial sentences a scorer reads right, and how many there are."""
    cases = adversarial(task)
    if task == "emotion":
        return sum(scorer.read_emotion(case["text"]) == case["truth"] for case in cases), len(cases)
    read = [scorer.read_action_units(case["text"], "FABA") for case in cases]
    return sum(found == case["truth"] for found, case in zip(read, cases, strict=True)), len(cases)


@pytest.mark.parametrize("task", ["emotion", "au"])
def test_adversarial_sentences_are_read_right_and_far_better_than_by_the_paper_s_rules(task):
    count, total = right(corrected, task)
    of_paper, _ = right(paper, task)
    print(f"{task}: corrected {count}/{total}, paper {of_paper}/{total}")
    assert count >= WANTED * total and of_paper < 0.5 * total


def test_there_are_enough_sentences_and_none_twice():
    cases = adversarial("emotion") + adversarial("au")
    assert len({(case["task"], case["text"]) for case in cases}) == len(cases) >= 300


def entry(name: str, label: object, text: str = "A face.") -> dict:
    return {"id": name, "label": label, "gpt4": text}


@pytest.mark.parametrize(
    "answer, emotion",
    [
        ({"emotion": "fear", "text": "He looks happy."}, "fear"),
        ({"emotion": None, "text": "He looks happy."}, None),
        ({"text": "He looks happy."}, "happiness"),
        ({"emotion": ["Angry"]}, "anger"),
        ('{"emotion": "Sadness", "rationale": "No joy."}', "sadness"),
        ('```json\n{"emotion": "disgust"}\n```', "disgust"),
        ('{"emotion": "disgust"', "disgust"),
        ("", None),
    ],
)
def test_labels_of_structured_answers_are_taken_as_they_stand(answer, emotion):
    assert corrected.read_emotion(answer) == emotion


@pytest.mark.parametrize(
    "answer, units",
    [
        ({"action_units": ["AU12", "AU6"], "text": "AU1"}, ["AU6", "AU12"]),
        ({"action_units": [12, 6]}, ["AU6", "AU12"]),
        ({"action_units": []}, []),
        ({"action_units": None, "text": "AU1"}, []),
        ({"AUs": "6, 12"}, ["AU6", "AU12"]),
        ({"action_units": {"AU6": True, "AU12": False}}, ["AU6"]),
        ({"action_units": {"AU6": 0.8, "AU12": 0.2, "AU1": "no"}}, ["AU6"]),
        ({"action_units": ["AU06", "smile", "AU99", 12]}, ["AU6", "AU12"]),
        ({"action_units": 12}, ["AU12"]),
        ('{"action_units": ["AU06"]}', ["AU6"]),
        ("AU6 is absent, but AU 12 is there.", ["AU12"]),
    ],
)
def test_action_units_of_structured_answers_are_taken_as_they_stand(answer, units):
    assert corrected.read_action_units(answer, "FABA") == units


@pytest.mark.parametrize(
    "label, units",
    [
        ("1, 2, 25", ["AU1", "AU2", "AU25"]),
        ("1,2;25", ["AU1", "AU2", "AU25"]),
        ("[1, 2]", ["AU1", "AU2"]),
        ("AU 1, au02", ["AU1", "AU2"]),
        ([2, "1"], ["AU1", "AU2"]),
        (12, ["AU12"]),
        ("12, 45", ["AU12"]),
        ("", []),
        ("none", []),
    ],
)
def test_labels_are_read_however_they_are_written(label, units):
    assert corrected.read_label(label, "FABA") == units


@pytest.mark.parametrize("label", ["1, 99", "smile", "-1", "3", "1.5", True, None, [1, None]])
def test_what_is_no_au_is_refused_by_name(label):
    with pytest.raises(BenchError, match="no action unit"):
        corrected.read_label(label, "FABA")


def test_sentences_that_only_deny_are_removed_and_noses_stay():
    text = "The nose is wrinkled. There is no anger. Not joy, but disgust. The annoyed look isn’t there. AU9."
    assert corrected.without_negated_sentences(text) == "The nose is wrinkled. Not joy, but disgust. AU9."


def test_f1_is_counted_wherever_it_is_defined():
    truth = [entry("a", "1, 2"), entry("b", "1, 4")]
    found = corrected.score("au", "DISFA", truth, {"a": "AU1, AU6", "b": "AU1, AU4"})
    f1 = {code: row["F1"] for code, row in found["per_AU"].items()}
    assert f1 == {
        "AU1": 1,
        "AU2": 0,
        "AU4": 1,
        "AU6": 0,
        "AU9": None,
        "AU12": None,
        "AU25": None,
        "AU26": None,
    }
    assert found["S_re"] == 50 and found["undefined"] == ["AU9", "AU12", "AU25", "AU26"]
    assert found["micro_F1"] == pytest.approx(100 * 6 / 8)
    assert found["per_AU"]["AU1"]["support"] == 2


def test_an_answer_without_an_emotion_is_wrong_not_happiness():
    truth = [entry("a", "Happiness"), entry("b", "Fear"), entry("c", "Happiness")]
    found = corrected.score("emotion", "FABA", truth, {"a": "", "b": "Fear.", "c": "joy"})
    assert found["S_re"] == pytest.approx(200 / 3) and found["none_said"] == ["a"]
    assert found["confusion"][0] == [1, 0, 0, 0, 0, 0, 0, 1]
    assert found["balanced_accuracy"] == pytest.approx(75)
    assert found["macro_F1"] == pytest.approx(100 * (2 / 3 + 1) / 2)


def test_rouge_counts_an_empty_answer_as_nothing_and_skips_a_missing_reference():
    truth = [entry("a", 0, "The lips are parted."), entry("b", 0, "Two words"), entry("c", 0, "")]
    found = corrected.score("emotion", "RAF-DB", truth, {"a": "the LIPS are parted", "b": "", "c": "x"})
    assert found["S_ge"] == pytest.approx(50) and found["n_rouge"] == 2


def test_the_same_sets_can_be_scored_both_ways():
    for task in ("au", "emotion"):
        found = corrected.score(task, "FABA", *truth_and_answers(golden(f"dataset_{task}")["samples"]))
        assert found["S_rege"] == pytest.approx(found["S_re"] + found["S_ge"])
