"""Databases on SQLite only: a server's database keeps no events."""

import pytest

from db.events import capture
from db.migrate import migrate
from db.session import open_database
from tests.db.events.disk import Studio
from tests.hub.client import patient_library
from tests.hub.stub import running


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


@pytest.fixture
def waits(monkeypatch):
    return patient_library(monkeypatch)


@pytest.fixture
def hub(waits):
    with running() as hub:
        yield hub


@pytest.fixture
def studio(hub, tmp_path):
    studio = Studio(hub, tmp_path / "one")
    yield studio
    studio.kill()
