"""The pictures' store: by content, whole or not at all, in a folder or elsewhere."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from db.errors import PictureError
from db.store import PictureStore


def png(colour):
    out = BytesIO()
    Image.new("RGB", (8, 6), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(params=["folder", "memory"])
def store(request, tmp_path):
    return PictureStore(tmp_path / "pictures" if request.param == "folder" else f"memory://{uuid4()}")


def test_a_picture_comes_back_by_its_hash(store):
    stored = store.put(png("red"))
    data = store.get(stored.sha256)
    assert sha256(data).hexdigest() == stored.sha256
    assert (stored.width, stored.height, stored.size, stored.media_type) == (8, 6, len(data), "image/png")
    assert store.has(stored.sha256)


def test_the_same_picture_is_stored_once_and_others_beside_it(store):
    assert store.put(png("red")) == store.put(png("red"))
    assert store.put(png("blue")).sha256 != store.put(png("red")).sha256


def test_a_deleted_picture_is_gone_and_may_be_deleted_again(store):
    stored = store.put(png("red"))
    store.delete(stored.sha256)
    store.delete(stored.sha256)
    assert not store.has(stored.sha256)
    with pytest.raises(PictureError, match="not in the store"):
        store.get(stored.sha256)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "AB" * 32, "ab", "ab" * 32 + "\n"])
def test_a_name_that_is_no_hash_is_refused(store, name):
    with pytest.raises(PictureError, match="64 hexadecimal digits"):
        store.get(name)


def test_a_damaged_picture_is_not_given_out(tmp_path):
    store = PictureStore(tmp_path)
    stored = store.put(png("red"))
    path = tmp_path / stored.sha256[:2] / stored.sha256
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(PictureError, match="damaged"):
        store.get(stored.sha256)


def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch):
    store = PictureStore(tmp_path)

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.put(png("red"))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_writers_at_once_leave_one_whole_file(tmp_path):
    store = PictureStore(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        names = {stored.sha256 for stored in pool.map(lambda _: store.put(png("red")), range(16))}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(names) == 1 and [path.name for path in files] == list(names)
    assert store.get(names.pop())


def test_nobody_else_on_the_computer_can_read_faces(tmp_path):
    store = PictureStore(tmp_path / "pictures")
    stored = store.put(png("red"))
    path = tmp_path / "pictures" / stored.sha256[:2] / stored.sha256
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "pictures").stat().st_mode) == 0o700


def test_a_relative_folder_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stored = PictureStore("here").put(png("red"))
    assert Path("here", stored.sha256[:2], stored.sha256).is_file()
