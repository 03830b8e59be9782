"""`python -m train.evaluate`: a model over a split, killed and gone on with, scored both ways."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from model.predictor import Predictor
from tests.model.taught import LESSONS, SquareExpert, answers, picture
from train.bench.__main__ import main as bench
from train.evaluate import main
from train.evaluation import report

ROOT = Path(__file__).resolve().parents[2]
TEXTS = {
    (i, task): text for (i, _, text), task in zip(answers(), ["emotion", "au"] * len(LESSONS), strict=True)
}


@pytest.fixture(scope="module")
def predictor(taught):
    return Predictor(taught, expert=SquareExpert())


def entry(number, lesson, task):
    """An evaluation entry about a picture of a lesson's face."""
    known = LESSONS[lesson]
    codes = ", ".join(code.removeprefix("AU") for code in known.action_units)
    label = codes if task == "au" else known.emotion.capitalize()
    image = f"FABAInstruct/eval/images/{number}.png"
    return {"id": str(number), "image": image, "label": label, "gpt4": TEXTS[lesson, task]}


@pytest.fixture
def data(tmp_path):
    """FABA-Instruct's folder with seven faces, five of them with AU labels too."""
    folder = tmp_path / "data" / "FABAInstruct"
    (folder / "eval" / "images").mkdir(parents=True)
    for number in range(7):
        picture(number % 3).save(folder / "eval" / "images" / f"{number}.png")
    for task, numbers in (("au", range(1, 6)), ("emotion", range(7))):
        write(folder, task, [entry(number, number % 3, task) for number in numbers])
    return folder


def write(folder, task, entries):
    text = entries if isinstance(entries, str) else json.dumps(entries)
    (folder / "eval" / f"eval_{task}_anno.json").write_text(text, encoding="utf-8")


@pytest.fixture
def evaluate(data, predictor, tmp_path):
    """Runs the command on the folder, or on what is given, into out/; gives its exit status."""

    def run(*more, place=data, out="out"):
        return main(
            ["--dataset", str(place), "--out", str(tmp_path / out), "--batch-size", "2", *more], predictor
        )

    run.out = tmp_path / "out"
    return run


def result(out):
    return json.loads((out / "report" / "result.json").read_text(encoding="utf-8"))


def files(folder):
    """Every file of a folder by name, with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_model_that_knows_its_faces_is_scored_right_by_both_scorers(evaluate, capsys):
    assert evaluate() == 0
    found = result(evaluate.out)["tasks"]
    assert found["au"]["corrected"]["faces"] == 5 and found["emotion"]["paper"]["faces"] == 7
    for scorer in ("paper", "corrected"):
        assert found["emotion"][scorer]["S_re"] == 100
        assert found["emotion"][scorer]["S_ge"] > 95
    assert found["au"]["corrected"]["S_re"] == 100
    low, high = found["emotion"]["corrected"]["intervals"]["S_rege"]
    assert low <= found["emotion"]["corrected"]["S_rege"] <= high
    out, err = capsys.readouterr()
    assert "| emotion S_re | 100.0" in out and "7/7" in err and "Report: " in err


def test_each_face_is_asked_once_for_both_tasks(evaluate):
    assert evaluate() == 0
    lines = (evaluate.out / "answers.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert len(records) == 7 == len({record["face"] for record in records})
    assert [len(record["answers"]) for record in records] == [2] * 5 + [1] * 2


def test_the_answers_can_be_scored_by_the_benchmark_s_own_command(evaluate, data, capsys):
    assert evaluate() == 0
    capsys.readouterr()
    truth, given = data / "eval" / "eval_au_anno.json", evaluate.out / "report" / "pred_au.json"
    asked = ["--task", "au", "--dataset", "FABA", "--truth", str(truth), "--answers", str(given), "--json"]
    assert bench(asked) == 0
    alone = json.loads(capsys.readouterr().out)
    assert alone["corrected"] == result(evaluate.out)["tasks"]["au"]["corrected"]


KILLED = """
import os, signal, sys
from model.predictor import Predictor
from tests.model.taught import SquareExpert
from train.evaluate import main

class Killed(Predictor):
    left = {batches}
    def predict_looks(self, looks, tasks):
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        return super().predict_looks(looks, tasks)

