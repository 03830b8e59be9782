"""The queue's orders."""

import pytest
from sqlalchemy import select

from db.models import Face, QueueEntry
from db.studies import enqueue, reorder
from tests.db.things import add_faces


def order(session, study):
    ranked = select(QueueEntry.face_id).where(QueueEntry.study_id == study.id)
    return session.scalars(ranked.order_by(QueueEntry.rank, QueueEntry.id)).all()


def test_random_is_shuffled_the_same_for_the_same_seed(things, session):
    study = things.study(200, face_order="random", seed=1)
    first = order(session, study)
    reorder(session, study, "random")
    assert order(session, study) == first
    study.seed = 2
    reorder(session, study, "random")
    assert order(session, study) != first
    assert sorted(first) == sorted(order(session, study))


def test_random_owes_nothing_to_the_order_in_which_faces_came(things, session):
    found = order(session, things.study(1000, face_order="random", seed=3))
    places = {face: place for place, face in enumerate(sorted(found))}
    ranks = [places[face] for face in found]
    mean = sum(ranks) / len(ranks)
    spread = sum((rank - mean) ** 2 for rank in ranks)
    for lag in (1, 2, 7):
        together = sum((a - mean) * (b - mean) for a, b in zip(ranks, ranks[lag:], strict=False))
        assert abs(together / spread) < 0.12
    trend = sum((rank - mean) * (place - mean) for place, rank in enumerate(ranks))
    assert abs(trend / spread) < 0.12


def test_random_is_the_same_on_every_engine(things, session):
    study = things.study(0, face_order="random", seed=5)
    ids = add_faces(session, 6)
    enqueue(session, study, Face.id.in_(ids))
    ranks = [rank for (rank,) in session.execute(select(QueueEntry.rank).order_by(QueueEntry.face_id))]

    def shuffled(number, seed):
        prime = 2**31 - 1
        for step in (48271, 69621):
            number = (number * step + (seed * 7919 + 12345) % prime) % prime
            number = number * (number % 65521 + 1) % prime
        return number / prime

    assert ranks == pytest.approx([shuffled(face, 5) for face in ids])


def test_uncertain_gives_the_least_sure_first_and_unknown_ones_last(things, session):
    study = things.study(4, face_order="uncertain")
    a, b, c, d = order(session, study)
    things.prediction(a, uncertainty=0.1)
    things.prediction(c, uncertainty=0.9)
    things.prediction(d, uncertainty=0.5)
    assert order(session, study) == [c, d, a, b]


def test_uncertain_goes_by_the_newest_prediction(things, session):
    study = things.study(2, face_order="uncertain")
    a, b = order(session, study)
    things.prediction(a, uncertainty=0.9)
    things.prediction(b, uncertainty=0.5)
    things.prediction(a, uncertainty=0.2, revisions={"base": "b2"})
    assert order(session, study) == [b, a]


def test_disputed_gives_what_people_differ_on_first(things, session):
    study = things.study(3, overlap=3, face_order="disputed")
    people = [things.annotator() for _ in range(3)]
    for emotions in (("fear", "fear"), ("fear", "anger")):
        faces = [things.given(study, person) for person in people[:2]]
        for assignment, emotion in zip(faces, emotions, strict=True):
            things.save(assignment, emotion)
    disputed = faces[0].face_id
    assert order(session, study)[0] == disputed
    assert things.given(study, people[2]).face_id == disputed


def test_stratified_deals_out_the_classes_in_turn(things, session):
    study = things.study(0)
    common, rare = add_faces(session, 20, source="common"), add_faces(session, 4, source="rare")
    enqueue(session, study, Face.id.in_([*common, *rare]))
    reorder(session, study, "stratified")
    found = order(session, study)
    assert sum(face in rare for face in found[:8]) == 4
    assert sorted(found) == sorted([*common, *rare])


def test_stratified_goes_by_what_was_predicted(things, session):
    study = things.study(9)
    faces = order(session, study)
    for number, face in enumerate(faces):
        things.prediction(face, stratum=("happiness", "fear", "anger")[min(number, 2)])
    reorder(session, study, "stratified")
    assert set(faces[:2]) < set(order(session, study)[:3])


@pytest.mark.parametrize("name", ["first_in", "random", "uncertain", "disputed", "stratified"])
def test_a_queue_can_be_put_in_another_order_at_any_time(things, session, name):
    study, annotator = things.study(5), things.annotator()
    things.save(things.given(study, annotator))
    reorder(session, study, name)
    assert len({things.given(study, annotator).face_id for _ in range(4)}) == 4
    assert things.given(study, annotator) is None
