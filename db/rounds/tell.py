"""A round's rows as a record, for machines that do not share the database in which it was done."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Adapter, Dataset, Promotion, Snapshot, SnapshotRow, TrainingRun
from db.rounds.record import Frozen, Made, Record, Served


def tell(session: Session, run_id: int, answers: Mapping[str, Any]) -> Record:
    """Return the record of a run that has ended.

    answers: what its report says of both models' answers, by their places in the repository.
    """
    run = session.get_one(TrainingRun, run_id)
    adapter = session.get(Adapter, run.adapter_id) if run.adapter_id is not None else None
    return Record(
        state=run.state,
        message=run.message or "",
        options=run.options,
        progress=run.progress,
        report={**run.report, "answers": dict(answers)} if run.report is not None else None,
        started_at=run.started_at.isoformat(),
        finished_at=(run.finished_at or run.heartbeat_at).isoformat(),
        snapshot=_frozen(session, run.snapshot_id) if run.snapshot_id is not None else None,
        parent=session.get_one(Adapter, run.parent_id).revision if run.parent_id is not None else None,
        adapter=_made(adapter) if adapter else None,
        served=_served(session, adapter.id) if adapter and run.state == "promoted" else {},
    )


def served_by(session: Session, promotion: Promotion | None, task: str) -> Served:
    """Return what a promotion (None: none was made) lets answer a task, as every machine can know it."""
    if promotion is None:
        return Served(0, None)
    before = select(func.count()).select_from(Promotion)
    count = session.scalar(before.where(Promotion.task == task, Promotion.id <= promotion.id)) or 0
    adapter = session.get(Adapter, promotion.adapter_id) if promotion.adapter_id is not None else None
    return Served(count, adapter.revision if adapter else None)


def _served(session: Session, adapter_id: int) -> dict[str, Served]:
    """Return task -> what the round's own promotions were made over."""
    own = select(Promotion).where(Promotion.adapter_id == adapter_id, Promotion.decided_by.is_(None))
    found = {}
    for row in session.scalars(own.order_by(Promotion.id)):
        before = session.get(Promotion, row.follows_id) if row.follows_id is not None else None
        found[row.task] = served_by(session, before, row.task)
    return found


def _made(row: Adapter) -> Made:
    return Made(row.revision, row.uri, row.base_revision, row.expert, tuple(row.tasks), row.manifest)


def _frozen(session: Session, snapshot_id: int) -> Frozen:
    snapshot = session.get_one(Snapshot, snapshot_id)
    rows = select(SnapshotRow).where(SnapshotRow.snapshot_id == snapshot_id).order_by(SnapshotRow.face_id)
    return Frozen(
        session.get_one(Dataset, snapshot.dataset_id).name,
        snapshot.sha256,
        snapshot.options,
        tuple(
            (row.face_id, row.gold_label_id, row.annotation_id, row.split) for row in session.scalars(rows)
        ),
    )
