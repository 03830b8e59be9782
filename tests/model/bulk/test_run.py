"""`python -m model.predict --out`: the answers of one process in a folder, and what keeps it from that."""

import json

import pytest

from model.bulk.asking import Asker
from model.bulk.rows import read_parquet
from model.predict import Predictor
from model.predict_files import main
from tests.model.taught import SquareExpert, picture


@pytest.fixture(scope="module")
def predictor(taught):
    return Predictor(taught, expert=SquareExpert())


@pytest.fixture
def faces(tmp_path):
    """A folder with three faces, a file that is no picture and a picture without a face."""
    folder = tmp_path / "faces"
    folder.mkdir()
    for number in range(3):
        picture(number).save(folder / f"{number}.png")
    picture().save(folder / "empty.png")
    (folder / "text.png").write_text("not a picture")
    return folder


def said(text: str) -> list[dict]:
    """Lines of JSON as values, less the seconds."""
    return [
        {key: value for key, value in json.loads(line).items() if key != "timings"}
        for line in text.splitlines()
    ]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_the_folder_holds_what_json_prints(predictor, faces, tmp_path, capsys, form):
    assert main([str(faces), "--json"], predictor) == 1
    printed = said(capsys.readouterr().out)
    out = tmp_path / "out"
    assert main([str(faces), "--out", str(out), "--format", form], predictor) == 1
    assert "5 answers, 5 of them new; 2 pictures could not be read." in capsys.readouterr().out
    shard = out / f"answers-000001.{form}"
    kept = "\n".join(read_parquet(shard)) if form == "parquet" else shard.read_text()
    assert said(kept) == printed and len(printed) == 5


def test_run_again_it_asks_nothing_and_says_so(predictor, faces, tmp_path, capsys):
    command = [str(faces), "--out", str(tmp_path / "out")]
    main(command, predictor)
    capsys.readouterr()
    assert main(command, predictor=object()) == 1, "two pictures have errors still"
    assert "5 answers, 0 of them new; 2 pictures could not be read." in capsys.readouterr().out


def test_a_picture_mended_since_is_read_when_asked_again(predictor, faces, tmp_path, capsys):
    command = [str(faces), "--out", str(tmp_path / "out")]
    main(command, predictor)
    for name in ("text", "empty"):
        picture(0).save(faces / f"{name}.png")
    assert main([*command, "--again"], predictor) == 0
    assert "5 answers, 2 of them new; 0 pictures" in capsys.readouterr().out


@pytest.mark.parametrize(
    "options, why",
    [
        (["--ray"], "need --out"),
        (["--again"], "need --out"),
        (["--out", "out", "--workers", "2"], "are for --ray"),
        (["--out", "out", "--ray", "--device", "cuda:1"], "cuda for a GPU to each worker"),
        (["--out", "out", "--shard", "0"], "1 or more"),
    ],
)
def test_options_that_do_not_belong_together_are_refused(options, why, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["face.png", *options])
    assert ended.value.code == 2 and why in capsys.readouterr().err


def test_a_folder_that_is_not_ours_ends_the_command_with_2(predictor, faces, capsys):
    assert main([str(faces), "--out", str(faces)], predictor) == 2
    assert "not a folder of answers" in capsys.readouterr().err


class Odd:
    """A predictor in which one picture sets off a failure that nobody foresaw."""

    def __init__(self, predictor):
        self._predictor = predictor

    def look(self, image, face):
        if str(image).endswith("1.png"):
            raise ZeroDivisionError("a width of 0")
        return self._predictor.look(image, face)

    def predict_looks(self, looks, tasks):
        return self._predictor.predict_looks(looks, tasks)


def test_a_failure_nobody_foresaw_costs_one_picture(predictor, faces):
    asker = Asker(Odd(predictor), where=str(faces), face=0, tasks=("emotion",))
    found = [json.loads(line) for line in asker.lines(["0.png", "1.png", "2.png"])]
    assert [line["image"] for line in found] == ["0.png", "1.png", "2.png"]
    assert found[1]["error"] == "Reading it failed with ZeroDivisionError: a width of 0"
    assert found[0]["emotion"] == "happiness" and found[2]["emotion"] == "neutral"
