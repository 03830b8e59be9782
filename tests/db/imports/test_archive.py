"""Zip files: what is in them, and what is refused of them."""

import stat
import struct
import zipfile

import pytest

from db.errors import DataError
from db.imports.incoming import Incoming
from db.imports.places import open_place
from tests.db.imports.conftest import picture


def packed(path, entries, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def reasons(path, **limits):
    """What became of each file: None where it may be read."""
    return {file.name: getattr(file, "reason", None) for file in open_place(path, **limits).files()}


def test_pictures_in_an_archive_are_read_where_they_are(tmp_path):
    path = packed(tmp_path / "a.zip", [("one/1.png", picture(1)), ("2.png", picture(2))])
    place = open_place(path)
    assert place.count() == 2
    assert [file.read() for file in place.files()] == [picture(1), picture(2)]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.zip"]


def test_what_computers_add_is_passed_over(tmp_path):
    names = ["__MACOSX/._1.png", ".DS_Store", "faces/Thumbs.db", "1.png"]
    path = packed(tmp_path / "a.zip", [(name, picture(1)) for name in names])
    assert reasons(path) == {"1.png": None}


@pytest.mark.parametrize("name", ["../1.png", "/etc/1.png", "a/../../1.png", "..\\1.png", "C:\\1.png"])
def test_a_path_that_leads_outside_is_told(tmp_path, name):
    path = packed(tmp_path / "a.zip", [(name, picture(1)), ("2.png", picture(2))])
    assert [reason and reason[:9] for reason in reasons(path).values()] == ["Its path ", None]


def test_links_archives_and_other_files_are_told(tmp_path):
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = packed(tmp_path / "a.zip", [(link, "/etc/passwd"), ("in.zip", b"PK"), ("a.npy", b"1")])
    said = reasons(path)
    assert said["link.png"] == "A link, not a file."
    assert said["in.zip"].startswith("An archive inside")
    assert said["a.npy"] == "Not a picture by its name (.npy)."


def test_an_encrypted_entry_is_told(tmp_path):
    path = packed(tmp_path / "a.zip", [("1.png", picture(1))])
    data = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(signature) + at
        data[place : place + 2] = struct.pack("<H", 1)
    path.write_bytes(data)
    assert reasons(path)["1.png"].startswith("Encrypted.")


def test_a_file_that_is_too_large_is_told(tmp_path):
    path = packed(tmp_path / "a.zip", [("1.png", bytes(3 * 2**20))])
    assert reasons(path, largest=2**20)["1.png"].startswith("3 MB; a picture may have 1 MB at most.")


def test_an_entry_that_lies_about_its_size_is_not_read_beyond_the_limit(tmp_path):
    path = packed(tmp_path / "a.zip", [("1.png", picture(1))])
    *_, file = open_place(path, largest=100_000).files()
    entry = file.read.args[0]
    entry.file_size = 2**40
    place = open_place(path, largest=100)
    place._zip.getinfo("1.png").file_size = 50
    (again,) = place.files()
    assert isinstance(again, Incoming)
    with pytest.raises(OSError):
        again.read()


def test_a_bomb_is_refused_as_a_whole(tmp_path):
    entries = [(f"{number}.png", bytes(4 * 2**20)) for number in range(4)]
    path = packed(tmp_path / "a.zip", entries, zipfile.ZIP_DEFLATED)
    with pytest.raises(DataError, match="times its size"):
        open_place(path)


def test_a_damaged_entry_is_told_and_the_others_are_read(tmp_path, bring):
    path = packed(tmp_path / "a.zip", [("1.png", picture(1)), ("2.png", picture(2))])
    data = bytearray(path.read_bytes())
    data[data.index(picture(1)) + 60] ^= 0xFF
    path.write_bytes(data)
    _, last = bring(path)
    assert (last.added, last.skipped) == (1, 1)


def test_what_is_no_archive_is_refused(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and nothing else")
    with pytest.raises(DataError, match="no zip file"):
        open_place(tmp_path / "a.zip")


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="nothing at"):
        open_place(tmp_path / "nowhere")


def test_another_archive_under_the_same_name_is_another_place(tmp_path):
    path = packed(tmp_path / "a.zip", [("1.png", picture(1))])
    before = open_place(path).place
    packed(path, [("1.png", picture(2)), ("2.png", picture(3))])
    assert open_place(path).place != before


def test_names_that_cannot_be_kept_are_made_to(tmp_path):
    (tmp_path / "given").mkdir()
    with open(b"%s/given/\xff.png" % str(tmp_path).encode(), "wb") as file:
        file.write(picture(1))
    (file,) = open_place(tmp_path / "given").files()
    assert file.name == "?.png" and file.read() == picture(1)
