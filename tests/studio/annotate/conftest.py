"""A studio with faces in a study, on SQLite and on PostgreSQL, and annotators to call its endpoints as."""

from io import BytesIO
from uuid import uuid4

import pytest
from sqlalchemy import select

from db.faces import add_face
from db.models import Annotator, Study
from db.store import PictureStore
from db.studies import default_study, enqueue
from studio.annotate.give import next_assignment
from studio.annotate.save import save_annotation
from studio.people.identify import People
from studio.people.person import Person
from studio.workplace import Workplace

# The databases on both engines are those of db's own tests.
from tests.db.conftest import database, maker, postgresql_server, template, url  # noqa: F401

LABELS = {"emotion": "happiness", "au": ["AU6", "AU12"]}


@pytest.fixture
def work(tmp_path, serving, database) -> Workplace:  # noqa: F811
    """A local studio on one of the engines."""
    return Workplace(database, PictureStore(tmp_path / "pictures"), serving, People(database))


@pytest.fixture
def desk(work, face_picture):
    """Makes faces, studies and people, and annotates."""
    return Desk(work, face_picture)


class Desk:
    """One workplace; `me` annotates unless another person is named."""

    def __init__(self, work, picture):
        self.work, self._picture, self._made = work, picture, 0
        self.me = self.person("Ada")

    def person(self, name: str, role: str = "annotator") -> Person:
        with self.work.database.sessions.begin() as session:
            row = Annotator(name=name, role=role)
            session.add(row)
            session.flush()
            return Person(row.id, row.name, row.role)

    def faces(self, number: int, **more) -> list[int]:
        """Add pictures that differ by a pixel, and return their faces' ids."""
        ids = []
        with self.work.database.sessions.begin() as session:
            for _ in range(number):
                self._made += 1
                picture = self._picture.copy()
                picture.putpixel((0, 0), (self._made % 256, self._made // 256, 7))
                data = BytesIO()
                picture.save(data, "PNG")
                stored = self.work.pictures.put(data.getvalue())
                ids.append(add_face(session, stored, source="test", **more)[0].id)
        return ids

    def study(self, faces: int = 1, name: str = "", **rules) -> str:
        """Make a study of all faces, after adding some; without a name it is the default one."""
        self.faces(faces)
        with self.work.database.sessions.begin() as session:
            if name:
                session.add(Study(name=name, tasks=rules.pop("tasks", ["emotion", "au"]), **rules))
                session.flush()
                study = session.scalars(select(Study).where(Study.name == name)).one()
            else:
                study = default_study(session)
            enqueue(session, study)
        return name

    def next(self, study: str = "", person: Person | None = None, client: str = "here") -> dict:
        return next_assignment(self.work, person or self.me, study, client)

    def given(self, study: str = "", person: Person | None = None) -> int:
        """The id of the next assignment."""
        return self.next(study, person)["assignment"]["id"]

    def save(self, assignment: int, labels=LABELS, person: Person | None = None, **more) -> dict:
        uuid = more.pop("uuid", None) or str(uuid4())
        return save_annotation(self.work, person or self.me, assignment, uuid, labels, **more)
