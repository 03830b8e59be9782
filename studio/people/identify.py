"""Which person a request comes from: the one local user, or whoever its sign-in cookie belongs to."""

from typing import Any

from sqlalchemy import select

from db.models import Annotator
from db.session import Database
from db.upsert import upsert
from studio.people.person import Person

LOCAL = "local"
"""Name of the one user of a studio without accounts."""


class People:
    """Knows who asks. Without accounts everybody is the local user, an admin: for loopback only."""

    def __init__(self, database: Database, *, accounts: bool = False):
        self._database = database
        self.accounts = accounts
        self._local = None if accounts else local_person(database)

    def who(self, request: Any) -> Person | None:
        """Return the person of a request (Gradio's or Starlette's), None where nobody is signed in."""
        return self._local


def local_person(database: Database) -> Person:
    """Return the local user, made where there was none."""
    with database.sessions.begin() as session:
        session.execute(
            upsert(session, Annotator)
            .values(name=LOCAL, role="admin")
            .on_conflict_do_nothing(index_elements=["name"])
        )
        row = session.scalars(select(Annotator).where(Annotator.name == LOCAL)).one()
        return Person(row.id, row.name, row.role)
