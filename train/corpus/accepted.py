"""Which labels are good enough to learn from: gold labels, then annotations that nobody disputes.

Rules, by name:
    agreed  a gold label; else an annotation of a study whose overlap is filled and whose annotators all say
            the same: one annotator, where the study asks for one (the default)
    any     a gold label; else the newest annotation in force, whoever else may say otherwise
    gold    gold labels alone
A gold label always wins, and a face whose gold label was withdrawn is left out. Skips, work that came late,
and answers to slipped-in checks don't count. Where accepted annotations of several studies differ, none is
taken. Not covered: a face's tasks pieced together from several studies; the one that asks most is taken.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.annotations import select_in_force
from db.disputes import differences
from db.models import Annotation, Assignment, Face, GoldLabel, QueueEntry
from db.snapshots import Labelled, gold_faces
from model.tasks import TASKS
from train.corpus.conversations import make_row
from train.corpus.held_out import held_out
from train.errors import DatasetError

RULES = ("agreed", "any", "gold")


class Choice(NamedTuple):
    """What would be frozen, by face id, and why others are left out: reason -> how many faces."""

    content: list[Labelled]
    left_out: dict[str, int]


def choose(session: Session, *, accept: str = "agreed", tasks: Sequence[str] = tuple(TASKS)) -> Choice:
    """Return the faces to learn from, each with its gold label or its accepted annotation."""
    if accept not in RULES:
        raise DatasetError(f"The rule for accepting labels is {accept!r}; allowed are {', '.join(RULES)}.")
    left_out: Counter[str] = Counter()
    kept_away = held_out(session)
    decided = {one.face.id: one for one in gold_faces(session, Face.erased_at.is_(None))}
    withdrawn = set(session.scalars(select(GoldLabel.face_id))) - set(decided)
    if accept != "gold":
        for face, answers in _by_face(session):
            if face.id in decided:
                continue
            if face.id in withdrawn:
                left_out["gold label withdrawn"] += 1
                continue
            chosen, reason = _accept(answers, accept)
            if chosen is None:
                left_out[reason] += 1
            else:
                decided[face.id] = Labelled(face, None, chosen)
    content = []
    for face_id in sorted(decided):
        if face_id in kept_away:
            left_out["held out to measure with"] += 1
        elif not _teaches(decided[face_id], tasks):
            left_out["labels say nothing of the tasks"] += 1
        else:
            content.append(decided[face_id])
    return Choice(content, dict(sorted(left_out.items())))


def _by_face(session: Session):
    """Yield (face, its answers: annotation, its study's place in the queue, the assignment's state)."""
    found = (
        select_in_force(Annotation.kind == "labels")
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(Face, Face.id == Annotation.face_id)
        .outerjoin(
            QueueEntry,
            (QueueEntry.study_id == Assignment.study_id) & (QueueEntry.face_id == Annotation.face_id),
        )
        .where(Assignment.purpose == "label", Assignment.state == "done", Face.erased_at.is_(None))
        .add_columns(Face, QueueEntry)
        .order_by(Annotation.face_id, Annotation.id)
    )
    for face, rows in groupby(session.execute(found), key=lambda row: row[1]):
        yield face, [(row[0], row[2]) for row in rows]


def _accept(
    answers: Sequence[tuple[Annotation, QueueEntry | None]], accept: str
) -> tuple[Annotation | None, str]:
    """Return the annotation to learn from, or None and the reason."""
    if accept == "any":
        return answers[-1][0], ""
    filled = [(one, entry) for one, entry in answers if entry is not None and entry.taken >= entry.overlap]
    if not filled:
        return None, "overlap not filled yet"
    if any(entry.dispute > 0 for _, entry in filled) or differences([one.labels for one, _ in filled]):
        return None, "disputed"
    # The first of those who say most, so that the choice stays when others come to agree.
    return max(filled, key=lambda pair: (_asked(pair[0].labels), -pair[0].id))[0], ""


def _asked(labels: Collection[str]) -> int:
    return sum(task in labels for task in TASKS)


def _teaches(one: Labelled, tasks: Sequence[str]) -> bool:
    origin = one.gold or one.annotation
    return any(make_row(task, one.face.sha256, origin.labels) for task in tasks)
