"""studio.annotate.view: what is shown of a face, and that a blind study shows no answer by any way."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from db import gold
from db.models import Annotation, Assignment, Study
from db.studies import add_checks
from studio.annotate.progress import my_history, my_progress
from studio.annotate.rationale import check_rationale
from studio.annotate.redraw import draw_box
from studio.annotate.save import undo_annotation
from studio.annotate.view import view_assignment
from studio.predicting import predict_face
from tests.studio.annotate.conftest import LABELS


def view(desk, assignment):
    return view_assignment(desk.work, desk.me, assignment)


def test_an_open_study_shows_the_answer_landmarks_and_regions(desk):
    desk.study()
    said = predict_face(desk.work, 1)
    found = view(desk, desk.given())
    assert found["hidden"] is False and found["saved"] is None and found["first_pass"] is None
    assert found["prediction"]["id"] == said.id and found["prediction"]["model"] == "mini"
    assert found["prediction"]["labels"] == {"emotion": "happiness", "au": ["AU6", "AU12", "AU25"]}
    assert found["prediction"]["probabilities"]["au"]["AU12"] == 0.97
    assert found["overlay"]["dots"].count("M") == 2 * 68 and 'data-au="AU12"' in found["overlay"]["regions"]
    assert len(found["overlay"]["viewBox"].split()) == 4 and len(found["overlay"]["box"]) == 4


def test_before_anybody_predicted_there_is_nothing_to_show(desk):
    desk.study()
    found = view(desk, desk.given())
    assert found["overlay"] is None and found["prediction"] is None and found["hidden"] is False


def test_a_study_without_emotion_shows_none(desk):
    desk.study(1, "units", tasks=["au"])
    predict_face(desk.work, 1)
    said = view(desk, desk.given("units"))["prediction"]
    assert list(said["labels"]) == list(said["rationales"]) == list(said["probabilities"]) == ["au"]
    assert "joy" not in said["rationales"]["au"]


def test_the_same_subjects_neutral_face_is_named(desk):
    from db.faces import add_subject

    with desk.work.database.sessions.begin() as session:
        subject = add_subject(session, "S1").id
    desk.faces(1, subject_id=subject)
    (rest,) = desk.faces(1, subject_id=subject, neutral=True)
    desk.study(0)
    assert view(desk, desk.given())["neutral"] == f"pictures/{rest}"
    assert view(desk, desk.given())["neutral"] is None


def everything(desk, assignment, prediction_id):
    """All that the endpoints say of an assignment, as text."""
    parts = [
        view(desk, assignment),
        draw_box(desk.work, desk.me, assignment, [10, 10, 230, 230]),
        check_rationale(desk.work, desk.me, assignment, LABELS, {"au": "AU4"}, prediction_id),
        my_history(desk.work, desk.me, desk.mode),
    ]
    return str(parts)


@pytest.mark.parametrize("mode", ["blind", "blind_then_revise"])
def test_before_the_save_nothing_of_the_answer_is_sent(desk, mode):
    desk.mode = desk.study(1, mode, mode=mode)
    said = predict_face(desk.work, 1)
    assignment = desk.given(mode)
    found = view(desk, assignment)
    assert found["hidden"] is True and found["prediction"] is None and found["overlay"] is not None
    sent = everything(desk, assignment, said.id)
    assert "happy" not in sent and "0.97" not in sent


def test_a_blind_study_never_shows_the_answer_and_never_says_that_it_was_seen(desk):
    desk.mode = desk.study(1, "blind", mode="blind")
    said = predict_face(desk.work, 1)
    assignment = desk.given("blind")
    done = desk.save(assignment, prediction_id=said.id)
    assert done["reveal"] is None
    assert view(desk, assignment)["hidden"] is True and "0.97" not in everything(desk, assignment, said.id)
    desk.save(assignment, {"emotion": "fear", "au": []}, prediction_id=said.id)
    with desk.work.database.reads.begin() as session:
        assert set(session.scalars(select(Annotation.prediction_id))) == {None}


def test_blind_then_revise_reveals_after_the_first_labels_and_keeps_both(desk):
    desk.study(1, "twice", mode="blind_then_revise")
    said = predict_face(desk.work, 1)
    assignment = desk.given("twice")
    uuid = str(uuid4())
    first = desk.save(assignment, {"emotion": "fear", "au": []}, uuid=uuid, prediction_id=said.id)
    assert first["reveal"]["id"] == said.id
    again = desk.save(assignment, {"emotion": "fear", "au": []}, uuid=uuid, prediction_id=said.id)
    assert again == first
    second = desk.save(assignment, LABELS)
    assert second["reveal"] is None
    with desk.work.database.reads.begin() as session:
        seen = session.scalars(select(Annotation.prediction_id).order_by(Annotation.id)).all()
    assert seen == [None, said.id]
    found = view(desk, assignment)
    assert found["first_pass"]["labels"]["emotion"] == "fear"
    assert found["saved"]["labels"]["emotion"] == "happiness" and found["prediction"]["id"] == said.id


def test_a_skip_reveals_nothing_and_an_undo_hides_nothing_again(desk):
    desk.study(1, "twice", mode="blind_then_revise")
    predict_face(desk.work, 1)
    assignment = desk.given("twice")
    assert desk.save(assignment, None, reason="dark")["reveal"] is None
    assert view(desk, assignment)["hidden"] is True
    assert desk.save(assignment)["reveal"] is not None
    undo_annotation(desk.work, desk.me, assignment, str(uuid4()))
    assert view(desk, assignment)["hidden"] is False


def with_gold(desk, decided_by=None):
    """A study in which every face that is given is a known gold face."""
    desk.study(1, "checked", gold_share=1.0)
    with desk.work.database.sessions.begin() as session:
        labels = {"emotion": "fear", "au": {}}
        gold.decide(
            session, 1, uuid=uuid4(), kind="adjudicated", labels=labels, reason="seen", decided_by=decided_by
        )
        add_checks(session, session.scalars(select(Study)).one())


def test_a_gold_check_looks_like_any_other_face(desk):
    with_gold(desk)
    desk.study(1)
    check, other = desk.next("checked"), desk.next()
    assert (
        check["assignment"].keys() == other["assignment"].keys()
        and check["face"].keys() == other["face"].keys()
    )
    shown = [view(desk, item["assignment"]["id"]) for item in (check, other)]
    assert shown[0].keys() == shown[1].keys() and "fear" not in str(shown[0])
    done = [desk.save(item["assignment"]["id"]) for item in (check, other)]
    assert done[0].keys() == done[1].keys() and done[0]["state"] == done[1]["state"] == "done"
    with desk.work.database.reads.begin() as session:
        assert session.get(Assignment, check["assignment"]["id"]).purpose == "check"


def test_progress_moves_by_a_gold_check_as_by_any_other_face(desk):
    with_gold(desk)
    assert desk.save(desk.given("checked"))["state"] == "done"
    found = my_progress(desk.work, desk.me, "checked")
    assert (found["done"], found["full"], found["total"]) == (1, 1, 1)


def test_whoever_decided_a_gold_label_is_not_checked_with_it(desk):
    with_gold(desk, decided_by=desk.me.id)
    assert desk.next("checked")["why"] == "finished"
    assert desk.next("checked", desk.person("Grace"))["assignment"]["face_id"] == 1
