"""Facts: the database refuses to change or remove them, whatever SQL it is given."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from db import gold, runs, snapshots
from db.erasure import erase_faces
from db.guards import FOR_EVER, OF_A_FACE
from db.models import Annotation, Face
from tests.db.things import NOON, Things


@pytest.fixture
def full(database):
    """A database with a row in each table of facts; returns the id of the face that they are about."""
    with database.sessions.begin() as session:
        things = Things(session)
        study, annotator = things.study(2), things.annotator()
        assignment = things.given(study, annotator)
        face_id = assignment.face_id
        things.prediction(face_id)
        things.save(assignment)
        gold.decide(session, face_id, uuid=uuid4(), kind="agreed", labels={"emotion": "fear"})
        snapshots.freeze(session, "gold", "gold", snapshots.gold_faces(session))
        runs.promote(session, "au", None, reason="first", follows=None)
        other = things.given(study, annotator)
        erase_faces(session, [other.face_id], reason="asked for")
        return face_id


def refused(database, statement):
    with pytest.raises((IntegrityError, DBAPIError), match="fact"), database.engine.begin() as connection:
        connection.execute(text(statement))


COLUMN = {"snapshot_rows": "split", "erasures": "reason", "promotions": "reason", "snapshots": "faces"}


@pytest.mark.parametrize("table", OF_A_FACE + FOR_EVER)
def test_a_fact_is_never_changed(database, full, table):
    column = COLUMN.get(table, "created_at")
    refused(database, f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", OF_A_FACE + FOR_EVER)
def test_a_fact_is_never_removed(database, full, table):
    refused(database, f"DELETE FROM {table}")


def test_a_fact_is_not_replaced_either(database, full):
    if database.url.get_backend_name() == "sqlite":
        refused(database, "INSERT OR REPLACE INTO annotations SELECT * FROM annotations")
    else:
        refused(database, "TRUNCATE annotations CASCADE")


def test_the_orm_is_refused_as_well(database, full):
    with pytest.raises((IntegrityError, DBAPIError), match="fact"), database.sessions.begin() as session:
        session.get(Annotation, 1).flag = "changed my mind"


def test_an_erased_face_lets_its_facts_go_and_no_others(database, full):
    with database.sessions.begin() as session:
        things = Things(session)
        kept = things.save(things.given(things.study(1), things.annotator()), now=NOON)
        erase_faces(session, [full], reason="asked for")
    with database.sessions.begin() as session:
        assert session.get(Face, full).sha256 is None
        assert session.get(Annotation, kept.id) is not None
    refused(database, "DELETE FROM annotations")
