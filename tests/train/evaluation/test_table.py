"""Evaluations side by side."""

import pytest

from model.predictor import Predictor
from tests.model.taught import SquareExpert
from train.evaluate import main as evaluate
from train.evaluation.table import main


@pytest.fixture(scope="module")
def runs(taught, tmp_path_factory):
    """Two evaluations of three drawn faces, and one of two."""
    folder = tmp_path_factory.mktemp("runs")
    predictor = Predictor(taught, expert=SquareExpert())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, place, more in (
            ("whole", "drawn:3", []),
            ("blind", "drawn:3", ["--without", "picture"]),
            ("other", "drawn:2", []),
        ):
            assert evaluate(["--dataset", place, "--out", name, *more], predictor) == 0
    return folder


def test_each_evaluation_is_a_row(runs, capsys):
    assert main([f"prior and picture={runs / 'whole'}", f"prior only={runs / 'blind'}"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| 3 faces | AU F1, scored | ROUGE-L, AU |") and len(lines) == 4
    assert lines[2].startswith("| prior and picture | ") and lines[3].count("(") == 8


def test_evaluations_of_different_faces_are_not_compared(runs, capsys):
    assert main([str(runs / "whole"), str(runs / "other")]) == 2
    assert "about different faces" in capsys.readouterr().err


def test_a_folder_without_a_report_is_named(runs, tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "result.json cannot be read" in capsys.readouterr().err
