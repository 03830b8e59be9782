"""studio.annotate.labels: the short forms become the complete one, and everything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.facs import FABA
from model.tasks import TASKS
from studio.annotate.arguments import BadArgument
from studio.annotate.labels import INTENSITIES, SIDES, STATES, complete, present, texts

BOTH = ("emotion", "au")


def test_a_list_of_present_units_says_that_the_others_are_absent():
    labels = complete({"emotion": "fear", "au": ["AU12", "AU6"]}, BOTH)
    assert labels["emotion"] == "fear" and tuple(labels["au"]) == FABA
    assert {code for code, said in labels["au"].items() if said == {"state": "present"}} == {"AU6", "AU12"}
    assert labels["au"]["AU1"] == {"state": "absent"}
    assert present(labels) == ["AU6", "AU12"]


def test_intensity_side_and_not_visible_are_kept():
    units = {"AU12": {"state": "present", "intensity": "C", "side": "left"}, "AU43": "not_visible"}
    labels = complete({"emotion": "cant_tell", "au": units}, BOTH)
    assert labels["emotion"] == "cant_tell"
    assert labels["au"]["AU12"] == {"state": "present", "intensity": "C", "side": "left"}
    assert labels["au"]["AU43"] == {"state": "not_visible"}


def test_an_intensity_that_was_not_chosen_is_left_out():
    units = {"AU12": {"state": "present", "intensity": None, "side": ""}}
    assert complete({"au": units}, ("au",))["au"]["AU12"] == {"state": "present"}


def test_a_task_that_is_not_asked_for_may_be_named_without_saying_anything():
    assert list(complete({"emotion": None, "au": []}, ("au",))) == ["au"]
    assert texts({"emotion": "", "au": "The lips part."}, ("au",)) == {"au": "The lips part."}


@pytest.mark.parametrize(
    "labels, told",
    [
        (None, "missing"),
        (["happiness"], "a list of 1"),
        ({"au": []}, "no emotion"),
        ({"emotion": "happiness"}, "no au"),
        ({"emotion": "joy", "au": []}, "'joy'.*Allowed: happiness"),
        ({"emotion": ["happiness"], "au": []}, "a list of 1"),
        ({"emotion": "fear", "au": [], "valence": 1}, "'valence' is not asked for"),
        ({"emotion": "fear", "au": ["AU99"]}, "'AU99' is not asked for"),
        ({"emotion": "fear", "au": ["AU012"]}, "AU012"),
        ({"emotion": "fear", "au": [12]}, "12"),
        ({"emotion": "fear", "au": [{}]}, "an object of 0"),
        ({"emotion": "fear", "au": "AU12"}, "'AU12'"),
        ({"emotion": "fear", "au": {"AU12": "maybe"}}, "AU12: state is 'maybe'"),
        ({"emotion": "fear", "au": {"AU12": {"intensity": "A"}}}, "state is missing"),
        ({"emotion": "fear", "au": {"AU12": {"state": "present", "intensity": "F"}}}, "intensity is 'F'"),
        ({"emotion": "fear", "au": {"AU12": {"state": "present", "side": ["left"]}}}, "side is a list"),
        ({"emotion": "fear", "au": {"AU12": {"state": "absent", "intensity": "A"}}}, "no intensity"),
        ({"emotion": "fear", "au": {"AU12": {"state": "present", "note": "x"}}}, "'note'"),
        ({"emotion": "fear", "au": {"AU12": 1}}, "AU12 is 1"),
    ],
)
def test_what_is_wrong_is_named(labels, told):
    with pytest.raises(BadArgument, match=told):
        complete(labels, BOTH)


@pytest.mark.parametrize("said", [5, {"au": 5}, {"mood": "good"}, {"au": "x" * 5001}, {"au": "a\0b"}])
def test_rationales_that_are_no_texts_are_refused(said):
    with pytest.raises(BadArgument):
        texts(said, BOTH)


states = st.builds(
    lambda state, intensity, side: (
        {"state": state, "intensity": intensity, "side": side} if state == "present" else {"state": state}
    ),
    st.sampled_from(STATES),
    st.sampled_from([None, *INTENSITIES]),
    st.sampled_from([None, *SIDES]),
)
sets = st.fixed_dictionaries(
    {
        "emotion": st.sampled_from([*TASKS["emotion"].labels, "cant_tell"]),
        "au": st.dictionaries(st.sampled_from(FABA), states),
    }
)


@given(sets)
def test_complete_labels_are_complete_and_stay_as_they_are(labels):
    once = complete(labels, BOTH)
    assert complete(once, BOTH) == once
    assert set(once["au"]) == set(FABA)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(anything | st.fixed_dictionaries({"emotion": anything, "au": anything}))
def test_anything_else_is_refused_with_a_sentence(labels):
    try:
        complete(labels, BOTH)
    except BadArgument as error:
        assert str(error).endswith((".", "..."))
