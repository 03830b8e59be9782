"""Studies: the default one is made once; rules that decide what an answer means stay once one is given."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from db import gold
from db.errors import DataError, NotFound
from db.models import QueueEntry, Study
from db.studies import DEFAULT, default_study, enqueue
from db.study_rules import change, close, create, listed, named, reopen
from tests.db.things import add_faces


def test_the_default_study_is_made_once_whoever_needs_it_first(database):
    def need(_):
        with database.sessions.begin() as session:
            return default_study(session).id

    with ThreadPoolExecutor(8) as people:
        assert len(set(people.map(need, range(16)))) == 1
    with database.reads.begin() as session:
        study = session.scalars(select(Study)).one()
    assert (study.name, study.tasks, study.mode, study.overlap) == (DEFAULT, ["emotion", "au"], "open", 1)
    assert study.face_order == "first_in"


def test_a_name_is_one_studys(session):
    create(session, "pilot ")
    assert named(session, "pilot").name == "pilot"
    with pytest.raises(DataError, match="already"):
        create(session, "pilot")
    with pytest.raises(NotFound, match="There are: pilot"):
        named(session, "nobody's")


def test_a_study_is_changed_with_its_queue(session):
    study = create(session, "pilot", overlap=1)
    add_faces(session, 5)
    enqueue(session, study)
    change(session, study.id, overlap=3, face_order="random", seed=7)
    entries = session.scalars(select(QueueEntry)).all()
    session.expire_all()
    assert {entry.overlap for entry in entries} == {3}
    assert sorted(entry.rank for entry in entries) != [float(entry.face_id) for entry in entries]


def test_gold_faces_are_slipped_in_when_a_share_is_wanted(session):
    study = create(session, "pilot")
    first, *_ = add_faces(session, 3)
    gold.decide(session, first, uuid=uuid4(), kind="imported", labels={"emotion": "fear"})
    enqueue(session, study)
    change(session, study.id, gold_share=0.1)
    checks = select(func.count()).where(QueueEntry.study_id == study.id, QueueEntry.state == "check")
    assert session.scalar(checks) == 1


def test_what_answers_mean_stays_once_a_face_was_given(things, session):
    study = things.study(1)
    things.given(study, things.annotator())
    for rule in ({"overlap": 2}, {"mode": "blind"}, {"tasks": ["au"]}):
        with pytest.raises(DataError, match="has begun"):
            change(session, study.id, **rule)
    assert change(session, study.id, name="other", overlap=study.overlap).name == "other"


def test_open_studies_come_first(session):
    first, second = create(session, "first"), create(session, "second")
    close(session, first.id)
    assert [study.name for study in listed(session)] == ["second", "first"]
    reopen(session, first.id)
    assert [study.name for study in listed(session)] == ["first", "second"]
    assert second.closed_at is None


def test_an_unknown_rule_is_refused(session):
    with pytest.raises(DataError, match="has no colour"):
        create(session, "pilot", colour="blue")
