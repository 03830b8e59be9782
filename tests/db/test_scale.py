"""A large queue: every statement of the loop finds its rows by an index."""

import pytest
from sqlalchemy import event, insert, text

from db import annotations, gold
from db.holding import heartbeat, held
from db.models import Assignment, QueueEntry
from tests.db.things import NOON, Things, later

FACES = 20_000


@pytest.fixture
def large(database):
    """A study of many faces; half of them one annotator has begun, of two wanted, far ahead of the others."""
    with database.sessions.begin() as session:
        things = Things(session)
        study, ahead = things.study(FACES, overlap=2, gold_share=0.5), things.annotator()
        entries = session.execute(text("SELECT id, face_id FROM queue ORDER BY id")).all()
        begun = entries[: FACES // 2]
        session.execute(
            insert(Assignment),
            [
                {"study_id": study.id, "face_id": face, "annotator_id": ahead, "state": "done"}
                for _, face in begun
            ],
        )
        session.execute(
            QueueEntry.__table__.update()
            .where(QueueEntry.id <= begun[-1].id)
            .values(taken=1, state="started")
        )
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    return study, ahead


def scans(connection, statement, parameters):
    """The steps of a statement's plan that read a whole table."""
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        steps = [row[-1] for row in plan]
        # A subquery's rows, at most 64, are read through; a table is not, nor is all of a study.
        return [
            step
            for step in steps
            if step.endswith("(study_id=?)")
            or step.startswith("SCAN")
            and not {"anon_1", "near"} & set(step.split())
        ]
    return [
        row[0]
        for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        if "Seq Scan" in row[0]
    ]


def test_no_statement_of_the_loop_reads_a_whole_table(database, large):
    study, ahead = large
    seen = {}

    def record(connection, cursor, statement, parameters, context, many):
        if statement.split()[0] in ("SELECT", "UPDATE", "INSERT", "DELETE"):
            seen.setdefault(statement, parameters)

    event.listen(database.engine, "before_cursor_execute", record)
    with database.sessions() as session:
        things = Things(session)
        for person in (ahead, things.annotator()):
            given = things.given(study, person, client="here", chance=lambda: 0.9)
            things.given(study, person, chance=lambda: 0.1)
            things.save(given, "fear")
            things.save(given, "anger")
            things.undo(given)
            heartbeat(session, study.id, person, client="here", now=later(1))
            held(session, study.id, person)
            annotations.history(session, person)
            annotations.of_face(session, given.face_id, study.id)
            annotations.disputed(session, study.id, limit=10)
            gold.undecided(session, study.id, limit=10)
            things.given(study, person, now=later(1000))
        event.remove(database.engine, "before_cursor_execute", record)
        connection = session.connection()
        tables = ("queue", "assignments", "faces")
        found = {
            statement: bad
            for statement, parameters in seen.items()
            if (
                bad := [
                    step
                    for step in scans(connection, statement, parameters)
                    if any(t in step for t in tables)
                ]
            )
        }
        session.rollback()
    assert len(seen) > 15 and not found


def test_somebody_far_ahead_is_given_the_next_fresh_face(database, large):
    study, ahead = large
    with database.sessions.begin() as session:
        given = Things(session).given(study, ahead, chance=lambda: 0.9, now=NOON)
        fresh = session.execute(text("SELECT min(face_id) FROM queue WHERE state = 'fresh'")).scalar()
        assert given.face_id == fresh - 1
