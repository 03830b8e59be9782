"""Rounds that another machine did: the same rows here, once, and never over what a person decided."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from db.erasure import erase_faces
from db.errors import SchemaError
from db.models import Adapter, Snapshot, SnapshotRow, TrainingRun
from db.rounds import record
from db.rounds.take import take, taken
from db.rounds.tell import tell
from db.runs import overrule, serving
from tests.db.rounds.rounds import ANSWERS, BEGAN, COMMIT, REPOSITORY, TASKS, label, learn, put_up


def told(session, run, number=1) -> tuple[record.Record, str]:
    """A run's record as it comes back from the repository, and its name."""
    data = tell(session, run.id, ANSWERS).data()
    name = record.path(number, data)
    return record.read(data, name), name


def taken_over(database, found, name):
    with database.sessions.begin() as session:
        return take(session, found, repository=REPOSITORY, name=name, commit=COMMIT)


def rows(database, table) -> list:
    with database.reads.begin() as session:
        return list(session.scalars(select(table)))


def served(database) -> dict[str, str | None]:
    with database.reads.begin() as session:
        return {
            task: row.adapter_id and session.get(Adapter, row.adapter_id).revision
            for task, row in serving(session).items()
        }


def test_a_promoted_round_is_here_as_it_is_there_and_serves(both):
    with both.job.sessions.begin() as session:
        found, name = told(session, learn(session, "a" * 64))
    run = taken_over(both.studio, found, name)
    assert (run.state, run.message, run.started_at) == ("promoted", found.message, BEGAN)
    assert run.progress == {"curve": [[1, 2.0]]}
    assert run.report["answers"]["gold"]["candidate"] == f"{REPOSITORY}/answers/a1-b2@{COMMIT}"
    assert served(both.studio) == dict.fromkeys(TASKS, "a" * 64)
    for table, keys in (
        (Snapshot, ("sha256", "faces", "options")),
        (Adapter, ("revision", "uri", "manifest")),
    ):
        (here,), (there,) = rows(both.studio, table), rows(both.job, table)
        assert [getattr(here, key) for key in keys] == [getattr(there, key) for key in keys]
    assert len(rows(both.studio, SnapshotRow)) == 4
    with both.studio.reads.begin() as session:
        assert taken(session, REPOSITORY) == {name} and taken(session, "team/other") == set()


def test_the_next_round_follows_the_one_before_although_ids_differ(both):
    with both.studio.sessions.begin() as session:
        session.add(TrainingRun(state="failed", options={}))
    with both.job.sessions.begin() as session:
        first = learn(session, "a" * 64)
        one = told(session, first)
        label(session, 1)
        second = learn(session, "b" * 64, parent=session.get(Adapter, first.adapter_id))
        session.flush()
        two = told(session, second, 2)
    taken_over(both.studio, *one)
    with pytest.raises(SchemaError, match="face 5 of its snapshot is not known here"):
        taken_over(both.studio, *two)
    found = replace(two[0], snapshot=one[0].snapshot)
    run = taken_over(both.studio, found, two[1])
    assert run.state == "promoted" and served(both.studio) == dict.fromkeys(TASKS, "b" * 64)
    assert rows(both.studio, Adapter)[1].parent_id == rows(both.studio, Adapter)[0].id


def test_what_a_person_decided_meanwhile_stands_and_the_candidate_is_kept(both):
    with both.job.sessions.begin() as session:
        found, name = told(session, learn(session, "a" * 64))
    with both.studio.sessions.begin() as session:
        put_up(session, None, kind="rolled_back")
    run = taken_over(both.studio, found, name)
    assert run.state == "finished" and run.message.startswith("Not promoted, since what serves was changed")
    assert served(both.studio) == dict.fromkeys(TASKS) and run.adapter_id is not None


