"""Decisions of a lead: gold labels made, undone, withdrawn, accepted in bulk; one more annotator asked for.

Each is safe to send again: by the client's own id, by what is agreed, or by the number that is wanted. No row
is
changed: undoing is a later decision.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import gold
from db.errors import DataError, NotFound, SaveConflict
from db.models import Face, GoldLabel, QueueEntry, Study
from db.studies import want_more
from studio.annotate import labels as checked
from studio.annotate.arguments import BadArgument, own_id, text, told, whole
from studio.people.person import Person
from studio.review.face import entry_of, shown_history
from studio.review.study import needed_study
from studio.workplace import Workplace

AT_ONCE = 200
"""Faces that one call of the bulk acceptance looks at: a fraction of a second."""


def review_decide(
    work: Workplace,
    person: Person,
    study: str,
    face_id: int,
    uuid: str,
    labels: dict,
    rationales: dict | None,
    reason: str,
    annotation_ids: list,
    seen_gold: int | None = None,
) -> dict:
    """Make a face's gold label: {"gold_id", "at", "history"}.

    uuid: a new one for each decision, the same one when it is sent again. reason: why, in a sentence.
    annotation_ids: the answers that were in sight. seen_gold: the gold label that was in force then, if any;
    where another is by now, nothing is decided.
    """
    key, ids = own_id("uuid", uuid), _ids(annotation_ids)
    reason = (text("reason", reason, 2000) or "").strip()
    with work.database.sessions.begin() as session:
        rules = needed_study(session, study)
        entry_of(session, rules.id, whole("face_id", face_id))
        _require_unseen(session, face_id, key, seen_gold)
        row = gold.decide(
            session,
            face_id,
            uuid=key,
            kind="adjudicated",
            labels=checked.complete(labels, rules.tasks),
            rationales=checked.texts(rationales, rules.tasks),
            reason=reason,
            annotation_ids=ids,
            decided_by=person.id,
        )
        return _decided(session, row)


def review_withdraw(work: Workplace, person: Person, face_id: int, uuid: str, reason: str) -> dict:
    """Say that a face has no gold label any more, and why: {"gold_id", "at", "history"}."""
    key, reason = own_id("uuid", uuid), (text("reason", reason, 2000) or "").strip()
    with work.database.sessions.begin() as session:
        if gold.current(session, whole("face_id", face_id)) is None and not _known(session, key):
            raise DataError("This face has no gold label to withdraw.")
        row = gold.decide(
            session, face_id, uuid=key, kind="withdrawn", labels=None, reason=reason, decided_by=person.id
        )
        return _decided(session, row)


def review_undo(work: Workplace, person: Person, gold_id: int, uuid: str) -> dict:
    """Undo the newest decision about a face by a later one that says what held before: {"gold_id", "at",
    "history"}.
    """
    key = own_id("uuid", uuid)
    with work.database.sessions.begin() as session:
        undone = session.get(GoldLabel, whole("gold_id", gold_id))
        if undone is None:
            raise NotFound(f"There is no decision {gold_id}; its face may have been erased.")
        _lock(session, undone.face_id)
        if known := _known(session, key):
            return _decided(session, known)
        if gold.history(session, undone.face_id)[-1].id != undone.id:
            raise SaveConflict("Somebody has decided about this face since. Look at it again.")
        before = session.get(GoldLabel, undone.supersedes_id) if undone.supersedes_id else None
        none = before is None or before.kind == "withdrawn"
        row = gold.decide(
            session,
            undone.face_id,
            uuid=key,
            kind="withdrawn" if none else before.kind,
            labels=None if none else before.labels,
            rationales=None if none else before.rationales,
            reason=f"Undone: decision {undone.id}" + ("" if none else f"; as in decision {before.id}"),
            annotation_ids=[] if none else before.annotation_ids,
            decided_by=person.id,
        )
        return _decided(session, row)


def review_accept(work: Workplace, person: Person, study: str, after: int = 0) -> dict:
    """Accept as gold where all annotators of a face say the same, some faces a call: {"accepted", "after"}.

    Start at 0 and pass `after` on until it is null.
    """
    with work.database.sessions.begin() as session:
        rules = needed_study(session, study)
        accepted, onwards = gold.accept_agreed(
            session, rules.id, decided_by=person.id, after=whole("after", after, least=0), limit=AT_ONCE
        )
        return {"accepted": accepted, "after": onwards}


def review_ask_more(work: Workplace, person: Person, study: str, face_id: int, wanted: int) -> dict:
    """Ask for so many annotators of a face in all: {"wanted", "state"}. Fewer than now changes nothing."""
    whole("wanted", wanted, most=100)
    with work.database.sessions.begin() as session:
        rules = needed_study(session, study)
        entry_of(session, rules.id, whole("face_id", face_id))
        which = (QueueEntry.study_id == rules.id, QueueEntry.face_id == face_id)
        entry = session.scalars(select(QueueEntry).where(*which).with_for_update()).one()
        if entry.state in ("check", "withdrawn"):
            raise DataError(
                "This face is not given out as work in this study: it measures annotators by now."
            )
        if wanted > entry.overlap:
            want_more(session, session.get_one(Study, rules.id), face_id, wanted - entry.overlap)
            session.refresh(entry)
        return {"wanted": entry.overlap, "state": entry.state}


def _ids(given: Any) -> list[int]:
    if not isinstance(given, list) or len(given) > 1000:
        raise BadArgument(f"annotation_ids is {told(given)}. Give a list of annotations' ids.")
    return [whole("annotation_ids", one) for one in given]


def _require_unseen(session: Session, face_id: int, key: Any, seen_gold: int | None) -> None:
    """Raise SaveConflict where another decision than the one that was seen is in force; a decision that is
    sent again is none.
    """
    _lock(session, face_id)
    now = gold.current(session, face_id)
    if (now.id if now else None) != seen_gold and not _known(session, key):
        raise SaveConflict("Somebody has decided about this face meanwhile. Look at it again, then decide.")


def _lock(session: Session, face_id: int) -> None:
    """Let nobody else decide about a face until the transaction ends."""
    session.scalar(select(Face.id).where(Face.id == face_id).with_for_update())


def _known(session: Session, key: Any) -> GoldLabel | None:
    return session.scalar(select(GoldLabel).where(GoldLabel.uuid == key))


def _decided(session: Session, row: GoldLabel) -> dict:
    return {
        "gold_id": row.id,
        "at": row.created_at.isoformat(),
        "history": shown_history(session, row.face_id),
    }
