"""Faces set aside to measure with: whole people, of whom nothing was ever learned."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from db import gold
from db.errors import DataError
from db.faces import add_subject
from db.gold_sets import least_difference, set_aside_share, standing
from db.models import Face, SnapshotRow
from db.snapshots import freeze, gold_faces
from tests.db.things import add_faces


@pytest.fixture
def faces(session):
    """Makes so many faces with a gold label."""

    def make(number: int, **more) -> list[int]:
        ids = add_faces(session, number, **more)
        for face_id in ids:
            gold.decide(session, face_id, uuid=uuid4(), kind="imported", labels={"emotion": "fear"})
        return ids

    return make


@pytest.fixture
def people(session, faces):
    """Makes people with so many faces each; gives each one's faces."""

    def make(*numbers: int) -> list[list[int]]:
        found = []
        for number in numbers:
            subject = add_subject(session, f"P{uuid4().hex}")
            found.append(faces(number, subject_id=subject.id))
        return found

    return make


def content(session, snapshot) -> set[int]:
    rows = select(SnapshotRow.face_id).where(SnapshotRow.snapshot_id == snapshot.id)
    return set(session.scalars(rows))


def test_a_share_of_the_gold_labels_is_set_aside_the_same_each_time(session, faces):
    ids = faces(120)
    frozen = set_aside_share(session, 0.3)
    assert frozen.faces == 36 and content(session, frozen) < set(ids)
    assert frozen.options == {"share": 0.3}
    assert set_aside_share(session, 0.3).id == frozen.id
    assert set_aside_share(session, 0.3, name="another").sha256 == frozen.sha256


def test_what_is_set_aside_stays_and_new_labels_join(session, faces):
    faces(100)
    first = set_aside_share(session, 0.5)
    faces(20)
    assert standing(session).new == 70
    second = set_aside_share(session, 0.5)
    assert second.faces == 60 and content(session, first) < content(session, second)
    now = standing(session)
    assert (now.labelled, now.snapshot.id, now.new) == (120, second.id, 60)


def test_people_are_taken_whole_and_one_who_is_too_many_is_passed_over(session, people):
    groups = people(*[4] * 15, 40)
    frozen = set_aside_share(session, 0.35)
    inside = content(session, frozen)
    assert len(inside) == 32  # 35 would cut a person in two
    assert all(set(group) <= inside or not set(group) & inside for group in groups)


def test_faces_that_nobody_would_learn_of_come_first(session, faces):
    faces(70)
    measured = faces(20, split="test") + faces(10, split="val")
    assert content(session, set_aside_share(session, 0.3)) == set(measured)


def test_more_faces_of_a_person_who_is_set_aside_join_first(session, faces, people):
    (known,) = people(10)
    faces(20)
    freeze(session, "gold", "gold", gold_faces(session, Face.id.in_(known)))
    subject = session.get_one(Face, known[0]).subject_id
    more = faces(5, subject_id=subject)
    assert set(known + more) <= content(session, set_aside_share(session, 1.0))
    faces(65)
    assert set(known + more) <= content(session, set_aside_share(session, 0.36))


def test_nobody_of_whom_a_model_has_learned_is_taken(session, faces, people):
    learned, other = people(10, 10)
    freeze(session, "training", "training", gold_faces(session, Face.id.in_(learned[:1])))
    faces(40)
    assert standing(session)[::2] == (60, 50)
    assert not set(learned) & content(session, set_aside_share(session, 1.0))
    assert standing(session).new == 0


@pytest.mark.parametrize(
    "many, share, words",
    [
        (20, 1.0, "20 faces of 20 people is too small: it takes 30 faces of 8 people"),
        (90, 0.3, "27 faces of 27 people is too small"),
        (0, 0.3, "0 faces of 0 people is too small"),
    ],
)
def test_too_few_are_refused_in_words(session, faces, many, share, words):
    faces(many) if many else None
    with pytest.raises(DataError, match=words):
        set_aside_share(session, share)
    assert standing(session).snapshot is None


def test_many_faces_of_few_people_are_too_few(session, people):
    people(*[10] * 7)
    with pytest.raises(DataError, match="70 faces of 7 people is too small.*A person's faces stay together"):
        set_aside_share(session, 1.0)


@pytest.mark.parametrize("share", [0, -0.1, 1.1, float("nan")])
def test_a_share_is_more_than_nothing_and_at_most_all(session, share):
    with pytest.raises(DataError, match="cannot be set aside"):
        set_aside_share(session, share)


def test_the_least_difference_shrinks_with_the_root_of_the_faces():
    assert least_difference(100) == pytest.approx(19.8, abs=0.05)
    assert least_difference(400) == pytest.approx(least_difference(100) / 2)
