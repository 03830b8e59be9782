"""studio.annotate.give: the next face, what one holds, going back, leases and drafts."""

import pytest

from db.errors import NotFound, NotYours
from db.models import Study
from studio.annotate.arguments import MOST_DRAFT, BadArgument
from studio.annotate.give import (
    heartbeat,
    held_assignments,
    keep_draft,
    open_assignment,
    release_assignment,
)
from studio.annotate.view import view_assignment


def test_the_next_face_comes_with_what_a_page_needs(desk):
    desk.study(2)
    first, second = desk.next(), desk.next()
    assert first["why"] is None and first["face"] == {"picture": "pictures/1", "width": 240, "height": 240}
    assert first["assignment"] == {
        "id": first["assignment"]["id"],
        "face_id": 1,
        "study": "All faces",
        "mode": "open",
        "lease_seconds": 120,
        "tasks": ["emotion", "au"],
    }
    assert second["assignment"]["face_id"] == 2
    assert desk.next() == {"assignment": None, "face": None, "why": "finished"}


def test_why_there_is_no_face_is_told(desk):
    assert desk.next()["why"] == "empty"
    assert desk.next("nowhere")["why"] == "no_study"
    name = desk.study(0, "waiting")
    assert desk.next(name)["why"] == "empty"
    with desk.work.database.sessions.begin() as session:
        study = session.get(Study, 1)
        study.closed_at = study.created_at
    assert desk.next(name)["why"] == "closed"


def test_a_page_that_was_reloaded_holds_its_faces_again(desk):
    desk.study(3)
    mine = [desk.given(), desk.given()]
    other = desk.person("Grace")
    desk.given("", other)
    found = held_assignments(desk.work, desk.me, "", "after")
    assert [item["assignment"]["id"] for item in found["held"]] == mine
    assert heartbeat(desk.work, desk.me, "", "after") == {"held": mine}
    assert heartbeat(desk.work, desk.me, "", "here") == {"held": []}


def test_a_released_face_goes_to_somebody_else(desk):
    desk.study()
    assignment = desk.given()
    release_assignment(desk.work, desk.me, assignment)
    assert desk.next(person=desk.person("Grace"))["assignment"]["face_id"] == 1


def test_going_back_changes_nothing(desk):
    desk.study()
    item = desk.next()
    desk.save(item["assignment"]["id"])
    again = open_assignment(desk.work, desk.me, item["assignment"]["id"], "other")
    assert again == {name: item[name] for name in ("assignment", "face")}
    assert heartbeat(desk.work, desk.me, "", "other") == {"held": []}


def test_a_draft_is_there_until_the_save(desk):
    desk.study()
    assignment = desk.given()
    keep_draft(desk.work, desk.me, assignment, {"emotion": "fear", "text": "…"})
    assert view_assignment(desk.work, desk.me, assignment)["draft"] == {"emotion": "fear", "text": "…"}
    desk.save(assignment)
    assert view_assignment(desk.work, desk.me, assignment)["draft"] is None


def test_a_draft_that_cannot_be_kept_is_refused(desk):
    desk.study()
    assignment = desk.given()
    large, nan = {"a": "x" * MOST_DRAFT}, {"a": float("nan")}
    for draft in ([], 5, "text", large, nan, {"a": "\0"}, {"a": "\ud800"}):
        with pytest.raises(BadArgument):
            keep_draft(desk.work, desk.me, assignment, draft)


@pytest.mark.parametrize("endpoint", [open_assignment, release_assignment, keep_draft, view_assignment])
def test_others_assignments_are_refused(desk, endpoint):
    desk.study()
    assignment, other = desk.given(), desk.person("Mallory", "admin")
    with pytest.raises(NotYours):
        endpoint(desk.work, other, assignment)
    with pytest.raises(NotFound):
        endpoint(desk.work, other, 999_999)
    for wrong in ("1", None, 0, True, 1.5, 2**40, [1]):
        with pytest.raises(BadArgument, match="whole number"):
            endpoint(desk.work, desk.me, wrong)
