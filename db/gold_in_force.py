"""Which gold label of a face counts: the one that no other supersedes, unless it withdraws the label."""

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from db.models import GoldLabel, QueueEntry


def gold_in_force() -> ColumnElement[bool]:
    """Return the condition that holds for the gold labels in force."""
    later = aliased(GoldLabel)
    superseded = select(later.id).where(later.supersedes_id == GoldLabel.id).exists()
    return and_(GoldLabel.kind != "withdrawn", ~superseded)


def never_decided() -> ColumnElement[bool]:
    """Return the condition that nobody ever decided about an entry's face: a withdrawn label is a
    decision."""
    decided = aliased(GoldLabel)
    return ~select(decided.id).where(decided.face_id == QueueEntry.face_id).exists()
