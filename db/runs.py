"""Which adapter serves each task, and how it came to: registered bundles and the line of promotions.

A promotion is one row, so what serves changes in one transaction; a rollback is one more row. Not covered:
training itself, the gate's judgement, and loading what serves.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.errors import DataError, NotFound, SaveConflict
from db.models import Adapter, Promotion, TrainingRun
from db.upsert import upsert


def register(session: Session, revision: str, **values: Any) -> Adapter:
    """Return the adapter of a revision, registered with `Adapter`'s values where it was not known."""
    insert = upsert(session, Adapter).values(revision=revision, **values)
    if new := session.scalar(insert.on_conflict_do_nothing(index_elements=["revision"]).returning(Adapter)):
        return new
    return session.scalars(select(Adapter).where(Adapter.revision == revision)).one()


def serving(session: Session) -> dict[str, Promotion]:
    """Return task -> the promotion in force; tasks that never had one are left out."""
    newest = select(func.max(Promotion.id)).group_by(Promotion.task)
    return {row.task: row for row in session.scalars(select(Promotion).where(Promotion.id.in_(newest)))}


def promote(
    session: Session,
    task: str,
    adapter_id: int | None,
    *,
    kind: str = "promoted",
    reason: str,
    follows: int | None,
    report: dict[str, Any] | None = None,
    decided_by: int | None = None,
) -> Promotion:
    """Let an adapter (None: the base model alone) serve a task from this transaction's end on.

    follows: the promotion that was in force when this was decided, None for the first. Raises NotFound, and
    SaveConflict where another one has come between, in which case nothing changes.
    """
    adapter = session.get(Adapter, adapter_id) if adapter_id is not None else None
    if adapter_id is not None and adapter is None:
        raise NotFound(f"There is no adapter {adapter_id}. Register its bundle first.")
    if adapter is not None and task not in adapter.tasks:
        raise DataError(
            f"The adapter {adapter.revision} does not answer {task}; it answers {', '.join(adapter.tasks)}."
        )
    current = session.scalar(select(func.max(Promotion.id)).where(Promotion.task == task))
    row = {"task": task, "adapter_id": adapter_id, "kind": kind, "reason": reason, "report": report}
    insert = upsert(session, Promotion).values(**row, follows_id=follows, decided_by=decided_by)
    new = None
    if current == follows:
        new = session.scalar(insert.on_conflict_do_nothing().returning(Promotion))
    if new is None:
        raise SaveConflict(f"What serves {task} has changed since this was decided. Look again, then decide.")
    return new


def serve(
    session: Session,
    adapter_id: int,
    *,
    reason: str,
    follows: Mapping[str, int | None],
    decided_by: int | None = None,
) -> list[Promotion]:
    """Let an adapter serve every task that it answers, as a person decides, whose reason is kept.

    follows: task -> the promotion that was in force when they decided. Raises NotFound, DataError where no
    reason is given or it serves all its tasks already, and SaveConflict as `promote` does.
    """
    adapter = session.get(Adapter, adapter_id)
    if adapter is None:
        raise NotFound(f"There is no revision {adapter_id}.")
    if not reason.strip():
        raise DataError("To change what serves needs a reason. Say why, in a sentence.")
    now = serving(session)
    if all(task in now and now[task].adapter_id == adapter_id for task in adapter.tasks):
        raise DataError(f"Revision {adapter_id} serves already.")
    return [
        promote(
            session,
            task,
            adapter_id,
            reason=reason.strip(),
            follows=follows.get(task),
            decided_by=decided_by,
        )
        for task in adapter.tasks
    ]


def overrule(session: Session, run_id: int, *, reason: str, decided_by: int | None = None) -> list[Promotion]:
    """Let the adapter of a rejected run serve all the same, as a person decides, whose reason is kept.

    Returns a promotion for each task that it answers. Raises NotFound, DataError where the run was not
    rejected or no reason is given, and SaveConflict as `promote` does.
    """
    run = session.get(TrainingRun, run_id)
    if run is None:
        raise NotFound(f"There is no training run {run_id}.")
    if run.state != "rejected" or run.adapter_id is None:
        raise DataError(f"Run {run_id} is {run.state}; only a rejected candidate can be overruled.")
    if not reason.strip():
        raise DataError("To overrule the gate needs a reason. Say why, in a sentence.")
    now = serving(session)
    return [
        promote(
            session,
            task,
            run.adapter_id,
            kind="overruled",
            reason=reason.strip(),
            follows=now[task].id if task in now else None,
            report=run.report,
            decided_by=decided_by,
        )
        for task in session.get_one(Adapter, run.adapter_id).tasks
    ]


def roll_back(session: Session, task: str, *, reason: str, decided_by: int | None = None) -> Promotion:
    """Let the adapter serve again that did before the one that does; again: one further back.

    Raises NotFound where nothing was promoted, or nothing further back than the base model is left.
    """
    current = serving(session).get(task)
    before = _before(session, current)
    if current is None or before is None and current.adapter_id is None:
        raise NotFound(f"There is nothing to go back to: {task} is answered by the base model as it came.")
    adapter_id = before.adapter_id if before else None
    return promote(
        session,
        task,
        adapter_id,
        kind="rolled_back",
        reason=reason,
        follows=current.id,
        report={"restores": before.id if before else None},
        decided_by=decided_by,
    )


def _before(session: Session, promotion: Promotion | None) -> Promotion | None:
    """Return the decision that was in force before one, seen past rollbacks."""
    while promotion is not None and promotion.kind == "rolled_back":
        restored = (promotion.report or {}).get("restores")
        promotion = session.get(Promotion, restored) if restored else None
    return session.get(Promotion, promotion.follows_id) if promotion and promotion.follows_id else None
