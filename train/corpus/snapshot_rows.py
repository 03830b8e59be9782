"""A frozen snapshot to the rows that are learned from, and what there is in them.

The rows come in the order of the pictures' hashes and their texts are made from labels and rationales alone,
so the same snapshot gives the same rows in any database.
"""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.faces import newest_landmarks
from db.models import Annotation, Face, GoldLabel, SnapshotRow
from model.tasks import TASKS
from train.corpus.conversations import make_row
from train.corpus.rows import Row
from train.errors import DatasetError

ALL_TASKS = tuple(TASKS)


def read_rows(
    session: Session, snapshot_id: int, tasks: Sequence[str] = ALL_TASKS, *, expert: str | None = None
) -> list[Row]:
    """Return a snapshot's rows, by face and task; faces erased since are left out.

    expert: whose landmarks say which face of a picture is meant; None: the newest. Raises DatasetError where
    nothing is left, or a task's labels are all the same.
    """
    frozen = session.execute(
        select(SnapshotRow, Face)
        .join(Face, Face.id == SnapshotRow.face_id)
        .where(SnapshotRow.snapshot_id == snapshot_id, Face.erased_at.is_(None))
        .order_by(Face.sha256)  # by content, so that row ids don't decide the order of training
    ).all()
    rows = []
    for entry, face in frozen:
        table, number = (
            (GoldLabel, entry.gold_label_id) if entry.gold_label_id else (Annotation, entry.annotation_id)
        )
        origin = session.get_one(table, number)
        landmarks = newest_landmarks(session, face.id, expert)
        box = tuple(landmarks.box) if landmarks else None
        for task in tasks:
            if row := make_row(task, face.sha256, origin.labels or {}, origin.rationales, box):
                rows.append(row)
    require_variety(rows, tasks)
    return rows


def require_variety(rows: Sequence[Row], tasks: Sequence[str] = ALL_TASKS) -> None:
    """Raise DatasetError where there is no row, or where all rows of a task have the same labels."""
    if not rows:
        raise DatasetError("The snapshot has no row left to train on: all its faces were erased.")
    for task in tasks:
        said = [TASKS[task].parse(row.answer) for row in rows if row.task == task]
        if said and len(set(said)) == 1:
            shown = said[0] if isinstance(said[0], str) else ", ".join(said[0]) or "no AU"
            raise DatasetError(
                f"All {len(said)} rows of the task {task!r} say the same ({shown}): an adapter trained on "
                f"them would answer nothing else. Label other faces as well, or leave {task!r} out (--tasks)."
            )


def describe(rows: Sequence[Row]) -> str:
    """Return how much of what there is to learn, in lines for people."""
    lines = []
    for task in ALL_TASKS:
        of_task = [row for row in rows if row.task == task]
        if not of_task:
            continue
        said = Counter()
        for row in of_task:
            labels = TASKS[task].parse(row.answer)
            said.update([labels] if isinstance(labels, str) else labels)
        written = sum(row.written == "rationale" for row in of_task)
        shown = ", ".join(f"{label} {count}" for label, count in said.most_common())
        lines.append(f"{task}: {len(of_task)} rows, {written} in a person's words; {shown}")
        if unsure := sum(bool(row.unlearned) for row in of_task):
            lines.append(f"{task}: {unsure} rows with AUs that are not visible or were not coded")
    return "\n".join(lines)
