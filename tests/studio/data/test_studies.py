"""Studies from the Data tab, and the overview of what is here."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from db import gold
from db.assignments import next_assignment
from db.errors import DataError, NotFound
from db.models import QueueEntry
from db.studies import DEFAULT
from model.errors import EmolaError
from studio.data import page_forms, studies
from studio.data.overview import data_overview
from studio.data.preannotation import fill

RULES = {"name": "pilot", "tasks": ["au"], "mode": "blind", "overlap": 2, "face_order": "random"}


def test_a_study_is_made_with_every_face_or_none(work, admin, faces):
    faces(3)
    made = studies.create_study(work, admin, RULES)
    assert (made["faces"], made["open"], made["begun"], made["tasks"]) == (3, True, False, ["au"])
    assert studies.create_study(work, admin, {"name": "empty"}, all_faces=False)["faces"] == 0


def test_gold_faces_are_slipped_in(work, admin, faces):
    ids = faces(3)
    with work.database.sessions.begin() as session:
        gold.decide(session, ids[0], uuid=uuid4(), kind="imported", labels={"emotion": "fear"})
    made = studies.create_study(work, admin, {**RULES, "gold_share": 0.1})
    assert (made["faces"], made["checks"]) == (2, 1)


def test_a_study_that_has_begun_keeps_what_its_answers_mean(work, admin, faces):
    faces(2)
    made = studies.create_study(work, admin, RULES)
    changed = studies.change_study(work, admin, made["id"], {"overlap": 3, "mode": "open"})
    assert (changed["overlap"], changed["mode"]) == (3, "open")
    with work.database.sessions.begin() as session:
        assert set(session.scalars(select(QueueEntry.overlap).where(QueueEntry.study_id == made["id"]))) == {
            3
        }
        next_assignment(session, made["id"], admin.id)
    with pytest.raises(DataError, match="has begun"):
        studies.change_study(work, admin, made["id"], {"overlap": 2})
    renamed = studies.change_study(work, admin, made["id"], {"name": "pilot-2", "face_order": "first_in"})
    assert (renamed["name"], renamed["begun"]) == ("pilot-2", True)


def test_a_closed_study_gives_no_faces_until_it_is_reopened(work, admin, faces):
    faces(1)
    made = studies.create_study(work, admin, RULES)
    assert not studies.close_study(work, admin, made["id"])["open"]
    with work.database.sessions.begin() as session:
        assert next_assignment(session, made["id"], admin.id) is None
    assert studies.reopen_study(work, admin, made["id"])["open"]
    with work.database.sessions.begin() as session:
        assert next_assignment(session, made["id"], admin.id) is not None


def test_the_default_study_keeps_its_name(work, admin, faces):
    faces(1)
    (default,) = data_overview(work, admin)["studies"]
    assert default["name"] == DEFAULT
    with pytest.raises(DataError, match="keeps its name"):
        studies.change_study(work, admin, default["id"], {"name": "mine"})
    with pytest.raises(DataError, match="already"):
        studies.create_study(work, admin, {"name": DEFAULT})


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "a" * 101},
        {"mode": "loud"},
        {"face_order": "alphabetical"},
        {"overlap": 0},
        {"overlap": 21},
        {"overlap": "many"},
        {"gold_share": 1.5},
        {"gold_share": float("nan")},
        {"tasks": []},
        {"tasks": ["valence"]},
    ],
)
def test_rules_outside_their_range_are_refused(work, admin, wrong):
    with pytest.raises((DataError, EmolaError)):
        studies.create_study(work, admin, {**RULES, **wrong})


def test_a_study_that_is_not_there_is_told(work, admin):
    with pytest.raises(NotFound):
        studies.close_study(work, admin, 99)


def test_the_overview_counts_what_is_here(work, admin, reviewer, faces):
    assert data_overview(work, admin)["faces"]["total"] == 0
    ids = faces(4)
    with work.database.sessions.begin() as session:
        gold.decide(session, ids[0], uuid=uuid4(), kind="imported", labels={"emotion": "fear"})
    fill(work, 1, limit=3)
    told = data_overview(work, reviewer)
    assert (told["manage"], told["faces"]["total"], told["faces"]["sources"]) == (False, 4, [["test", 4]])
    assert told["known"] == {"gold": 1, "annotated": 0, "predicted": 3, "predicted_before": 3}
    assert told["studies"][0]["waiting"] == 1
    assert [one["id"] for one in told["newest"]] == ids[::-1]


def test_the_forms_explain_every_choice_that_there_is():
    text = page_forms.study_dialog() + page_forms.take() + page_forms.wishes()
    for names in (
        page_forms.MODES,
        page_forms.ORDERS,
        page_forms.SPLITS,
        page_forms.FORMS,
        page_forms.LABELS,
    ):
        assert all(f'value="{name}"' in text for name in names)
