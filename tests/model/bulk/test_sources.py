"""What stands for which pictures: files, folders, lists, Parquet files."""

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from model.bulk.sources import pictures
from model.errors import BulkError


@pytest.fixture
def folder(tmp_path):
    for name in ("b/2.JPG", "b/1.png", "a.webp", "notes.txt", "b/deeper/3.jpeg"):
        path = tmp_path / "faces" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "faces"


def test_a_folder_stands_for_the_pictures_in_it_and_below_in_order(folder):
    names = ("a.webp", "b/1.png", "b/2.JPG", "b/deeper/3.jpeg")
    assert pictures([str(folder)]) == [str(folder / name) for name in names]


def test_a_list_stands_for_the_path_on_each_line(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("one.png\n\n  two faces.jpg \nthree\n", encoding="utf-8")
    assert pictures([str(path)]) == ["one.png", "two faces.jpg", "three"]


@pytest.mark.parametrize("column, named", [("image", None), ("path", None), ("where", "where")])
def test_a_parquet_file_stands_for_the_paths_in_a_column(tmp_path, column, named):
    path = str(tmp_path / "faces.parquet")
    parquet.write_table(pa.table({"id": [1, 2], column: ["one.png", "two.png"]}), path)
    assert pictures([path], named) == ["one.png", "two.png"]


def test_each_picture_is_meant_once_however_often_it_is_named(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert pictures(["a.webp", "./a.webp", str(folder)])[0] == "a.webp"
    assert len(pictures(["a.webp", "./a.webp", str(folder)])) == 4


def test_what_is_neither_is_taken_for_a_picture():
    assert pictures(["missing.png", "odd"]) == ["missing.png", "odd"]


def test_sources_that_cannot_be_read_are_told(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "latin.txt").write_bytes("Zoë.png".encode("latin-1"))
    (tmp_path / "broken.parquet").write_bytes(b"not Parquet")
    parquet.write_table(pa.table({"id": [1], "path": ["one.png"]}), tmp_path / "ids.parquet")
    for name, column, said in (
        ("empty", None, "holds no pictures"),
        ("missing.txt", None, "could not be opened"),
        ("latin.txt", None, "not UTF-8"),
        ("broken.parquet", None, "cannot|not a Parquet file"),
        ("missing.parquet", None, "could not be opened"),
        ("ids.parquet", "where", "no column 'where'. It has id, path"),
        ("ids.parquet", "id", "not a path"),
    ):
        with pytest.raises(BulkError, match=said):
            pictures([str(tmp_path / name)], column)