def test_a_rejected_candidate_waits_for_whoever_overrules(both):
    with both.job.sessions.begin() as session:
        found, name = told(session, learn(session, "a" * 64, "rejected"))
    run = taken_over(both.studio, found, name)
    assert run.state == "rejected" and served(both.studio) == {}
    with both.studio.sessions.begin() as session:
        overrule(session, run.id, reason="It is what we want.")
    assert served(both.studio) == dict.fromkeys(TASKS, "a" * 64)


def test_a_failed_round_is_told_too(both):
    with both.job.sessions.begin() as session:
        run = TrainingRun(
            state="failed", options={"tasks": ["au"]}, message="No gold set.", finished_at=BEGAN
        )
        session.add(run)
        session.flush()
        found, name = told(session, run)
    assert taken_over(both.studio, found, name).message == "No gold set."


def test_the_same_bundle_made_twice_is_one_adapter(both):
    with both.job.sessions.begin() as session:
        found, name = told(session, learn(session, "a" * 64))
    first = taken_over(both.studio, found, name)
    again = taken_over(both.studio, found, record.path(2, found.data()))
    assert again.state == "finished" and again.adapter_id is None
    assert f"what run {first.id} had made" in again.message and len(rows(both.studio, Adapter)) == 1


def test_a_face_that_was_erased_since_is_still_in_the_snapshot(both):
    with both.job.sessions.begin() as session:
        found, name = told(session, learn(session, "a" * 64))
    with both.studio.sessions.begin() as session:
        erase_faces(session, [1], reason="asked to")
    assert taken_over(both.studio, found, name).state == "promoted"
    assert {row.face_id for row in rows(both.studio, SnapshotRow)} == {1, 2, 3, 4}


def test_a_round_on_another_database_is_refused_and_leaves_nothing(both):
    with both.job.sessions.begin() as session:
        found, name = told(session, learn(session, "a" * 64))
    swapped = tuple((face, 5 - gold, said, split) for face, gold, said, split in found.snapshot.rows)
    for wrong, why in (
        (replace(found.snapshot, rows=swapped), "the labels of its snapshot are others here"),
        (replace(found.snapshot, rows=((99, 1, None, None),)), "face 99 of its snapshot"),
        (replace(found.snapshot, sha256="0" * 64), "the labels of its snapshot are others here"),
    ):
        with pytest.raises(SchemaError, match=why):
            taken_over(both.studio, replace(found, snapshot=wrong), name)
    with pytest.raises(SchemaError, match="went on from the adapter ffff"):
        taken_over(both.studio, replace(found, parent="f" * 64), name)
    assert not any(rows(both.studio, table) for table in (TrainingRun, Adapter, Snapshot))


def changed(found: record.Record, **more) -> tuple[bytes, str]:
    told = {**json.loads(found.data()), **more}
    data = json.dumps({key: value for key, value in told.items() if value is not ...}).encode()
    return data, record.path(1, data)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"format": 2}, "is of format 2; this studio reads format 1. A newer version wrote it"),
        ({"format": ...}, "is no record of a round"),
        ({"state": "serving"}, "its state is 'serving'"),
        ({"state": "promoted", "served": {}}, "promoted without an adapter"),
        ({"report": ...}, "is no record of a round"),
        ({"unheard": 1}, "is no record of a round"),
        ({"snapshot": {"rows": [[1]]}}, "is no record of a round"),
        ({"started_at": "yesterday"}, "is no record of a round"),
        ({"started_at": "2026-03-01T03:00:00"}, "has no time zone"),
        ({"options": []}, "its options are no table"),
    ],
)
def test_a_record_that_cannot_be_understood_is_refused(both, more, words):
    with both.job.sessions.begin() as session:
        found, _ = told(session, learn(session, "a" * 64, "rejected"))
    with pytest.raises(SchemaError, match=words):
        record.read(*changed(found, **more))


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"format": 1}', b"null"])
def test_what_is_no_record_is_refused(data):
    with pytest.raises(SchemaError, match="is no record"):
        record.read(data, record.path(1, data))


def test_a_record_that_was_changed_is_refused():
    with pytest.raises(SchemaError, match="was changed since it was written"):
        record.read(b"{}", record.path(1, b"{ }"))
