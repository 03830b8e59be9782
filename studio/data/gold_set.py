"""The gold set as the Data tab shows and freezes it: faces that measure models and are never trained on."""

from typing import Any

from sqlalchemy.orm import Session

from db.gold_sets import FEWEST_FACES, FEWEST_PEOPLE, NAME, SHARE, least_difference, set_aside_share, standing
from model.errors import EmolaError
from studio.people.person import Person
from studio.workplace import Workplace


class NotAShare(EmolaError):
    """A share was asked for and something else was given."""


def freeze_gold_set(work: Workplace, person: Person, share: float = SHARE) -> dict[str, Any]:
    """Freeze so much (0..1) of the gold labels as the set that models are measured with, whole people, and
    never train on them: {"faces", "sha256", "shows", ...}. What is set aside already stays and counts.
    """
    try:
        wanted = float(share)
    except (TypeError, ValueError) as error:
        raise NotAShare(f"The share is {share!r}. Give a number above 0, and at most 1.") from error
    with work.database.sessions.begin() as session:
        set_aside_share(session, wanted, created_by=person.id)
        return told(session)


def told(session: Session) -> dict[str, Any]:
    """Return how many faces have gold labels, how many could join the set (new), and the newest set: its
    faces, since when, and from how many points on it shows a difference. Nulls: none is frozen.
    """
    now = standing(session)
    frozen = now.snapshot
    return {
        "name": NAME,
        "labelled": now.labelled,
        "new": now.new,
        "fewest": [FEWEST_FACES, FEWEST_PEOPLE],
        "faces": frozen.faces if frozen else 0,
        "sha256": frozen.sha256 if frozen else None,
        "since": now.since.isoformat(timespec="seconds") if now.since else None,
        "shows": round(least_difference(frozen.faces)) if frozen and frozen.faces else None,
    }
