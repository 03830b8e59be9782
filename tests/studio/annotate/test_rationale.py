"""studio.annotate.rationale: what a text says, what it lacks, what changed in it, and the EMFACS hint."""

import pytest

from studio.annotate.rationale import check_rationale, differences, hint, line
from studio.predicting import predict_face
from tests.studio.annotate.conftest import LABELS
from tests.studio.fake import AU_TEXT


def test_a_text_is_measured_by_the_labels(desk):
    desk.study()
    said = {"emotion": "She looks afraid.", "au": "1. AU12 - Lip Corner Puller.\n2. AU4 - Brow Lowerer."}
    found = check_rationale(desk.work, desk.me, desk.given(), LABELS, said)
    assert found["tasks"]["au"] == {"said": ["AU4", "AU12"], "missing": ["AU6"], "extra": ["AU4"]}
    assert found["tasks"]["emotion"] == {"said": "fear", "agrees": False}
    assert found["lines"]["AU12"] == "AU12 - Lip Corner Puller: The lip corners are pulled up and back."
    assert found["differences"] == {}


def test_no_text_is_no_mismatch(desk):
    desk.study()
    labels = {"emotion": None, "au": LABELS["au"]}
    found = check_rationale(desk.work, desk.me, desk.given(), labels, {"au": " "})
    assert found["tasks"] == {
        "au": {"said": [], "missing": [], "extra": []},
        "emotion": {"said": None, "agrees": True},
    }


def test_an_offered_line_says_its_unit():
    assert line("AU43").startswith("AU43 - Eyes Closed: The eyes")


def test_what_differs_from_the_models_text_is_told_word_by_word(desk):
    desk.study()
    assignment = desk.given()
    prediction = predict_face(desk.work, 1)
    changed = AU_TEXT.replace("lip corners", "mouth corners")
    found = check_rationale(desk.work, desk.me, assignment, LABELS, {"au": changed}, prediction.id)
    assert [part for part in found["differences"]["au"] if part[0] != "same"] == [
        ["removed", "lip"],
        ["added", "mouth"],
    ]


@pytest.mark.parametrize(
    "before, after", [("", "new words"), ("old words", ""), ("a b c", "a c b"), ("x", "x")]
)
def test_both_texts_can_be_read_off_the_differences(before, after):
    found = differences(before, after)
    assert "".join(text for kind, text in found if kind != "added") == before
    assert "".join(text for kind, text in found if kind != "removed") == after


@pytest.mark.parametrize(
    "emotion, units, told",
    [
        ("happiness", ["AU4"], "Happiness tends to come with AU6 and AU12"),
        ("happiness", ["AU12"], None),
        ("happiness", ["AU6", "AU12", "AU25"], None),
        ("neutral", ["AU6", "AU12"], "tend to come with happiness, not with neutral"),
        ("neutral", [], None),
        ("disgust", ["AU9", "AU6", "AU12"], "happiness, not with disgust"),
        ("cant_tell", ["AU6", "AU12"], None),
        (None, ["AU6", "AU12"], None),
    ],
)
def test_the_hint_speaks_where_emotion_and_units_look_at_odds(emotion, units, told):
    found = hint(emotion, units)
    assert found is None if told is None else told in found and found.endswith("A hint only.")


def test_labels_that_are_no_labels_say_nothing(desk):
    desk.study()
    assignment = desk.given()
    for units in (5, "AU12", [{}], {"AU12": {"state": ["present"]}}, {"AU12": 3}):
        labels = {"emotion": ["fear"], "au": units}
        found = check_rationale(desk.work, desk.me, assignment, labels, {"au": "AU12"})
        assert found["tasks"]["au"]["extra"] == ["AU12"] and found["hint"] is None
