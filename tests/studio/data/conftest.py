"""A studio's data desk: an admin, faces, and jobs that are awaited."""

import pytest

from db.faces import add_face
from db.models import Annotator
from db.studies import default_study, enqueue
from studio.data import staging
from studio.people.person import Person
from tests.db.imports.conftest import picture

LONG = 60  # seconds after which a job that has not ended is a failure


@pytest.fixture
def admin(work) -> Person:
    return work.people.who(None)


@pytest.fixture
def reviewer(work) -> Person:
    with work.database.sessions.begin() as session:
        row = Annotator(name="rae", role="reviewer")
        session.add(row)
        session.flush()
        return Person(row.id, row.name, row.role)


@pytest.fixture(autouse=True)
def own_staging(tmp_path, monkeypatch):
    """Files come in and go out by a folder of this test's own."""
    monkeypatch.setattr(staging.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


@pytest.fixture
def ended(work):
    """Waits for a job, as an endpoint gives it, and returns the job."""

    def ended(told: dict):
        job = next(job for job in work.jobs.all() if job.id == told["id"])
        assert job.ended.wait(LONG), f"{job.title} did not end: {job.note}"
        return job

    return ended


@pytest.fixture
def faces(work):
    """Puts so many pictures into the default study; returns their ids."""

    def faces(number: int, first: int = 0) -> list[int]:
        with work.database.sessions.begin() as session:
            made = [
                add_face(session, work.pictures.put(picture(first + each, side=48)), source="test")[0].id
                for each in range(number)
            ]
            enqueue(session, default_study(session))
        return made

    return faces
