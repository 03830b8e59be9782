"""`python -m model.predict`: many files, some of them bad."""

import json
import subprocess
import sys

import pytest

from model.outcomes import outcomes
from model.predict import Predictor
from model.predict_files import main
from tests.model.taught import SquareExpert, picture


@pytest.fixture(scope="module")
def predictor(taught):
    return Predictor(taught, expert=SquareExpert())


@pytest.fixture
def files(tmp_path):
    """Two faces, a file that is no picture, and a picture without a face between them."""
    paths = {name: tmp_path / f"{name}.png" for name in ("happy", "text", "empty", "sad", "missing")}
    picture(0).save(paths["happy"])
    picture(1).save(paths["sad"])
    picture().save(paths["empty"])
    paths["text"].write_text("not a picture")
    return {name: str(path) for name, path in paths.items()}


def test_bad_files_are_reported_and_the_others_are_read(predictor, files, capsys):
    assert main(list(files.values()), predictor) == 1
    out, err = capsys.readouterr()
    assert "happiness" in out and "sadness" in out and "AU12" in out
    assert all(f"{files[name]}: " in err for name in ("text", "empty", "missing"))
    assert "3 of 5 pictures could not be read" in err
    assert "5/5" in err, "the bar counts bad files too"


def test_good_files_alone_exit_with_0(predictor, files):
    assert main([files["happy"]], predictor) == 0


def test_json_is_one_object_a_line_in_the_order_given(predictor, files, capsys):
    assert main(["--json", *files.values()], predictor) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["image"] for line in lines] == list(files.values())
    assert [line.get("emotion") for line in lines] == ["happiness", None, None, "sadness", None]
    assert ["error" in line for line in lines] == [False, True, True, False, True]


@pytest.mark.parametrize("size", [1, 2, 8])
def test_the_batch_size_changes_nothing(predictor, files, size):
    found = dict(outcomes(predictor, [files["sad"], files["text"], files["happy"]], batch_size=size))
    assert found[files["sad"]].emotion == "sadness" and found[files["happy"]].emotion == "happiness"
    assert list(found) == [files["sad"], files["text"], files["happy"]]


def test_one_task_alone_can_be_asked(predictor, files, capsys):
    assert main(["--json", "--task", "au", files["happy"]], predictor) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["emotion"] is None and found["action_units"] == ["AU6", "AU12", "AU25"]


def test_a_model_that_cannot_be_loaded_exits_with_2(files, tmp_path, capsys):
    assert main([files["happy"], "--base", str(tmp_path)]) == 2
    assert "manifest.json" in capsys.readouterr().err


def test_the_module_runs_as_a_command():
    done = subprocess.run([sys.executable, "-m", "model.predict", "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and "--adapter-emotion" in done.stdout
