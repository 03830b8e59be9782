"""db.alone: one process at a time, of those that share a PostgreSQL database."""

import psycopg
import pytest

from db.alone import Claim
from db.session import open_database


@pytest.fixture
def other(url):
    """The database as another process has it open."""
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def shared(url):
    if url.startswith("sqlite"):
        pytest.skip("a SQLite file is one process's")


def test_sqlite_is_one_process_s_and_its_claims_are_always_had(database, other, url):
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL is shared")
    assert Claim(database, "import").take() and Claim(other, "import").take()
    Claim(database, "import").give_up()


def test_one_has_it_until_it_gives_it_up(shared, database, other):
    mine, theirs = Claim(database, "import"), Claim(other, "import")
    assert mine.take() and not theirs.take() and not Claim(database, "import").take()
    assert Claim(other, "refresh").take(), "another name is another claim"
    mine.give_up()
    mine.give_up()
    assert theirs.take() and not mine.take()


def test_who_dies_lets_go_of_it(shared, database, other, url):
    assert Claim(other, "import").take()
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        gone = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
        gone += "(SELECT oid FROM pg_database WHERE datname = current_database())"
        while server.execute(gone).fetchone()[0]:
            pass  # the server ends the other's connection in its own time
    assert Claim(database, "import").take()


def test_giving_up_on_a_connection_that_broke_is_no_error(shared, database, url):
    claim = Claim(database, "import")
    assert claim.take()
    claim._connection.connection.driver_connection.close()
    claim.give_up()
    assert Claim(database, "import").take()
