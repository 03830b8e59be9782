"""No model is judged with faces, pictures or people that it was trained on."""

import pytest

from db.faces import add_subject
from db.models import Face, Snapshot, SnapshotRow, TrainingRun
from db.runs import register
from tests.db.things import add_faces
from train.rounds.leaks import leaks


@pytest.fixture
def trained(session):
    """Makes a snapshot of faces, known as what an adapter was trained on: (snapshot id, adapter)."""
    from db.models import Dataset

    dataset = Dataset(name="training", purpose="training")
    session.add(dataset)
    session.flush()

    def make(ids, revision="r1", parent=None, run=True):
        snapshot = Snapshot(dataset_id=dataset.id, sha256=revision * 16, faces=len(ids), options={})
        session.add(snapshot)
        session.flush()
        session.add_all([SnapshotRow(snapshot_id=snapshot.id, face_id=i, gold_label_id=1) for i in ids])
        facts = {} if run else {"snapshot": snapshot.sha256}
        adapter = register(
            session, revision, uri="/a", base_revision="b", expert="mini", tasks=["au"], manifest=facts,
            parent_id=parent.id if parent else None,
        )  # fmt: skip
        if run:
            session.add(TrainingRun(snapshot_id=snapshot.id, adapter_id=adapter.id, options={}))
        session.flush()
        return snapshot.id, adapter

    return make


def test_clean_training_has_no_leak(session, trained):
    ids = add_faces(session, 4)
    snapshot, _ = trained(ids[:2])
    assert leaks(session, snapshot_id=snapshot, parent_id=None, face_ids=ids[2:]) == []


def test_a_measured_face_that_was_trained_on_is_named(session, trained):
    ids = add_faces(session, 4)
    snapshot, _ = trained(ids)
    (words,) = leaks(session, snapshot_id=snapshot, parent_id=None, face_ids=ids[:1])
    assert words == f"1 face ({ids[0]}) of what is measured with was trained on"


def test_a_picture_is_the_same_face_whatever_file_it_is_measured_from(session, trained):
    ids = add_faces(session, 3)
    snapshot, _ = trained(ids)
    digest = session.get(Face, ids[1]).sha256
    (words,) = leaks(session, snapshot_id=snapshot, parent_id=None, pictures=[digest, "f" * 64])
    assert f"({ids[1]})" in words


def test_a_person_who_is_measured_with_must_not_have_been_trained_on(session, trained):
    subject = add_subject(session, "p1").id
    learned = add_faces(session, 2, subject_id=subject)
    measured = add_faces(session, 1, subject_id=subject)
    snapshot, _ = trained(learned)
    (words,) = leaks(session, snapshot_id=snapshot, parent_id=None, face_ids=measured)
    assert "2 faces" in words and "show people who are measured with" in words


@pytest.mark.parametrize("run", [True, False], ids=["by run", "by manifest"])
def test_what_an_ancestor_learned_counts(session, trained, run):
    ids = add_faces(session, 3)
    _, first = trained(ids[:1], "r1", run=run)
    _, second = trained(ids[1:2], "r2", parent=first, run=run)
    (words,) = leaks(session, snapshot_id=None, parent_id=second.id, face_ids=ids[:1])
    assert f"({ids[0]})" in words
