"""Many people at once: every face is done by exactly as many as were wanted, whatever happens meanwhile."""

import multiprocessing
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select

from db.annotations import of_face
from db.assignments import next_assignment
from db.holding import return_expired
from db.models import Annotation, Annotator, Assignment, QueueEntry
from db.saves import Save, save
from db.session import open_database
from tests.db.things import Things, later

FACES = 500


@pytest.fixture
def prepared(database):
    """Makes a study and its annotators, and returns their ids."""

    def prepare(faces, people, **more):
        with database.sessions.begin() as session:
            things = Things(session)
            study = things.study(faces, **more)
            return study.id, [things.annotator() for _ in range(people)]

    return prepare


def drain(database, study_id, annotator_id, drops=0):
    """Do all faces that there are for an annotator, and return how many; `drops`: each how many to forget."""
    done = asked = 0
    while True:
        with database.sessions.begin() as session:
            assignment = next_assignment(session, study_id, annotator_id, client=str(annotator_id))
        if assignment is None:
            return done
        asked += 1
        if drops and asked % drops == 0:
            continue
        content = Save(uuid4(), {"emotion": "fear"})
        for _ in range(
            2 if asked % 10 == 0 else 1
        ):  # now and then the answer is lost, and the save sent again
            with database.sessions.begin() as session:
                save(session, assignment.id, annotator_id, content)
        done += 1


def drain_in_a_process(url, study_id, annotator_ids):
    database = open_database(url)
    with ThreadPoolExecutor(len(annotator_ids)) as pool:
        done = sum(pool.map(lambda annotator: drain(database, study_id, annotator), annotator_ids))
    database.close()
    return done


def check(database, study_id, overlap, faces=FACES):
    """Every face has exactly `overlap` annotations, by different people, and the queue knows it."""
    with database.reads.begin() as session:
        pairs = session.execute(select(Annotation.face_id, Annotation.annotator_id)).all()
        assert len(pairs) == len(set(pairs)) == faces * overlap
        assert set(Counter(face for face, _ in pairs).values()) == {overlap}
        entries = select(QueueEntry.state, QueueEntry.taken).where(QueueEntry.study_id == study_id)
        assert set(session.execute(entries).all()) == {("full", overlap)}
        states = set(session.scalars(select(Assignment.state).where(Assignment.study_id == study_id)))
        assert states <= {"done", "returned"}


@pytest.mark.parametrize("overlap", [1, 2])
def test_sixteen_people_do_each_face_exactly_as_often_as_wanted(database, prepared, overlap):
    study, people = prepared(FACES // overlap, 16, overlap=overlap)
    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(lambda annotator: drain(database, study, annotator), people))
    assert sum(done) == FACES // overlap * overlap
    check(database, study, overlap, FACES // overlap)


def test_several_processes_do_each_face_exactly_as_often_as_wanted(database, url, prepared):
    study, people = prepared(60, 6, overlap=3, face_order="random")
    context = multiprocessing.get_context("spawn")
    with context.Pool(3) as pool:
        groups = [(url, study, people[at : at + 2]) for at in range(0, 6, 2)]
        assert sum(pool.starmap(drain_in_a_process, groups)) == 180
    check(database, study, 3, 60)


def test_what_killed_sessions_held_is_done_by_others(database, prepared):
    study, people = prepared(40, 8, overlap=2, lease_seconds=3600)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda annotator: drain(database, study, annotator, drops=3), people[:4]))
    with database.sessions.begin() as session:
        assert return_expired(session, study, limit=1000) == 0
        far = session.scalars(select(Assignment.lease_until).where(Assignment.state == "leased")).all()
        assert far and return_expired(session, study, max(far) + (later(1) - later(0)), limit=1000) == len(
            far
        )
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda annotator: drain(database, study, annotator), people[4:]))
    check(database, study, 2, 40)


def test_one_person_in_several_windows_is_never_given_a_face_twice(database, prepared):
    study, (person,) = prepared(40, 1, overlap=2)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: drain(database, study, person), range(4))) == 40
    with database.reads.begin() as session:
        assert session.scalars(select(Annotator.id)).all() == [person]
        faces = session.scalars(select(Annotation.face_id)).all()
        assert len(faces) == len(set(faces)) == 40
        assert all(len(of_face(session, face)) == 1 for face in faces[:5])
