"""The matrix of answers, made of rows that no database holds."""

from datetime import UTC, datetime

from db.models import Annotation
from db.review import Answer
from studio.review import matrix

TASKS = ("emotion", "au")


def answer(name, emotion, units, *, first=None, **more):
    labels = {"emotion": emotion, "au": {code: {"state": state} for code, state in units.items()}}
    row = Annotation(id=1, annotator_id=1, kind="labels", labels=labels, created_at=datetime.now(UTC), **more)
    before = first and Annotation(id=2, kind="labels", labels={"emotion": first, "au": {}})
    return Answer(row, name, "label", before)


def test_a_revision_keeps_what_was_said_first():
    (column,) = matrix.columns([answer("ann", "fear", {}, first="anger", prediction_id=3)], None, None, TASKS)
    assert column["cells"]["emotion"] == {"state": "fear"} and column["saw_model"]
    assert column["first_pass"]["emotion"] == {"state": "anger"}


def test_rows_go_from_disputed_over_seen_to_what_nobody_saw():
    answers = [
        answer("ann", "fear", {"AU1": "present", "AU2": "absent", "AU4": "present"}),
        answer("bob", "fear", {"AU1": "absent", "AU2": "absent", "AU4": "present"}),
    ]
    rows = matrix.rows(matrix.columns(answers, None, None, TASKS), answers, TASKS)
    assert [(row["name"], row["group"]) for row in rows[:4]] == [
        ("AU1", "disputed"),
        ("Emotion", "seen"),
        ("AU4", "seen"),
        ("AU2", "rest"),
    ]
    assert rows[0]["agreed"] is None and rows[1]["agreed"] == {"state": "fear"}


def test_a_study_of_action_units_alone_shows_no_emotion():
    answers = [answer("ann", "fear", {"AU1": "present"})]
    columns = matrix.columns(answers, None, None, ("au",))
    assert "emotion" not in columns[0]["cells"]
    assert "emotion" not in {row["key"] for row in matrix.rows(columns, answers, ("au",))}


def test_the_same_text_is_said_to_be_the_same():
    words = {"emotion": "The brows are raised."}
    answers = [answer("ann", "fear", {}, rationales=words), answer("bob", "fear", {}, rationales=words)]
    (found, _) = matrix.texts(matrix.columns(answers, None, None, TASKS), TASKS)
    assert [(text["same"], text["compared"]) for text in found["texts"]] == [(False, None), (True, 0)]
