"""What the tower saw is computed once, kept whole, never stale, and gone when its face is erased."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from model.landmarks import Face
from tests.model.taught import SquareExpert
from tests.train.tuning.squares import options, pictures, rows
from train.corpus.pictures import Pictures, drawn_name
from train.errors import DatasetError, TrainingError
from train.tuning.features import Features, prune, same_face
from train.tuning.start import start


@pytest.fixture(scope="module")
def begun(taught, tmp_path_factory):
    return start(options(taught, tmp_path_factory.mktemp("begun")))


def named(name: str):
    """A row with a picture of that name."""
    return replace(rows()[0], picture=name)


def test_a_picture_is_looked_at_once_and_read_from_disk_by_the_next_run(begun, tmp_path):
    asked = []

    def counted(name: str) -> bytes:
        asked.append(name)
        return pictures(name)

    first = Features(tmp_path, begun, SquareExpert())
    assert first.prepare(rows(), counted) == []
    assert sorted(asked) == ["square-0", "square-1", "square-2"]
    again = Features(tmp_path, begun, SquareExpert())
    again.prepare(rows(), counted)
    assert len(asked) == 3
    for row in rows():
        assert torch.equal(first.entry(row)["patches"], again.entry(row)["patches"])
    assert again.entry(rows()[0])["prior"].tolist() == [1.0, 0.0, 0.0, 0.0]


def test_another_base_or_expert_reads_nothing_of_it(begun, tmp_path):
    class Other(SquareExpert):
        revision = "other"

    kept = Features(tmp_path, begun, SquareExpert())
    assert Features(tmp_path, begun, Other()).folder != kept.folder
    assert Features(tmp_path, replace(begun, base_identity="x"), SquareExpert()).folder != kept.folder


def test_erased_pictures_are_forgotten(begun, tmp_path):
    kept = Features(tmp_path, begun, SquareExpert())
    names = {"a" * 64: "square-0", "b" * 64: "square-1"}
    kept.prepare([named(name) for name in names], lambda name: pictures(names[name]))
    kept.prepare([named("drawn:train:1")], lambda _: pictures("square-2"))
    assert prune(tmp_path, {"b" * 64, "c" * 64}) == 1
    left = sorted(file.name for file in tmp_path.rglob("*.safetensors"))
    assert len(left) == 2 and left[0].startswith("b" * 64) and left[1].startswith("drawn-train-1")


def test_a_full_disk_says_so_and_leaves_no_half_file(begun, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(TrainingError, match="could not be kept.*No space left.*Make room"):
        Features(tmp_path, begun, SquareExpert()).prepare(rows(), pictures)
    monkeypatch.undo()
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_the_face_that_was_meant_is_taken_of_several():
    nothing = np.zeros((0, 2), np.float32)
    faces = [Face((0, 0, 50, 50), 1.0, nothing, nothing), Face((100, 0, 140, 40), 1.0, nothing, nothing)]
    assert same_face(faces, (98.0, 2.0, 141.0, 38.0)) is faces[1]
    assert same_face(faces, None) is faces[0]


def test_a_picture_that_has_gone_from_the_store_is_named(tmp_path):
    from db.store import PictureStore

    with pytest.raises(DatasetError, match="f{64} is not in the store.*erase the face"):
        Pictures(PictureStore(tmp_path))("f" * 64)
    with pytest.raises(DatasetError, match="no store was given"):
        Pictures()("f" * 64)


def test_drawn_faces_are_drawn_again_the_same():
    assert Pictures()(drawn_name("train", 3)) == Pictures()(drawn_name("train", 3))
    assert Pictures()(drawn_name("train", 3)).startswith(b"\x89PNG")
