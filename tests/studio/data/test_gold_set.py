"""The gold set from the Data tab: told, frozen, refused in words."""

from uuid import uuid4

import pytest

from db import gold
from db.errors import DataError
from studio.data.gold_set import NotAShare, freeze_gold_set
from studio.data.overview import data_overview


@pytest.fixture
def labelled(work, faces):
    """Puts so many faces with a gold label into the studio."""

    def labelled(number: int, first: int = 0) -> list[int]:
        ids = faces(number, first)
        with work.database.sessions.begin() as session:
            for face_id in ids:
                gold.decide(session, face_id, uuid=uuid4(), kind="imported", labels={"emotion": "fear"})
        return ids

    return labelled


def test_the_overview_tells_what_is_labelled_frozen_and_new(work, reviewer, admin, labelled):
    assert data_overview(work, reviewer)["gold_set"] == {
        "name": "gold", "labelled": 0, "new": 0, "fewest": [30, 8], "faces": 0, "sha256": None, "since": None,
        "shows": None,
    }  # fmt: skip
    labelled(60)
    frozen = freeze_gold_set(work, admin, 0.5)
    assert (frozen["labelled"], frozen["faces"], frozen["new"], frozen["shows"]) == (60, 30, 30, 36)
    labelled(5, first=60)
    told = data_overview(work, reviewer)["gold_set"]
    assert (told["labelled"], told["faces"], told["new"]) == (65, 30, 35)
    assert told["since"] and told["sha256"] == frozen["sha256"]


def test_too_few_are_refused_with_the_count_that_it_takes(work, admin, labelled):
    labelled(20)
    with pytest.raises(DataError, match="6 faces of 6 people is too small: it takes 30 faces of 8 people"):
        freeze_gold_set(work, admin)


def test_a_share_that_is_no_number_is_refused(work, admin):
    with pytest.raises(NotAShare, match="Give a number above 0"):
        freeze_gold_set(work, admin, "a third")
