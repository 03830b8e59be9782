"""What a lead has to look at: the lists of a study's faces, with what is disputed or remarked on each."""

from functools import lru_cache
from time import monotonic
from typing import Any

from sqlalchemy import func, select

from db import review
from db.disputes import differences
from db.models import GoldLabel
from db.session import Database
from studio.annotate.arguments import short, whole
from studio.people.person import Person
from studio.review.study import reviewed_study, study_names
from studio.workplace import Workplace

PAGE = 30
FRESH_SECONDS = 5
"""How long counts are good for while nobody decides; saves come by the hundred."""


def review_queue(
    work: Workplace, person: Person, study: str = "", which: str = "disputed", offset: int = 0
) -> dict:
    """A page of one of a study's lists: {"study", "mode", "studies", "counts", "items", "next"}.

    which: disputed, agreed, open, flagged, skipped, decided. next: pass it as offset; null at the end.
    """
    which, offset = short("which", which), whole("offset", offset, least=0)
    with work.database.reads.begin() as session:
        names, rules = study_names(session), reviewed_study(session, study)
        if rules is None:
            empty = {"counts": dict.fromkeys(review.LISTS, 0), "items": [], "next": None}
            return {"study": None, "mode": None, "studies": names, **empty}
        entries = review.page(session, rules.id, which, limit=PAGE + 1, offset=offset)
        faces = [entry.face_id for entry in entries[:PAGE]]
        said, gold = review.answers(session, rules.id, faces), review.gold_of(session, faces)
        decisions = session.scalar(select(func.max(GoldLabel.id)))
        counts = _counts(work.database, rules.id, decisions, int(monotonic() / FRESH_SECONDS))
        return {
            "study": rules.name,
            "mode": rules.mode,
            "studies": names,
            "counts": counts,
            "items": [_item(entry, said[entry.face_id], gold.get(entry.face_id)) for entry in entries[:PAGE]],
            "next": offset + PAGE if len(entries) > PAGE else None,
        }


@lru_cache(maxsize=64)
def _counts(database: Database, study_id: int, _decisions: int | None, _moment: int) -> dict[str, int]:
    with database.reads.begin() as session:
        return review.counts(session, study_id)


def _item(entry: review.Entry, answers: list[review.Answer], gold: Any) -> dict[str, Any]:
    """One face on a list. "what": the labels on which people differ; "notes": flags and reasons of skips."""
    rows = [answer.annotation for answer in answers]
    labels = [row.labels for row in rows if row.labels is not None]
    emotion = gold.labels.get("emotion") if gold else next((one.get("emotion") for one in labels), None)
    return {
        "face_id": entry.face_id,
        "picture": f"pictures/{entry.face_id}",
        "dispute": entry.dispute,
        "what": [name.removeprefix("au/") for name in differences(labels)],
        "answers": len(labels),
        "wanted": entry.overlap,
        "emotion": emotion,
        "gold": gold.kind if gold else None,
        "notes": [row.flag for row in rows if row.flag] + [row.reason for row in rows if row.kind == "skip"],
    }
