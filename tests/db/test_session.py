"""Opening databases: SQLite's pragmas, writers that stand in line, readers that only read, URLs."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

import db.session
from db import clock
from db.errors import SchemaError
from db.models import Annotator
from db.session import normal_url, open_database


@pytest.fixture
def file(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/new/folder/x.db")
    yield database
    database.close()


def pragma(sessions, name):
    with sessions.begin() as session:
        return session.scalar(text(f"PRAGMA {name}"))


def test_sqlite_is_durable_checked_and_shared(file):
    assert pragma(file.sessions, "journal_mode") == "wal"
    assert pragma(file.sessions, "synchronous") == 2
    assert pragma(file.sessions, "foreign_keys") == 1
    assert pragma(file.reads, "journal_mode") == "wal"
    assert pragma(file.reads, "query_only") == 1


def test_a_network_file_system_gets_no_wal_and_a_warning(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(db.session, "file_system", lambda folder: "nfs4")
    with caplog.at_level(logging.WARNING):
        database = open_database(f"sqlite:///{tmp_path}/x.db")
    assert pragma(database.sessions, "journal_mode") == "truncate"
    assert "nfs4" in caplog.text
    database.close()


def test_a_database_that_had_wal_loses_it_on_a_network_file_system(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/x.db"
    database = open_database(url)
    assert pragma(database.sessions, "journal_mode") == "wal"
    database.close()
    monkeypatch.setattr(db.session, "file_system", lambda folder: "fuse.hf-mount")
    database = open_database(url)
    assert pragma(database.sessions, "journal_mode") == "truncate"
    database.close()


@pytest.mark.parametrize(
    "given, name",
    [
        ("postgres://u:p@host/x", "postgresql+psycopg"),
        ("postgresql://u:p@host/x", "postgresql+psycopg"),
        ("sqlite:///x.db", "sqlite"),
    ],
)
def test_url_gets_our_driver(given, name):
    assert normal_url(given).drivername == name


@pytest.mark.parametrize("given", ["mysql://u:secret@host/x", "sqlite://", "sqlite:///:memory:"])
def test_other_engines_are_refused_without_telling_the_password(given):
    with pytest.raises(SchemaError, match="sqlite:///path/to/file.db") as refusal:
        normal_url(given)
    assert "secret" not in str(refusal.value)


def test_a_reading_session_refuses_to_write(database):
    with pytest.raises(DBAPIError), database.reads.begin() as session:
        session.add(Annotator(name="A"))


def test_a_reader_waits_for_no_writer(database):
    with database.sessions.begin() as writing:
        writing.add(Annotator(name="A"))
        writing.flush()
        with database.reads.begin() as reading:
            assert reading.scalars(select(Annotator)).all() == []
    with database.reads.begin() as reading:
        assert [row.name for row in reading.scalars(select(Annotator))] == ["A"]


def test_many_writers_all_get_their_turn(database):
    def write(number):
        with database.sessions.begin() as session:
            session.add(Annotator(name=f"A{number}"))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(100)))
    with database.reads.begin() as session:
        assert len(session.scalars(select(Annotator)).all()) == 100


def test_what_fails_leaves_nothing(database):
    with pytest.raises(RuntimeError), database.sessions.begin() as session:
        session.add(Annotator(name="A"))
        session.flush()
        raise RuntimeError("the handler fails")
    with database.reads.begin() as session:
        assert session.scalars(select(Annotator)).all() == []


def test_the_clock_is_aware_and_goes_forward(session):
    first = clock.now(session)
    assert first.utcoffset().total_seconds() == 0
    assert clock.now(session) >= first
