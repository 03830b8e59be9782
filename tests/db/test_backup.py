"""Backups: of one moment, made while people work, and proved."""

import json
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

import db.backup
from db.backup import back_up, main, verify
from db.errors import BackupError
from db.migrate import migrate
from db.session import open_database
from tests.db.things import Things, add_faces

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def original(tmp_path):
    """An open SQLite database with 2,000 faces and a few annotations."""
    database = open_database(f"sqlite:///{tmp_path}/emola.db")
    migrate(database)
    with database.sessions.begin() as session:
        things = Things(session)
        study, annotator = things.study(2000), things.annotator()
        for _ in range(5):
            things.save(things.given(study, annotator))
    yield database
    database.close()


@pytest.fixture
def url(original):
    return str(original.url)


@pytest.fixture
def copy(tmp_path):
    return tmp_path / "backups" / "copy.db"


def test_a_copy_holds_what_the_original_holds(original, url, copy):
    described = back_up(url, copy)
    assert described["tables"]["faces"] == 2000 and described["tables"]["annotations"] == 5
    assert verify(copy) == described
    assert sorted(path.name for path in copy.parent.iterdir()) == ["copy.db", "copy.db.json"]


def test_a_copy_opens_as_a_database(original, url, copy):
    back_up(url, copy)
    database = open_database(f"sqlite:///{copy}")
    migrate(database)
    with database.reads.begin() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM annotations").scalar() == 5
    database.close()


def test_copies_made_while_people_write_are_each_of_one_moment(original, url, tmp_path):
    stop = Event()

    def write():
        rounds = 0
        while not stop.is_set():
            # Two tables in one transaction: a copy that has one without the other is torn.
            with original.sessions.begin() as session:
                things = Things(session)
                add_faces(session, 20, source="writer")
                things.annotator()
            rounds += 1
        return rounds

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write) for _ in range(2)]
        copies = [tmp_path / f"{number}.db" for number in range(6)]
        try:
            for path in copies:
                back_up(url, path)
        finally:
            stop.set()
        assert sum(writer.result() for writer in writers) > 0
    for path in copies:
        tables = verify(path)["tables"]
        assert tables["faces"] - 2000 == 20 * (tables["annotators"] - 1)


def test_what_is_written_between_counting_and_copying_is_in_neither(original, url, copy, monkeypatch):
    def write_meanwhile(connection, schema=db.backup._schema):
        with original.sessions.begin() as session:
            add_faces(session, 1)
        return schema(connection)

    with monkeypatch.context() as patched:
        patched.setattr(db.backup, "_schema", write_meanwhile)
        assert back_up(url, copy)["tables"]["faces"] == 2000
    assert verify(copy)["tables"]["faces"] == 2000


def test_damage_is_found(original, url, copy):
    back_up(url, copy)
    data = bytearray(copy.read_bytes())
    data[len(data) // 2] ^= 0xFF
    copy.write_bytes(data)
    with pytest.raises(BackupError, match="changed since it was made"):
        verify(copy)


def test_a_description_that_is_not_of_the_copy_is_found(original, url, copy):
    back_up(url, copy)
    beside = copy.with_name("copy.db.json")
    described = json.loads(beside.read_text())
    described["tables"]["annotations"] += 1
    beside.write_text(json.dumps(described))
    with pytest.raises(BackupError, match="tables"):
        verify(copy)


def test_half_a_copy_or_none_is_refused(original, url, copy, tmp_path):
    with pytest.raises(BackupError, match="not there"):
        verify(copy)
    back_up(url, copy)
    copy.unlink()
    with pytest.raises(BackupError, match="not there"):
        verify(copy)
    copy.with_name("copy.db.json").write_text("{")
    with pytest.raises(BackupError, match="cannot be read"):
        verify(copy)


def test_a_backup_is_never_written_over(original, url, copy):
    back_up(url, copy)
    with pytest.raises(BackupError, match="there already"):
        back_up(url, copy)


def test_what_cannot_be_copied_is_said(tmp_path, copy):
    with pytest.raises(BackupError, match="no database"):
        back_up(f"sqlite:///{tmp_path}/none.db", copy)
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(BackupError, match="pg_dump"):
        back_up("postgresql://u:secret@host/x", copy)


def test_the_commands_say_what_they_did(original, url, copy):
    def run(*arguments):
        command = [sys.executable, "-m", "db.backup", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    made = run(str(copy), "--database", url)
    assert made.returncode == 0 and "is written: 4," in made.stdout, made.stderr
    proved = run("--verify", str(copy))
    assert proved.returncode == 0 and "is whole" in proved.stdout
    again = run(str(copy), "--database", url)
    assert again.returncode == 1 and "there already" in again.stderr


def test_without_a_name_the_copy_is_named_after_the_time(original, url, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["--database", url]) == 0
    (made,) = (tmp_path / "backups").glob("emola-*Z.db")
    assert made.name in capsys.readouterr().out


def test_a_copy_of_a_copy_needs_no_files_beside_it(original, url, copy):
    back_up(url, copy)
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
