"""The paper's scorer repeats the reference's outputs, record by record and as whole sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.train.bench.goldens import golden, truth_and_answers
from train.bench import paper
from train.bench.errors import BenchError
from train.bench.tables import DATASETS, EMOTIONS

TABLES = golden("tables")


def test_the_tables_are_the_reference_s():
    for dataset, columns in TABLES["au_index"].items():
        assert [f"AU{number}" for number in columns] == list(DATASETS[dataset].columns)
    assert [name.lower() for name in TABLES["emotion_index"]] == list(EMOTIONS)


def test_every_golden_emotion_is_read_as_the_reference_reads_it():
    for record in golden("emotion"):
        index = record["emotion_idx"]
        wanted = EMOTIONS[index] if isinstance(index, int) else None
        assert paper.read_emotion(record["text"]) == wanted, record
        assert paper.without_negated_sentences(record["text"]) == record["after_negation_removal"], record


@pytest.mark.parametrize("dataset", TABLES["au_index"])
def test_every_golden_au_text_and_label_is_read_as_the_reference_reads_it(dataset):
    columns = DATASETS[dataset].columns
    for name, key, read in (
        ("au_text", "text", paper.read_action_units),
        ("au_label_string", "label", paper.read_label),
    ):
        for record in golden(name):
            wanted = [c for c, there in zip(columns, record["labels"][dataset], strict=True) if there]
            assert read(record[key], dataset) == wanted, record


def test_every_golden_rouge_is_met_and_none_stands_where_the_package_fails():
    for record in golden("rouge"):
        found = paper.rouge_l(record["ref"], record["pred"])
        if isinstance(record["f"], str):
            assert found is None, record
        else:
            assert found == pytest.approx(record["f"], abs=1e-9), record


def test_every_golden_f1_and_accuracy_is_met():
    for record in golden("acc_f1"):
        assert paper.f1_and_accuracy(record["cm"]) == pytest.approx((record["f1"], record["acc"]), abs=1e-12)


@pytest.mark.parametrize("dataset", TABLES["au_index"])
def test_a_golden_au_set_has_the_reference_s_figures(dataset):
    data = golden("dataset_au")
    found = paper.score("au", dataset, *truth_and_answers(data["samples"]))
    expected = data["expected"][dataset]
    for figure in ("S_re", "S_ge", "S_rege"):
        assert found[figure] == pytest.approx(expected[figure], abs=1e-9)
    assert found["mean_F1"] == pytest.approx(expected["mean_F1"], abs=1e-12)
    assert found["mean_accuracy"] == pytest.approx(expected["mean_acc"], abs=1e-12)
    assert found["n_rouge"] == expected["n_rouge"]
    assert [code.removeprefix("AU") for code in found["per_AU"]] == expected["select_AUs"]
    for code, row in found["per_AU"].items():
        wanted = expected["per_AU"][code.removeprefix("AU")]
        assert row.get("dropped", False) == wanted.get("skipped", False)
        if "F1" in wanted:
            assert (row["F1"], row["accuracy"]) == pytest.approx((wanted["F1"], wanted["acc"]), abs=1e-12)
            assert row["confusion"] == wanted["cm"]
    printed = ", ".join(f"{code}: {100 * f1:.2f}" for code, f1 in found["as_printed"].items())
    assert printed in expected["result_output_txt"]


def test_the_golden_emotion_set_has_the_reference_s_figures():
    data = golden("dataset_emotion")
    found = paper.score("emotion", "FABA", *truth_and_answers(data["samples"]))
    for figure in ("S_re", "S_ge", "S_rege"):
        assert found[figure] == pytest.approx(data["expected"][figure], abs=1e-9)
    assert found["n_rouge"] == data["expected"]["n_rouge"]
    assert found["crashed"] == ["pe007", "pe026", "pe045"]


def entry(name: str, label: object, text: str = "A face.") -> dict:
    return {"id": name, "label": label, "gpt4": text}


def test_an_answer_that_crashes_the_reference_is_wrong_and_counted():
    truth = [entry("a", "Happiness"), entry("b", 3)]
    found = paper.score("emotion", "FABA", truth, {"a": "happiness", "b": "Pure anger."})
    assert (found["S_re"], found["crashed"]) == (50, ["a"])


def test_a_face_without_an_answer_is_scored_as_an_empty_one_and_named():
    found = paper.score("emotion", "FABA", [entry("a", 0), entry("b", 0)], {"a": "Pure happiness."})
    assert (found["S_re"], found["missing"], found["n_rouge"]) == (50, ["b"], 1)


def test_a_set_of_which_every_au_is_dropped_has_no_figure():
    found = paper.score("au", "DISFA", [entry("a", "1, 2")], {"a": "AU1 and AU2."})
    assert found["S_re"] is None and found["S_rege"] is None and len(found["dropped"]) == 8


def test_ids_may_be_numbers():
    assert (
        paper.score("au", "DISFA", [entry(7, "1"), entry(8, "")], {"7": "AU1."})["per_AU"]["AU1"]["F1"] == 1
    )


@pytest.mark.parametrize(
    "task, dataset, truth, answers, message",
    [
        ("emotion", "FABA", [entry("a", 7)], {}, "not in the table"),
        ("emotion", "FABA", [entry("a", "Boredom")], {}, "Boredom"),
        ("emotion", "FABA", [entry("a", True)], {}, "True"),
        ("emotion", "FABA", [entry("a", 0), entry("a", 1)], {}, "'a' stands there twice"),
        ("emotion", "FABA", [entry("a", 0)], {"b": "x"}, "'b'"),
        ("emotion", "FABA", [entry("a", 0)], {"a": 3.5}, "3.5 is not a text"),
        ("emotion", "FABA", [], {}, "no entries"),
        ("emotion", "BP4D", [entry("a", 0)], {}, "FABA, RAF-DB"),
        ("au", "RAF-DB", [entry("a", "1")], {}, "FABA, BP4D, DISFA, GFT, EmotioNet"),
        ("age", "FABA", [entry("a", 0)], {}, "emotion, au"),
    ],
)
def test_what_cannot_be_scored_is_named(task, dataset, truth, answers, message):
    with pytest.raises(BenchError, match=message):
        paper.score(task, dataset, truth, answers)


@given(st.text() | st.lists(st.sampled_from(["a", "b", ".", " ", "\n"])).map("".join), st.text())
def test_rouge_takes_any_text(reference, answer):
    found = paper.rouge_l(reference, answer)
    assert found is None or 0 <= found <= 1


@given(st.text())
def test_any_answer_can_be_read(text):
    assert paper.read_emotion(text) in (*EMOTIONS, None)
    assert set(paper.read_action_units(text, "GFT")) <= set(DATASETS["GFT"].columns)


def test_a_text_too_long_for_the_package_has_no_rouge_and_takes_no_time():
    long = " ".join(f"w{i % 97}" for i in range(200_000))
    assert paper.rouge_l(long, long) is None
