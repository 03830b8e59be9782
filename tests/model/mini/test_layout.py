"""Drawn faces written down as FABA-Instruct is: the faces that are measured on, whole or not at all."""

import json

import numpy as np
import pytest
from PIL import Image

from model.errors import EmolaError
from model.mini import layout
from model.mini.faces import face
from model.tasks import TASKS


def entries(folder, task):
    return json.loads((folder / "eval" / f"eval_{task}_anno.json").read_text(encoding="utf-8"))


def test_pictures_labels_and_texts_are_those_of_the_drawn_faces(tmp_path):
    folder = layout.write(tmp_path / "drawn", "test", 4)
    for number, (units, emotion) in enumerate(
        zip(entries(folder, "au"), entries(folder, "emotion"), strict=True)
    ):
        drawn = face("test", number)
        assert units["image"] == emotion["image"] and units["id"] == emotion["id"] == f"test/{number}"
        assert np.array_equal(np.asarray(Image.open(folder / units["image"])), drawn.picture)
        codes = [f"AU{code}" for code in units["label"].split(", ") if code]
        assert codes == drawn.action_units and emotion["label"].lower() == drawn.emotion
        assert set(TASKS["au"].parse(units["gpt4"])) == set(codes)
        assert TASKS["emotion"].parse(emotion["gpt4"]) == drawn.emotion


def test_seeds_share_no_person_and_a_split_is_known_by_its_ids(tmp_path):
    ids = [
        {each["id"] for each in entries(layout.write(tmp_path / f"{split}{seed}", split, 3, seed), "au")}
        for split, seed in (("test", 0), ("test", 1), ("validation", 0))
    ]
    assert not ids[0] & ids[1] and not ids[0] & ids[2]


def test_a_set_that_could_not_be_finished_is_not_there(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(EmolaError, match="No space left on device"):
        layout.write(tmp_path / "drawn", "test", 2)
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_left_alone(tmp_path):
    (tmp_path / "drawn").mkdir()
    assert layout.write(tmp_path / "drawn", "test", 2) == tmp_path / "drawn"
    assert not list((tmp_path / "drawn").iterdir())


@pytest.mark.parametrize(
    "given, words",
    [(("holdout", 2), "no split 'holdout'"), (("test", 0), "0 faces"), (("test", 2, -1), "-1")],
)
def test_what_cannot_be_drawn_is_refused(tmp_path, given, words):
    with pytest.raises(EmolaError, match=words):
        layout.write(tmp_path / "drawn", *given)


def test_the_command_writes_the_set_and_names_it(tmp_path, capsys):
    assert layout.main(["--out", str(tmp_path / "drawn"), "--n", "2"]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "drawn")
    assert len(entries(tmp_path / "drawn", "emotion")) == 2
