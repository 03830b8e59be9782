"""The command: its status, its messages, and a report that is whole or not there."""

import json
import math
import os
import re
from html.parser import HTMLParser

import pytest
from PIL import Image

from train.bench import report
from train.bench.__main__ import main

TRUTH = [
    {"id": "a", "label": "Happiness", "gpt4": "The lip corners are pulled up.", "image": "faces/a.png"},
    {"id": "b", "label": 3, "gpt4": "The brows are <b>lowered</b>."},
    {"id": "c", "label": "6", "gpt4": "The eyes are wide."},
]
ANSWERS = {"a": "He looks angry.", "b": "<script>alert(1)</script> Pure anger.", "c": "Pure fear."}


@pytest.fixture
def files(tmp_path):
    """Writes truth and answers, given as values or as the files' text, and runs the command on them."""

    def run(truth=TRUTH, answers=ANSWERS, *more, task="emotion", dataset="FABA"):
        for name, value in (("truth", truth), ("pred", answers)):
            text = value if isinstance(value, str) else json.dumps(value)
            (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
        where = ["--truth", str(tmp_path / "truth.json"), "--answers", str(tmp_path / "pred.json")]
        return main(["--task", task, "--dataset", dataset, *where, *more])

    run.folder = tmp_path
    return run


def test_both_scorers_are_printed_apart(files, capsys):
    assert files() == 0
    printed = capsys.readouterr().out
    assert printed.index("paper: emotion on FABA, 3 faces") < printed.index("corrected: emotion on FABA")


def test_json_is_one_object_with_figures_and_intervals(files, capsys):
    assert files(TRUTH, ANSWERS, "--json", "--scorer", "corrected") == 0
    found = json.loads(capsys.readouterr().out)
    assert "paper" not in found and found["faces"] == 3
    assert found["corrected"]["S_re"] == pytest.approx(200 / 3)
    assert found["corrected"]["intervals"]["S_re"] == [pytest.approx(0, abs=35), 100]


def test_a_figure_below_the_limit_is_status_1(files, capsys):
    assert files(TRUTH, ANSWERS, "--at-least", "corrected:S_re=50") == 0
    assert files(TRUTH, ANSWERS, "--at-least", "corrected:S_re=90") == 1
    assert "corrected S_re is 66.67, below 90" in capsys.readouterr().err


def test_two_models_are_compared_on_the_same_faces(files, capsys):
    other = files.folder / "other.json"
    other.write_text(json.dumps({"a": "Joy.", "b": "Pure anger.", "c": "Pure fear."}))
    assert files(TRUTH, ANSWERS, "--json", "--against", str(other)) == 0
    comparison = json.loads(capsys.readouterr().out)["corrected"]["comparison"]["S_re"]
    assert comparison["difference"] == pytest.approx(-100 / 3) and comparison["p"] > 0.05


@pytest.mark.parametrize(
    "answers",
    [
        [{"id": key, "prediction": text} for key, text in ANSWERS.items()],
        [{key: text} for key, text in ANSWERS.items()],
        {key: {"text": text} for key, text in ANSWERS.items()},
        "\n".join(json.dumps({"id": key, "text": text}) for key, text in ANSWERS.items()),
    ],
)
def test_answers_may_come_in_any_of_the_usual_shapes(files, capsys, answers):
    assert files(TRUTH, answers, "--json") == 0
    assert json.loads(capsys.readouterr().out)["corrected"]["S_re"] == pytest.approx(200 / 3)


ENTRY = {"id": "a", "label": "1, 2", "gpt4": "x"}


@pytest.mark.parametrize(
    "truth, answers, words",
    [
        (json.dumps(TRUTH)[:-30], ANSWERS, ["truth.json", "entry 3 is cut short"]),
        (TRUTH, json.dumps(ANSWERS)[:-5], ["pred.json", "entry 3 is cut short"]),
        (TRUTH, "", ["pred.json", "empty"]),
        ("[]", ANSWERS, ["truth.json", "no entries"]),
        ([*TRUTH, {"id": "d", "label": 9}], ANSWERS, ["truth.json, entry 4 (id 'd')", "9"]),
        ([*TRUTH, {"id": "d", "label": math.nan}], ANSWERS, ["truth.json, entry 4 (id 'd')", "NaN"]),
        ([*TRUTH, {"id": "d"}], ANSWERS, ["truth.json, entry 4 (id 'd')", "no label"]),
        ([*TRUTH, {"label": 1}], ANSWERS, ["truth.json, entry 4", "neither an id"]),
        ([*TRUTH, 5], ANSWERS, ["truth.json, entry 4", "int"]),
        ([*TRUTH, TRUTH[0]], ANSWERS, ["truth.json, entry 4 (id 'a')", "entry 1 has the same id"]),
        (TRUTH, {**ANSWERS, "z": "Fear."}, ["pred.json, entry 4 (id 'z')", "isn't in the truth"]),
        (TRUTH, {**ANSWERS, "c": math.nan}, ["pred.json, entry 3 (id 'c')", "NaN"]),
        (TRUTH, {**ANSWERS, "c": 5}, ["pred.json, entry 3 (id 'c')", "no answer"]),
        (TRUTH, {"a": {"note": "x"}}, ["pred.json, entry 1 (id 'a')", "no answer"]),
        (TRUTH, '{"a": "x", "a": "y"}', ["pred.json", "'a' stands there twice"]),
        (TRUTH, [{"id": "a", "text": "x"}] * 2, ["pred.json, entry 2 (id 'a')", "an answer already"]),
        (TRUTH, [{"text": "x", "n": 1}], ["pred.json, entry 1", "no id"]),
        (TRUTH, "5", ["pred.json", "neither"]),
    ],
)
def test_bad_input_is_named_with_file_and_entry_and_nothing_is_written(files, capsys, truth, answers, words):
    assert files(truth, answers, "--report", str(files.folder / "out")) == 2
    said = capsys.readouterr()
    assert said.out == "" and not (files.folder / "out").exists()
    for word in words:
        assert word in said.err


def test_an_au_label_outside_facs_is_named_and_one_outside_the_table_is_noted(files, capsys):
    assert files([{**ENTRY, "label": "1, 99"}], {"a": "AU1"}, task="au") == 2
    assert "entry 1 (id 'a')" in capsys.readouterr().err
    assert files([{**ENTRY, "label": "1,45"}], {"a": "AU1"}, task="au") == 0
    noted = capsys.readouterr().err
    assert "AU45, which FABA doesn't code" in noted and "reads 1 label strings otherwise" in noted


def test_a_missing_file_and_a_data_set_without_the_task_are_status_2(files, capsys):
    assert main(["--task", "au", "--dataset", "FABA", "--truth", "nowhere.json", "--answers", "x"]) == 2
    assert "nowhere.json cannot be read" in capsys.readouterr().err
    assert files(task="au", dataset="RAF-DB") == 2
    with pytest.raises(SystemExit) as exit:
        files(TRUTH, ANSWERS, "--at-least", "S_re=90")
    assert exit.value.code == 2


class Page(HTMLParser):
    """What a page loads, its tags, and its text."""

    def __init__(self):
        super().__init__()
        self.tags, self.sources, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.sources += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.text += data


def test_the_report_holds_all_it_shows_and_escapes_texts(files, capsys):
    (files.folder / "faces").mkdir()
    Image.new("RGB", (400, 300), "teal").save(files.folder / "faces" / "a.png")
    out = files.folder / "deep" / "out"
    assert files(TRUTH, {**ANSWERS, "b": "<script>alert(1)</script> fear"}, "--report", str(out)) == 0
    assert os.listdir(out) == [report.NAME]
    page = Page()
    page.feed((out / report.NAME).read_text(encoding="utf-8"))
    assert "script" not in page.tags and "b" not in page.tags
    assert page.sources and all(source.startswith("data:image/jpeg;base64,") for source in page.sources)
    for words in ("a: should be happiness, was read as anger", "The brows are <b>lowered</b>.", "Confusion"):
        assert words in page.text
    assert "The picture is not on this machine." in page.text and "svg" in page.tags


def test_the_report_of_aus_has_a_bar_and_an_interval_for_each_scored_au(files):
    truth = [{"id": str(i), "label": "12" if i % 2 else "4", "gpt4": "A face."} for i in range(20)]
    answers = {str(i): "AU12" if i % 3 else "AU4" for i in range(20)}
    assert files(truth, answers, "--report", str(files.folder / "out"), task="au", dataset="DISFA") == 0
    page = (files.folder / "out" / report.NAME).read_text(encoding="utf-8")
    assert page.count("<rect") == page.count("<path") == 4
    assert len(re.findall(r"not counted", page)) == 12


def test_a_report_that_cannot_be_finished_leaves_the_last_one_as_it_was(files, monkeypatch, capsys):
    out = files.folder / "out"
    assert files(TRUTH, ANSWERS, "--report", str(out)) == 0
    before = (out / report.NAME).read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report.os, "replace", full)
    assert files(TRUTH, {"a": "x"}, "--report", str(out)) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert os.listdir(out) == [report.NAME] and (out / report.NAME).read_bytes() == before
