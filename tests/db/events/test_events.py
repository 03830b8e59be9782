"""Events: any history of the database, written down and read back, is the same rows."""

import json
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from db.erasure import erase_faces
from db.errors import DataError, NothingToUndo, SchemaError
from db.events import capture, outbox, segments
from db.events.replay import Batch, fill, is_empty
from db.gold import decide
from db.migrate import migrate, schema_revision
from db.models import Assignment, QueueEntry, SignIn
from db.session import open_database
from db.studies import reorder
from tests.db.things import Things, later


def lines(database) -> list[tuple[str, str, str]]:
    """All events of a database, as they would be sent."""
    with database.reads.begin() as session:
        return [(e.place, e.operation, e.content) for e in outbox.waiting(session, 10**6)]


def revision(database) -> str:
    with database.engine.connect() as connection:
        return schema_revision(connection)


def contents(database) -> dict[str, list]:
    """Every table that events tell of, row by row, as SQLite stores it."""
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        return {
            table.name: sorted(
                driver.execute(f"SELECT * FROM {table.name}").fetchall(), key=lambda row: repr(row)
            )
            for table in capture.tables()
        }


def last_ids(database) -> dict[str, int]:
    """The highest id that each table has ever had."""
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT name, seq FROM sqlite_sequence")).all()
    return {name: number for name, number in rows}


def rebuilt(database, folder, name="rebuilt"):
    again = open_database(f"sqlite:///{folder}/{name}.db")
    fill(again, [Batch(revision(database), lines(database))])
    return again


def work_through(session, steps) -> None:
    """A history of a small team: given faces, saves, undos, skips, gold labels, erasures, new orders."""
    things = Things(session)
    study = things.study(6, overlap=2, gold_share=0.1, face_order="disputed")
    people = [things.annotator() for _ in range(3)]
    given: list[Assignment] = []
    for at, (who, what) in enumerate(steps):
        now = later(at * 50)
        mine = [one for one in given if one.annotator_id == people[who] and session.get(Assignment, one.id)]
        if what == "next":
            one = things.given(study, people[who], now=now, client="tab")
            given.extend([one] if one else [])
        elif what == "reorder":
            reorder(session, study, "random" if study.face_order == "uncertain" else "uncertain")
        elif what == "predict" and mine:
            things.prediction(mine[-1].face_id, uncertainty=1 / (at + 3), revisions={"base": str(at)})
        elif what == "erase" and mine:
            erase_faces(session, [mine[0].face_id], reason="asked for")
            given = [one for one in given if one.face_id != mine[0].face_id]
        elif what == "gold" and mine:
            decide(
                session,
                mine[-1].face_id,
                uuid=UUID(int=at),
                kind="adjudicated",
                labels={"emotion": "fear"},
                reason="é \\ \" '",
            )
        elif what == "undo" and mine:
            try:
                things.undo(mine[-1], now=now)
            except NothingToUndo:
                continue
        elif what == "skip" and mine:
            things.save(mine[-1], labels=None, reason="blurred\n\u2028line", now=now)
        elif mine:
            things.save(mine[-1], what, seconds=at / 7, now=now)
    session.flush()


