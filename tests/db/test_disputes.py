"""How far people differ, by label."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.disputes import differences, dispute, flat

STATES = st.sampled_from(["present", "absent", "not_visible"])
LABELS = st.fixed_dictionaries(
    {},
    optional={
        "emotion": st.sampled_from(["happiness", "anger", None]),
        "au": st.dictionaries(
            st.sampled_from(["AU1", "AU12"]), st.fixed_dictionaries({"state": STATES}), max_size=2
        ),
    },
)


def said(emotion="happiness", **aus):
    return {"emotion": emotion, "au": {name: {"state": state} for name, state in aus.items()}}


def test_labels_are_flattened_to_names():
    labels = {"emotion": "fear", "au": {"AU12": {"state": "present", "intensity": "C"}}, "valence": None}
    assert flat(labels) == {"emotion": "fear", "au/AU12": "present"}


def test_differences_name_label_and_who_said_what():
    answers = [said("fear", AU1="present", AU2="absent"), said("surprise", AU1="present", AU2="present")]
    assert differences(answers) == {"emotion": ["fear", "surprise"], "au/AU2": ["absent", "present"]}


def test_saying_nothing_of_a_label_is_no_difference():
    assert differences([said(AU1="present"), said()]) == {}


def test_intensity_is_no_dispute():
    one, other = ({"au": {"AU12": {"state": "present", "intensity": intensity}}} for intensity in ("A", "E"))
    assert dispute([one, other]) == 0


@pytest.mark.parametrize(
    "answers, expected",
    [
        ([], 0),
        ([said()], 0),
        ([said(), said()], 0),
        ([said("fear"), said("anger")], 1),
        ([said("fear", AU1="present"), said("anger", AU1="present")], 0.5),
        ([said("fear"), said("anger"), said("anger"), said("anger")], 0.5),
    ],
)
def test_dispute_goes_from_agreement_to_an_even_split(answers, expected):
    assert dispute(answers) == expected


@given(st.lists(LABELS, max_size=5), st.randoms())
def test_dispute_is_a_share_and_knows_no_order(answers, random):
    shuffled = random.sample(answers, len(answers))
    assert 0 <= dispute(answers) <= 1
    assert dispute(shuffled) == pytest.approx(dispute(answers))
    assert (dispute(answers) > 0) == bool(differences(answers))
    assert dispute(answers + answers) == pytest.approx(dispute(answers))
