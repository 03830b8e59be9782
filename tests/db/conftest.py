"""A fresh, migrated database for each test, on SQLite and on a real PostgreSQL."""

import shutil
from itertools import count

import psycopg
import pytest

from db.migrate import migrate
from db.session import open_database
from tests.db import postgres
from tests.db.things import Things

ENGINES = ("sqlite", "postgresql")
_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql_server():
    """The socket's folder of a running server."""
    folder = postgres.binaries()
    if folder is None:
        pytest.skip(
            "PostgreSQL's server binaries are not on this machine (Debian: apt-get install postgresql)"
        )
    with postgres.server(folder) as place:
        yield place


class SQLite:
    """Makes databases as files."""

    def __init__(self, folder):
        self.folder = folder

    def empty(self) -> str:
        return f"sqlite:///{self.folder}/{next(_numbers)}.db"

    def copy(self, template: str) -> str:
        url = self.empty()
        shutil.copy(template.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
        return url

    def remove(self, url: str) -> None:
        """pytest removes the folder."""


class PostgreSQL:
    """Makes databases on the server."""

    def __init__(self, place):
        self.place = place

    def empty(self, more: str = "") -> str:
        name = f"emola_{next(_numbers)}"
        self._run(f"CREATE DATABASE {name} {more}")
        return f"postgresql://postgres@/{name}?host={self.place}"

    def copy(self, template: str) -> str:
        return self.empty(f"TEMPLATE {self._name(template)} STRATEGY file_copy")

    def remove(self, url: str) -> None:
        self._run(f"DROP DATABASE {self._name(url)} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(host=str(self.place), user="postgres", autocommit=True) as connection:
            connection.execute(statement)

    @staticmethod
    def _name(url: str) -> str:
        return url.split("/@/")[-1].split("@/")[-1].split("?")[0]


@pytest.fixture(scope="session", params=ENGINES)
def maker(request, tmp_path_factory):
    """Makes databases on one engine."""
    if request.param == "sqlite":
        return SQLite(tmp_path_factory.mktemp("databases"))
    return PostgreSQL(request.getfixturevalue("postgresql_server"))


@pytest.fixture(scope="session")
def template(maker):
    """The URL of a migrated database that is only copied."""
    url = maker.empty()
    database = open_database(url)
    migrate(database)
    database.close()
    return url


@pytest.fixture
def empty_url(maker):
    """The URL of a database without tables."""
    url = maker.empty()
    yield url
    maker.remove(url)


@pytest.fixture
def url(maker, template):
    """The URL of a migrated database."""
    url = maker.copy(template)
    yield url
    maker.remove(url)


@pytest.fixture
def database(url):
    """A migrated, open database."""
    database = open_database(url)
    yield database
    database.close()


@pytest.fixture
def session(database):
    """A writing session in a transaction that is rolled back at the end."""
    with database.sessions() as session:
        yield session
        session.rollback()


@pytest.fixture
def things(session):
    """Makes rows in the session."""
    return Things(session)