sys.exit(main(sys.argv[2:], Killed(sys.argv[1], expert=SquareExpert())))
"""


@pytest.mark.parametrize("torn", [False, True])
def test_a_killed_run_goes_on_and_ends_as_one_that_was_not(
    evaluate, data, taught, predictor, monkeypatch, torn
):
    assert evaluate(out="whole") == 0
    code = KILLED.format(batches=2)
    arguments = ["--dataset", str(data), "--out", str(evaluate.out), "--batch-size", "2"]
    done = subprocess.run(
        [sys.executable, "-c", code, str(taught), *arguments], cwd=ROOT, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL
    log = evaluate.out / "answers.jsonl"
    assert len(log.read_bytes().splitlines()) == 4 and not (evaluate.out / "report").exists()
    if torn:  # as a machine leaves it that lost power in the middle of a write
        log.write_bytes(log.read_bytes()[:-9])
    asked = []
    kept = predictor.predict_looks
    monkeypatch.setattr(
        predictor, "predict_looks", lambda looks, tasks: asked.extend(looks) or kept(looks, tasks)
    )
    assert evaluate() == 0
    assert len(asked) == (5 if torn else 3), "what is answered is not asked again"
    whole = files(evaluate.out.with_name("whole"))
    assert {name: text for name, text in files(evaluate.out).items() if not name.endswith("html")} == {
        name: text for name, text in whole.items() if not name.endswith("html")
    }
    assert result(evaluate.out)["tasks"]["emotion"]["corrected"]["S_ge"] > 95


def test_a_finished_run_is_not_asked_again(evaluate, predictor, monkeypatch):
    assert evaluate() == 0
    before = files(evaluate.out)
    monkeypatch.setattr(predictor, "predict_looks", None)
    assert evaluate() == 0
    assert files(evaluate.out) == before


def test_a_corrected_label_is_scored_anew_without_asking(evaluate, data, predictor, monkeypatch):
    assert evaluate("--task", "emotion") == 0
    entries = [entry(number, number % 3, "emotion") for number in range(7)]
    write(data, "emotion", [entries[0] | {"label": "Fear"}, *entries[1:]])
    monkeypatch.setattr(predictor, "predict_looks", None)
    assert evaluate("--task", "emotion") == 0
    assert result(evaluate.out)["tasks"]["emotion"]["corrected"]["S_re"] == pytest.approx(600 / 7)


def test_answers_of_another_run_are_not_mixed_in(evaluate, data, capsys):
    assert evaluate() == 0
    assert evaluate("--without", "prior") == 2
    assert "answers of another run: its without differs (without None there" in capsys.readouterr().err
    picture(2).save(data / "eval" / "images" / "0.png", compress_level=0)
    assert evaluate() == 2
    assert "its asked differs" in capsys.readouterr().err


def test_taking_the_prior_or_the_picture_away_changes_what_is_answered(evaluate):
    shown = {}
    for without in ("none", "prior", "picture"):
        assert evaluate(*(["--without", without] if without != "none" else []), out=without) == 0
        shown[without] = (evaluate.out.with_name(without) / "answers.jsonl").read_text()
    assert len(set(shown.values())) == 3


def test_two_models_are_compared_face_by_face(evaluate):
    assert evaluate() == 0
    assert evaluate("--without", "prior", "--against", str(evaluate.out), out="other") == 0
    comparison = result(evaluate.out.with_name("other"))["tasks"]["emotion"]["corrected"]["comparison"]
    assert comparison["S_rege"]["difference"] < 0


def test_a_picture_without_a_face_is_told_and_counts_as_an_empty_answer(evaluate, data, capsys):
    picture().save(data / "eval" / "images" / "3.png")
    (data / "eval" / "images" / "4.png").write_text("no picture")
    assert evaluate() == 0
    assert "2 pictures were not read, scored as an empty answer" in capsys.readouterr().err
    found = result(evaluate.out)
    assert [record["face"][-5:] for record in found["unread"]] == ["3.png", "4.png"]
    assert found["tasks"]["emotion"]["corrected"]["S_re"] == pytest.approx(500 / 7)
    assert "3.png: No face was found" in (evaluate.out / "report" / "au.html").read_text()


GOOD = [entry(number, number % 3, "au") for number in range(1, 6)]


@pytest.mark.parametrize(
    "entries, words",
    [
        (json.dumps(GOOD)[:-40], ["eval_au_anno.json", "entry 5 is cut short"]),
        ([*GOOD, GOOD[0]], ["entry 6 (id '1')", "entry 1 has the same id"]),
        ([*GOOD, GOOD[0] | {"id": "x", "label": "99"}], ["entry 6 (id 'x')", "99"]),
        (
            [*GOOD, GOOD[0] | {"id": "x", "image": "eval/images/9.png"}],
            ["entry 6 (id 'x')", "9.png' is not there"],
        ),
        ([*GOOD, {"id": "x", "label": "1"}], ["entry 6 (id 'x')", "names no image"]),
        ([*GOOD, {"id": "x", "image": "eval/images/1.png"}], ["entry 6 (id 'x')", "no label"]),
    ],
)
def test_bad_entries_are_named_and_nothing_is_written(evaluate, data, capsys, entries, words):
    write(data, "au", entries)
    assert evaluate() == 2
    said = capsys.readouterr()
    assert said.out == "" and not evaluate.out.exists()
    for word in words:
        assert word in said.err


def test_a_place_that_is_no_set_is_named(evaluate, data, capsys):
    for place, words in (
        (data / "train", "cannot be read"),
        (data / "eval" / "images", "holds no eval_emotion_anno.json or eval_au_anno.json"),
        ("drawn:0", "'drawn:0' is not drawn:N"),
    ):
        more = ["--task", "au"] if words == "cannot be read" else []
        assert evaluate(*more, place=place) == 2
        assert words in capsys.readouterr().err
    shutil.copy(data / "eval" / "eval_au_anno.json", data / "eval" / "mine.json")
    assert evaluate(place=data / "eval" / "mine.json") == 2
    assert "Add --task" in capsys.readouterr().err
    assert evaluate("--task", "au", place=data / "eval" / "mine.json") == 0


def test_a_model_that_cannot_be_had_and_an_expert_that_does_not_fit_leave_nothing(
    data, taught, tmp_path, capsys
):
    asked = ["--dataset", str(data), "--out", str(tmp_path / "out")]
    assert main([*asked, "--base", str(tmp_path)]) == 2
    assert "manifest.json" in capsys.readouterr().err
    assert main([*asked, "--base", str(taught), "--expert", "mini"]) == 2
    assert "need the landmark expert 'squares'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_report_that_cannot_be_finished_leaves_the_last_one_as_it_was(evaluate, monkeypatch, capsys):
    assert evaluate() == 0
    before = files(evaluate.out)

    def full(source, target, rename=os.rename):
        if Path(target).name == "report" and not str(source).endswith("-before"):
            raise OSError(28, "No space left on device")
        return rename(source, target)

    monkeypatch.setattr(report.os, "rename", full)
    assert evaluate() == 2
    assert "No space left on device" in capsys.readouterr().err
    monkeypatch.undo()
    assert files(evaluate.out) == before


def test_two_evaluations_do_not_write_into_one_folder(evaluate, capsys):
    import fcntl

    assert evaluate() == 0
    with open(evaluate.out / "answers.jsonl", "ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert evaluate() == 2
    assert "Another evaluation is writing" in capsys.readouterr().err


def test_drawn_faces_are_the_same_people_for_every_model(predictor, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["--dataset", "drawn:3", "--out", "out"], predictor) == 0
    first = files(tmp_path / "runs" / "drawn")
    assert len(first) == 5 and "test-3-seed0/eval/images/2.png" in first
    assert "pictures were not read" in capsys.readouterr().err, "the squares' expert knows no drawn people"
    shutil.rmtree(tmp_path / "runs")
    assert main(["--dataset", "drawn:3", "--out", "out"], predictor) == 0
    assert files(tmp_path / "runs" / "drawn") == first
    assert main(["--dataset", "drawn:3:1", "--out", "other"], predictor) == 0
    assert not set(first.values()) & set(files(tmp_path / "runs" / "drawn" / "test-3-seed1").values())
