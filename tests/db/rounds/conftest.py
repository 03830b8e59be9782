"""Two databases with the same past, on both engines: the studio's, and a job's, filled from its events."""

from types import SimpleNamespace

import pytest

from db.session import open_database
from tests.db.rounds.rounds import label


@pytest.fixture
def both(maker, template):
    """(the studio's database, the job's)."""
    url = maker.copy(template)
    database = open_database(url)
    with database.sessions.begin() as session:
        label(session, 4)
    database.close()
    urls = [url, maker.copy(url)]
    studio, job = map(open_database, urls)
    yield SimpleNamespace(studio=studio, job=job)
    for database, place in zip((studio, job), urls, strict=True):
        database.close()
        maker.remove(place)
