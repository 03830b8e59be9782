"""In which order a study's queue gives its faces: each entry's `rank`, computed by the database.

first_in: as the faces came. random: shuffled by the study's seed, the same on every engine. uncertain: by
the newest prediction's uncertainty, faces without one last. disputed: by how much annotators differ so far.
stratified: one of each class (the newest prediction's `stratum`, else the face's source) in turn. Check
entries are always shuffled. A rank holds until `place` is called again; saves and predictions keep their
own face's up to date.
"""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, Select, case, cast, func, select, update
from sqlalchemy.orm import Session

from db.models import Face, Prediction, QueueEntry, Study

PRIME = 2**31 - 1


def place(session: Session, study: Study, *, after: int = 0, face_id: int | None = None) -> None:
    """Give the study's entries their rank: all, those with ids above `after`, or one face's.

    A million entries take seconds; a stratified order deals out the entries given anew among themselves.
    """
    chosen = [QueueEntry.study_id == study.id, QueueEntry.id > after]
    if face_id is not None:
        chosen.append(QueueEntry.face_id == face_id)
    shuffled = _shuffled(QueueEntry.face_id, study.seed)
    quiet = {"synchronize_session": False}
    if study.face_order == "stratified":
        dealt = _dealt(chosen, shuffled).subquery()
        session.execute(
            update(QueueEntry).where(QueueEntry.id == dealt.c.id).values(rank=dealt.c.rank),
            execution_options=quiet,
        )
    else:
        rank = case((QueueEntry.state == "check", shuffled), else_=_rank(study.face_order, shuffled))
        session.execute(update(QueueEntry).where(*chosen).values(rank=rank), execution_options=quiet)


def _rank(order: str, shuffled: ColumnElement[float]) -> ColumnElement[float]:
    """Return what an order other than stratified sorts by, the lowest first."""
    return {
        "first_in": cast(QueueEntry.face_id, Float),
        "random": shuffled,
        "uncertain": -func.coalesce(_newest(Prediction.uncertainty), -1.0),
        "disputed": -QueueEntry.dispute,
    }[order]


def _dealt(chosen: list[ColumnElement[bool]], shuffled: ColumnElement[float]) -> Select[Any]:
    """Return entries' ids with a rank that deals out the classes in rounds, in another order each round."""
    source = select(Face.source).where(Face.id == QueueEntry.face_id).scalar_subquery()
    stratum = func.coalesce(_newest(Prediction.stratum), source)
    by_class = func.row_number().over(partition_by=(QueueEntry.state == "check", stratum), order_by=shuffled)
    rank = case((QueueEntry.state == "check", shuffled), else_=cast(by_class, Float) + shuffled)
    return select(QueueEntry.id, rank.label("rank")).where(*chosen)


def _newest(column: Any) -> Any:
    """Return a column of the newest prediction of an entry's face, as a subquery."""
    of_face = select(column).where(Prediction.face_id == QueueEntry.face_id)
    return of_face.order_by(Prediction.id.desc()).limit(1).scalar_subquery()


def _shuffled(number: Any, seed: int) -> ColumnElement[float]:
    """Return a number in 0..1 that looks random but follows from a whole number and the seed.

    Two rounds of a linear step and a squaring one modulo a prime; no product leaves 64 bits. Engines' own
    random numbers would differ, and could not be had again.
    """
    mixed: Any = cast(number, BigInteger)
    for step in (48271, 69621):
        mixed = (mixed * step + (seed * 7919 + 12345) % PRIME) % PRIME
        mixed = (mixed * (mixed % 65521 + 1)) % PRIME
    return cast(mixed, Float) / float(PRIME)
