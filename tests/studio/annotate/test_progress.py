"""studio.annotate.progress and studies: how far one is, one's own history, and which studies there are."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from db import saves
from db.errors import NotFound
from studio.annotate.arguments import BadArgument
from studio.annotate.progress import my_history, my_progress
from studio.annotate.save import undo_annotation
from studio.annotate.studies import list_studies
from tests.studio.annotate.conftest import LABELS


def test_progress_counts_ones_own_work_and_the_studys_faces(desk):
    name = desk.study(3, "two", overlap=2)
    desk.save(desk.given(name))
    desk.save(desk.given(name), None, reason="dark")
    grace = desk.person("Grace")
    desk.save(desk.given(name, grace), person=grace)
    found = my_progress(desk.work, desk.me, name)
    assert found == {"done": 2, "today": 2, "total": 3, "full": 1, "study": "two", "mode": "open"}


def test_a_day_begins_at_midnight(desk):
    desk.study(2)
    first, second = desk.given(), desk.given()
    with desk.work.database.sessions.begin() as session:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        saves.save(session, first, desk.me.id, saves.Save(uuid4(), {"emotion": "fear"}), now=yesterday)
    desk.save(second)
    found = my_progress(desk.work, desk.me)
    assert (found["done"], found["today"]) == (2, 1)


def test_a_studio_without_faces_has_nothing_done(desk):
    assert my_progress(desk.work, desk.me)["total"] == 0
    assert my_history(desk.work, desk.me) == {"items": [], "next": None}
    with pytest.raises(NotFound, match="list_studies"):
        my_progress(desk.work, desk.me, "nowhere")


def test_history_is_ones_own_in_force_newest_first_in_pages(desk):
    desk.study(4)
    mine = [desk.given() for _ in range(3)]
    for assignment in mine:
        desk.save(assignment, flag="look" if assignment == mine[1] else None)
    desk.save(mine[0], {"emotion": "fear", "au": []})
    undo_annotation(desk.work, desk.me, mine[2], str(uuid4()))
    grace = desk.person("Grace")
    desk.save(desk.given("", grace), person=grace)
    page = my_history(desk.work, desk.me, limit=1)
    assert [item["assignment_id"] for item in page["items"]] == [mine[0]]
    assert page["items"][0]["emotion"] == "fear" and page["items"][0]["aus"] == []
    rest = my_history(desk.work, desk.me, before=page["next"])
    assert [(item["assignment_id"], item["flag"]) for item in rest["items"]] == [(mine[1], "look")]
    assert rest["items"][0]["aus"] == LABELS["au"] and rest["next"] is None


def test_history_takes_whole_numbers(desk):
    for wrong in ({"limit": 0}, {"limit": 10_000}, {"limit": "5"}, {"before": 1.5}, {"study": 5}):
        with pytest.raises(BadArgument):
            my_history(desk.work, desk.me, **wrong)


def test_studies_are_listed_without_what_would_give_checks_away(desk):
    desk.study(1, "first", mode="blind", overlap=2, gold_share=0.5)
    (found,) = list_studies(desk.work, desk.me)
    assert found == {"name": "first", "mode": "blind", "overlap": 2, "tasks": ["emotion", "au"], "open": True}
