"""After an exchange, old answers are marked by their revision and asked for anew, the most useful first."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from db.models import Prediction, QueueEntry
from db.predictions import newest
from db.stale import count_stale
from studio import refresh
from studio.following import Following
from studio.predicting import predict_face
from studio.serving import Choice, InUse, Serving
from tests.browser.faces import put_faces
from tests.studio.conftest import open_workplace
from tests.studio.fake import FakePredictor


class Revised(FakePredictor):
    """The fake predictor as another revision."""

    def __init__(self, name: str):
        super().__init__()
        self.revisions = {**self.revisions, "adapter_au": name}


@pytest.fixture
def filled(tmp_path):
    """A studio with four faces of which an earlier model has spoken, and the predictor that serves now."""
    faces = put_faces(tmp_path, 4)
    work = open_workplace(tmp_path, Serving(lambda choice: FakePredictor(), Choice()))
    yield SimpleNamespace(work=work, faces=faces)
    work.database.close()


def exchange(work, name: str) -> None:
    before = work.serving.now
    assert work.serving.exchange(before, InUse(before.choice, Revised(name), {"au": 1}))


def finished(job):
    assert job.ended.wait(60)
    return job


def test_old_answers_stay_and_the_new_model_is_asked_about_each_face(filled):
    work = filled.work
    exchange(work, "r2")
    job = finished(refresh.start(work))
    assert (job.state, job.done) == ("finished", 4)
    with work.database.reads.begin() as session:
        assert count_stale(session, work.serving.revision) == 0
        for face in filled.faces:
            rows = session.scalars(select(Prediction).where(Prediction.face_id == face)).all()
            assert len(rows) == 2 and newest(session, face).revision == work.serving.revision
    assert refresh.start(work) is None, "nothing is left"


def test_faces_that_wait_for_annotators_come_first_by_rank(filled, monkeypatch):
    work = filled.work
    with work.database.sessions.begin() as session:
        ranks = dict(zip(filled.faces, (3.0, 1.0, 2.0, 0.5), strict=True))
        for entry in session.scalars(select(QueueEntry)):
            entry.rank = ranks[entry.face_id]
            if entry.face_id == filled.faces[3]:
                entry.state, entry.taken = "full", entry.overlap
    asked = []
    monkeypatch.setattr(refresh, "ask_about", lambda work, face, revision: asked.append(face))
    exchange(work, "r2")
    finished(refresh.start(work))
    first, second, third, last = filled.faces
    assert asked == [second, third, first, last]


def test_a_face_that_was_never_predicted_is_not_asked_about(filled, tmp_path):
    new = put_faces(tmp_path, 1, seed=9, predicted=False)
    exchange(filled.work, "r2")
    finished(refresh.start(filled.work))
    with filled.work.database.reads.begin() as session:
        assert newest(session, new[0]) is None


def test_exchanged_again_meanwhile_it_begins_anew_for_that_model(filled, monkeypatch):
    work, asked = filled.work, []

    def ask(work, face, revision):
        asked.append((face, work.serving.predictor.revisions["adapter_au"]))
        if len(asked) == 2:
            exchange(work, "r3")
        predict_face(work, face)

    monkeypatch.setattr(refresh, "ask_about", ask)
    exchange(work, "r2")
    finished(refresh.start(work))
    assert [name for _, name in asked] == ["r2", "r2", "r3", "r3", "r3"], "one was asked by r3 on the way"
    with work.database.reads.begin() as session:
        assert count_stale(session, work.serving.revision) == 0


def test_it_can_be_stopped(filled, monkeypatch):
    work = filled.work
    exchange(work, "r2")
    monkeypatch.setattr(refresh, "ask_about", lambda *_: work.jobs.running(refresh.KIND).stopping.set())
    assert finished(refresh.start(work)).done == 1


def test_after_a_rollback_what_served_before_counts_again(filled):
    work = filled.work
    base = work.serving.now
    face = filled.faces[0]
    first = predict_face(work, face)
    exchange(work, "r2")
    second = predict_face(work, face)
    assert work.serving.exchange(work.serving.now, base)
    with work.database.reads.begin() as session:
        assert newest(session, face).id == second.id
        assert newest(session, face, work.serving.revision).id == first.id


def test_a_studio_that_follows_refreshes_after_each_exchange(filled):
    work = filled.work
    follow = Following(work.database, work.serving)
    refresh.follow(replace(work, following=follow))
    follow.stop()
    exchange(work, "r2")
    follow.swapped()
    (job,) = work.jobs.all()
    assert finished(job).done == 4