WHAT = ("next", "next", "next", "anger", "fear", "undo", "skip", "gold", "reorder", "predict", "erase")
STEPS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(WHAT)), max_size=30)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_any_history_is_rebuilt_table_by_table(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("history")
    database = open_database(f"sqlite:///{folder}/first.db")
    migrate(database)
    with database.engine.begin() as connection:
        capture.install(connection)
    with database.sessions.begin() as session:
        work_through(session, steps)
    again = rebuilt(database, folder)
    assert contents(again) == contents(database)
    last = last_ids(again)
    for place, _, content in lines(database):
        assert json.loads(content).get("id", 0) <= last.get(place, 0), (
            "an erased row's id is never given again"
        )
    again.close()
    database.close()


def test_a_rebuilt_database_guards_its_facts_and_goes_on(recorded, tmp_path):
    with recorded.sessions.begin() as session:
        work_through(session, [(0, "next"), (0, "anger")])
    again = rebuilt(recorded, tmp_path)
    with pytest.raises(Exception, match="never changed"), again.engine.begin() as connection:
        connection.execute(text("UPDATE annotations SET reason = 'x'"))
    with again.engine.begin() as connection:
        capture.install(connection)
    assert lines(again)[0][0] == "annotators", "rows that were there become events first"
    third = rebuilt(again, tmp_path, "third")
    assert contents(third) == contents(recorded)
    again.close()
    third.close()


def test_real_numbers_keep_every_digit(recorded, tmp_path):
    numbers = [0.1, 1 / 3, 5e-324, 2.2250738585072014e-308, 1e15 + 0.3, -0.7, 123456789.123456789]
    with recorded.sessions.begin() as session:
        study = Things(session).study(len(numbers))
        for entry, number in zip(
            session.query(QueueEntry).filter_by(study_id=study.id), numbers, strict=True
        ):
            entry.rank = number
    again = rebuilt(recorded, tmp_path)
    with again.reads.begin() as session:
        assert sorted(session.query(QueueEntry.rank).all()) == sorted((number,) for number in numbers)
    again.close()


def test_what_is_rolled_back_is_no_event(recorded):
    before = lines(recorded)
    with recorded.sessions() as session:
        Things(session).annotator("Nobody")
        session.rollback()
    assert lines(recorded) == before


def test_sign_ins_and_leases_stay_here(recorded):
    assert SignIn.__tablename__ in capture.LEFT_OUT
    assert not {"sign_ins", "leases", "events"} & {table.name for table in capture.tables()}


def test_what_was_sent_is_forgotten_and_its_numbers_never_come_again(recorded):
    with recorded.sessions.begin() as session:
        Things(session).annotator("A")
        segment = outbox.next_segment(session, "0006")
        assert outbox.next_segment(session, "0006").data == segment.data
        outbox.sent(session, segment)
        assert outbox.count_waiting(session) == 0 and outbox.next_segment(session, "0006") is None
    with recorded.sessions.begin() as session:
        Things(session).annotator("B")
        later_one = outbox.next_segment(session, "0006")
    assert later_one.head.first > segment.head.last and later_one.head.number == 2
    segments.require_chain([segment, later_one])


def test_events_of_older_tables_are_filled_in_at_their_schema(tmp_path, blank):
    row = {"id": 3, "name": "S1", "consent": "given", "consent_reference": None, "consent_at": None}
    row |= {"retain_until": None, "created_at": "2026-01-01 12:00:00.000000", "erased_at": None}
    newer = row | {"id": 4, "name": "S2"}
    old = Batch("0001", [("subjects", "put", json.dumps(row))])
    assert fill(blank, [old, Batch("0002", [("subjects", "put", json.dumps(newer))])]) == 2
    with blank.engine.connect() as connection:
        assert connection.scalars(text("SELECT name FROM subjects ORDER BY id")).all() == ["S1", "S2"]
    assert revision(blank) == migrate(blank)


BAD = [
    ("subjects", "put", "{"),
    ("subjects", "put", "[1]"),
    ("subjects", "put", '{"id": 1}'),
    ("subjects", "put", '{"id": {"a": 1}}'),
    ("subjects", "drop", '{"id": 1}'),
    ("subjects; DROP TABLE faces", "put", "{}"),
    ("sign_ins", "remove", '{"id": 1}'),
    ("leases", "put", "{}"),
]


@pytest.mark.parametrize("event", BAD)
def test_an_event_that_cannot_be_understood_ends_it_and_nothing_of_its_batch_is_kept(recorded, blank, event):
    with recorded.sessions.begin() as session:
        Things(session).annotator("A")
    with pytest.raises(SchemaError, match="Nothing of its batch was written"):
        fill(blank, [Batch(revision(recorded), [*lines(recorded), event])])
    assert is_empty(blank)


def test_events_of_a_newer_studio_are_refused(blank):
    with pytest.raises(SchemaError, match="newer"):
        fill(blank, [Batch("9999", [])])


def test_rows_are_never_written_over(recorded):
    with recorded.sessions.begin() as session:
        Things(session).annotator("A")
    with pytest.raises(DataError, match="rows already"):
        fill(recorded, [Batch(revision(recorded), lines(recorded))])


def test_a_gap_in_the_events_is_seen(recorded, blank):
    with recorded.sessions.begin() as session:
        work_through(session, [(0, "next"), (0, "anger")])
    some = [event for event in lines(recorded) if event[0] != "faces"]
    with pytest.raises(DataError, match="not complete"):
        fill(blank, [Batch(revision(recorded), some)])


def test_a_database_server_keeps_no_events(postgresql_url):
    database = open_database(postgresql_url)
    with pytest.raises(DataError, match="SQLite only"), database.engine.begin() as connection:
        capture.install(connection)
    database.close()
