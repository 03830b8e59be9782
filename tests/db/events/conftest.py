"""Databases on SQLite only: a server's database keeps no events."""

import pytest

from db.events import capture
from db.migrate import migrate
from db.session import open_database


@pytest.fixture
def recorded(tmp_path):
    """An empty, migrated database whose writes become events."""
    database = open_database(f"sqlite:///{tmp_path}/recorded.db")
    migrate(database)
    with database.engine.begin() as connection:
        capture.install(connection)
    yield database
    database.close()


@pytest.fixture
def blank(tmp_path):
    """A database without tables."""
    database = open_database(f"sqlite:///{tmp_path}/blank.db")
    yield database
    database.close()


@pytest.fixture
def postgresql_url(postgresql_server):
    """Any database of a real server."""
    return f"postgresql://postgres@/postgres?host={postgresql_server}"
