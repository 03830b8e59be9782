"""What a run learned from, runs that died, and stopping one."""

from datetime import timedelta
from uuid import uuid4

import pytest

from db import clock, run_history
from db.erasure import erase_faces
from db.errors import DataError, NotFound
from db.gold import decide
from db.models import TrainingRun
from db.snapshots import freeze, gold_faces
from tests.db.things import add_faces

LABELS = {"emotion": "anger"}


def run_of(session, snapshot=None, state="promoted", **more) -> TrainingRun:
    row = TrainingRun(state=state, options={}, snapshot_id=snapshot.id if snapshot else None, **more)
    session.add(row)
    session.flush()
    return row


def labelled(session, count):
    faces = add_faces(session, count)
    for face in faces:
        decide(session, face, uuid=uuid4(), kind="imported", labels=LABELS)
    return faces


def frozen(session):
    return freeze(session, "training", "training", gold_faces(session))


def test_what_is_new_is_what_the_judged_run_before_had_not(session):
    labelled(session, 3)
    first = run_of(session, frozen(session))
    labelled(session, 2)
    failed = run_of(session, frozen(session), state="failed")
    second = run_of(session, frozen(session), state="rejected")
    assert run_history.learned(session, first) == (3, 3, 0)
    assert run_history.learned(session, second) == (5, 2, 0), "a run that failed has learned nothing"
    assert run_history.learned(session, failed) == (5, 2, 0)
    assert run_history.learned(session, run_of(session)) is None


def test_a_face_erased_since_is_counted(session):
    faces = labelled(session, 3)
    run = run_of(session, frozen(session))
    erase_faces(session, faces[:1], reason="asked")
    assert run_history.learned(session, run).erased == 1


def test_a_living_run_is_asked_to_stop_and_ends_itself(session):
    run = run_of(session, state="running")
    assert not run_history.silent(session, run)
    run_history.stop(session, run.id, by="Ada")
    assert (run.state, run.message, run.finished_at) == ("stopped", "Stopped by Ada.", None)
    with pytest.raises(DataError, match="is stopped already"):
        run_history.stop(session, run.id, by="Ada")
    with pytest.raises(NotFound):
        run_history.stop(session, 999, by="Ada")


def test_a_run_whose_process_died_is_given_up_for_good(session):
    long_ago = clock.now(session) - timedelta(hours=1)
    run = run_of(session, state="running", heartbeat_at=long_ago)
    assert run_history.silent(session, run)
    run_history.stop(session, run.id, by="Ada")
    assert run.finished_at is not None and "its process had died" in run.message
