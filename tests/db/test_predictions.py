"""Predictions: kept once for each revision; how unsure they are; which are missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import Face
from db.predictions import missing, newest, record, revision_key, uncertainty
from tests.db.things import add_faces

SHARE = st.floats(0, 1)


def test_the_same_revision_speaks_once_of_the_same_landmarks(things, session):
    face = add_faces(session, 1)[0]
    first = things.prediction(face)
    again = record(
        session,
        face,
        first.landmarks_id,
        revisions={"expert": "e1", "base": "b1"},
        labels={"emotion": "fear"},
        rationales={},
        probabilities={},
        uncertainty=0.1,
    )
    assert again.id == first.id and again.labels == {"emotion": "anger"}


def test_the_newest_prediction_counts(things, session):
    face = add_faces(session, 1)[0]
    things.prediction(face)
    second = things.prediction(face, revisions={"base": "b2"})
    assert newest(session, face).id == second.id
    assert newest(session, face + 1) is None


def test_missing_are_faces_of_which_a_revision_has_not_spoken(things, session):
    faces = add_faces(session, 4)
    things.prediction(faces[1])
    revision = revision_key({"base": "b1", "expert": "e1"})
    assert [face.id for face in missing(session, revision)] == [faces[0], faces[2], faces[3]]
    assert [face.id for face in missing(session, revision, after=faces[0], limit=1)] == [faces[2]]
    assert [face.id for face in missing(session, revision, Face.id > faces[2])] == [faces[3]]
    assert len(missing(session, "another")) == 4


def test_a_revision_key_depends_on_the_revisions_only():
    one = revision_key({"base": "b", "adapter_au": None})
    assert one == revision_key({"adapter_au": None, "base": "b"})
    assert one != revision_key({"base": "b", "adapter_au": "a"})


@pytest.mark.parametrize(
    "one_of, any_of, expected",
    [
        ([], [], 0),
        ([{"fear": 1.0, "anger": 0.0}], [], 0),
        ([{"fear": 0.5, "anger": 0.5}], [], 1),
        ([], [{"AU1": 0.5, "AU2": 0.5}], 1),
        ([], [{"AU1": 1.0, "AU2": 0.0}], 0),
        ([{"fear": 0.5, "anger": 0.5}], [{"AU1": 1.0}], 0.5),
        ([{}], [{}], 0),
    ],
)
def test_uncertainty_goes_from_sure_to_no_idea(one_of, any_of, expected):
    assert uncertainty(one_of, any_of) == pytest.approx(expected)


@given(st.dictionaries(st.text(max_size=3), SHARE, max_size=6), st.lists(SHARE, min_size=2, max_size=7))
def test_uncertainty_is_a_share(any_of, weights):
    total = sum(weights) or 1.0
    one_of = {str(number): weight / total for number, weight in enumerate(weights)}
    assert 0 <= uncertainty([one_of], [any_of]) <= 1
