"""The review's endpoints as plain functions: lists, the matrix of answers, decisions."""

from uuid import uuid4

import pytest

from db.errors import DataError, NotFound, SaveConflict
from studio.annotate.arguments import BadArgument
from studio.review.decisions import (
    review_accept,
    review_ask_more,
    review_decide,
    review_undo,
    review_withdraw,
)
from studio.review.face import review_face
from studio.review.queue import review_queue
from tests.browser.reviewed import STUDY, said


def test_the_list_says_what_is_disputed_on_each_face(filled):
    work, person, faces = filled
    found = review_queue(work, person)
    assert found["study"] == STUDY and found["counts"]["disputed"] == 8 and found["next"] is None
    assert [item["face_id"] for item in found["items"][:4]] == faces[0::3]
    assert found["items"][0]["what"] == ["emotion", "AU17"]
    assert {item["answers"] for item in found["items"]} == {2, 3}


def test_flags_and_reasons_of_skips_are_listed(filled):
    work, person, _ = filled
    notes = {
        name: review_queue(work, person, "", name)["items"][0]["notes"] for name in ("flagged", "skipped")
    }
    assert notes == {"flagged": ["look at the brows"], "skipped": ["the mouth is hidden"]}


def test_a_studio_without_a_study_has_an_empty_list(work):
    assert review_queue(work, work.people.who(None))["study"] is None


def test_a_study_that_is_not_there_is_refused(filled):
    work, person, _ = filled
    with pytest.raises(NotFound, match="no study else"):
        review_queue(work, person, "else")


def test_answers_stand_in_a_matrix_with_disputed_labels_first(filled):
    work, person, faces = filled
    found = review_face(work, person, STUDY, faces[0])
    assert [(column["kind"], column["name"]) for column in found["columns"]] == [
        ("annotator", "ann"),
        ("annotator", "bob"),
        ("annotator", "cy"),
        ("model", "mini"),
    ]
    assert [row["name"] for row in found["rows"] if row["group"] == "disputed"] == ["Emotion", "AU17"]
    assert [row["name"] for row in found["rows"] if row["group"] == "seen"] == ["AU6", "AU12", "AU25"]
    assert found["columns"][2]["cells"]["emotion"] == {"state": "neutral"}
    assert found["columns"][3]["cells"]["au/AU12"] == {"state": "present"}
    assert found["overlay"]["viewBox"] and found["gold"] is None


def test_what_all_say_is_agreed_and_intensity_only_where_it_is_the_same(filled):
    work, person, faces = filled
    rows = {row["name"]: row["agreed"] for row in review_face(work, person, STUDY, faces[0])["rows"]}
    assert rows["Emotion"] is None and rows["AU17"] is None
    assert rows["AU12"] == {"state": "present", "intensity": "E"} and rows["AU6"] == {"state": "present"}


def test_texts_are_marked_where_they_differ(filled):
    work, person, faces = filled
    texts = review_face(work, person, STUDY, faces[0])["texts"]
    (emotion,) = [one for one in texts if one["task"] == "emotion"]
    bob = next(one for one in emotion["texts"] if one["column"] == 1)
    assert (
        bob["compared"] == 0 and ["removed", "mostly"] in bob["pieces"] and ["added", "only"] in bob["pieces"]
    )


def decide(filled, place=0, **more):
    work, person, faces = filled
    values = {
        "uuid": str(uuid4()),
        "labels": said(place, 0)["labels"],
        "rationales": {"emotion": "The lip corners."},
        "reason": "Two of three, and the cheeks are raised.",
        "annotation_ids": [1, 2],
        "seen_gold": None,
        **more,
    }
    return review_decide(work, person, STUDY, faces[place], **values)


def test_a_decision_makes_a_gold_label_with_its_reason(filled):
    work, person, faces = filled
    done = decide(filled)
    found = review_face(work, person, STUDY, faces[0])
    assert found["gold"] == done["gold_id"] and found["columns"][-1]["kind"] == "gold"
    assert found["history"][0]["reason"].startswith("Two of three") and found["history"][0]["by"] == "local"
    assert review_queue(work, person)["counts"]["disputed"] == 7


def test_a_decision_sent_again_is_the_same(filled):
    uuid = str(uuid4())
    assert decide(filled, uuid=uuid)["gold_id"] == decide(filled, uuid=uuid)["gold_id"]


def test_a_decision_on_what_somebody_else_decided_meanwhile_is_refused(filled):
    first = decide(filled)
    with pytest.raises(SaveConflict, match="meanwhile"):
        decide(filled)
    assert decide(filled, seen_gold=first["gold_id"])["gold_id"] > first["gold_id"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": "  "}, "reason"),
        ({"labels": {"emotion": "joy", "au": []}}, "joy"),
        ({"labels": {"au": []}}, "emotion"),
        ({"uuid": "1"}, "UUID"),
        ({"annotation_ids": ["x"]}, "annotation_ids"),
        ({"annotation_ids": 3}, "list"),
    ],
)
def test_what_is_no_decision_is_refused_with_a_sentence(filled, more, words):
    with pytest.raises((BadArgument, DataError), match=words):
        decide(filled, **more)


def test_a_face_of_another_study_is_not_there(filled):
    work, person, _ = filled
    with pytest.raises(NotFound, match="not in this study"):
        review_face(work, person, "before", 1)


def test_undoing_a_first_decision_leaves_no_gold_label(filled):
    work, person, faces = filled
    done = decide(filled)
    uuid = str(uuid4())
    undone = review_undo(work, person, done["gold_id"], uuid)
    assert undone == review_undo(work, person, done["gold_id"], uuid)
    assert [row["kind"] for row in undone["history"]] == ["withdrawn", "adjudicated"]
    assert review_face(work, person, STUDY, faces[0])["gold"] is None


def test_undoing_a_later_decision_puts_the_one_before_in_force(filled):
    work, person, _ = filled
    first = decide(filled)
    second = decide(filled, labels=said(0, 2)["labels"], seen_gold=first["gold_id"])
    with pytest.raises(SaveConflict, match="since"):
        review_undo(work, person, first["gold_id"], str(uuid4()))
    undone = review_undo(work, person, second["gold_id"], str(uuid4()))
    assert [row["emotion"] for row in undone["history"]] == ["happiness", "neutral", "happiness"]


def test_a_gold_label_is_withdrawn_with_a_reason(filled):
    work, person, faces = filled
    decide(filled)
    with pytest.raises(DataError, match="reason"):
        review_withdraw(work, person, faces[0], str(uuid4()), "")
    uuid = str(uuid4())
    done = review_withdraw(work, person, faces[0], uuid, "wrong face")
    assert review_withdraw(work, person, faces[0], uuid, "wrong face") == done
    with pytest.raises(DataError, match="no gold label"):
        review_withdraw(work, person, faces[0], str(uuid4()), "again")


def test_all_that_agree_are_accepted_once(filled):
    work, person, _ = filled
    assert review_queue(work, person)["counts"]["agreed"] == 4
    assert review_accept(work, person, STUDY, 0) == {"accepted": 4, "after": None}
    assert review_accept(work, person, STUDY, 0) == {"accepted": 0, "after": None}
    assert review_queue(work, person, "", "decided")["counts"]["decided"] == 6


def test_asking_for_one_more_annotator_twice_is_asking_once(filled):
    work, person, faces = filled
    assert review_ask_more(work, person, STUDY, faces[0], 4) == {"wanted": 4, "state": "started"}
    assert review_ask_more(work, person, STUDY, faces[0], 4) == {"wanted": 4, "state": "started"}
    check = review_queue(work, person, STUDY, "decided")["items"][0]["face_id"]
    with pytest.raises(DataError, match="measures annotators"):
        review_ask_more(work, person, STUDY, check, 4)
