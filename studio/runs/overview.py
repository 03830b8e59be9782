"""What the Runs tab shows: what serves and why, every revision with its figures, the run under way.

Figures come from the runs' reports as they were judged then. Names of deciders are for reviewers and admins,
who alone see this tab.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from db import run_history
from db.models import Adapter, Promotion, TrainingRun
from db.new_labels import count_accepted
from db.runs import serving
from db.stale import count_stale
from studio import refresh
from studio.people.person import Person
from studio.runs import launch, line, rows
from studio.workplace import Workplace

NEEDED = 50
"""Faces with new labels from which on a retraining is worth its time (`train.retrain --min-new`)."""


def runs_overview(work: Workplace, person: Person) -> dict[str, Any]:
    """What serves, every revision with its figures, and the run under way, for reviewers; `manage` tells
    whether this person may change anything.
    """
    with work.database.reads.begin() as session:
        runs, adapters = run_history.runs(session), run_history.adapters(session)
        decisions, now = run_history.decisions(session), serving(session)
        told = [rows.row(session, run, decisions, now) for run in runs]
        under_way = next((run for run in runs if run.state == "running"), None)
        return {
            "manage": person.may("admin"),
            "serving": _serving(work, adapters, decisions, now),
            "line": line.history(rows.points(runs, told, not now)),
            "rows": told,
            "running": _running(session, under_way) if under_way else None,
            "launch": launch.shown(work),
            "refresh": _refresh(work),
            "hub": work.rounds.state.as_dict() if work.rounds else None,
        }


def runs_next(work: Workplace, person: Person) -> dict[str, Any]:
    """How many faces have new accepted labels for the next round, and what it still needs."""
    with work.database.reads.begin() as session:
        last = run_history.last_judged(session)
        counted = count_accepted(session, last.snapshot_id if last else None)
        stale = count_stale(session, work.serving.revision) if now_promoted(work) else 0
    return {
        "faces": counted.faces,
        "new": counted.new,
        "gold_set": counted.gold_set,
        "needed": NEEDED,
        "stale": stale,
    }


def now_promoted(work: Workplace) -> bool:
    """Whether what answers here follows promotions."""
    return bool(work.serving.now.promoted)


def _serving(
    work: Workplace,
    adapters: dict[int, Adapter],
    decisions: list[tuple[Promotion, str | None]],
    now: dict[str, Promotion],
) -> dict[str, Any]:
    who = {row.id: name for row, name in decisions}
    seen = work.following.seen if work.following else None
    tasks = [
        {
            "task": task,
            "promotion": row.id,
            "revision": row.adapter_id or 0,
            "hash": adapters[row.adapter_id].revision[:12] if row.adapter_id else "",
            "kind": row.kind,
            "reason": row.reason,
            "by": who[row.id],
            "at": row.created_at.isoformat(),
            "here": work.serving.now.promoted.get(task) == row.id,
            "back": bool(row.adapter_id),
        }
        for task, row in sorted(now.items(), reverse=True)
    ]
    return {
        "model": work.serving.status.name,
        "state": seen.state if seen else "nothing",
        "why": seen.why if seen else "",
        "at": seen.at if seen else "",
        "tasks": tasks,
    }


def _running(session: Session, run: TrainingRun) -> dict[str, Any]:
    at = run.progress or {}
    training, curve = at.get("stage") == "training" and bool(at.get("steps")), at.get("curve") or []
    return {
        "run": run.id,
        "dead": run_history.silent(session, run),
        "stage": at.get("stage") or "begun",
        "step": at.get("step"),
        "steps": at.get("steps"),
        "loss": at.get("loss"),
        "eta": at.get("eta_seconds") if training else None,
        "curve": line.loss(curve, at["steps"] if training else curve[-1][0]) if curve else "",
        "tries": at.get("tries", 1),
        "at": run.started_at.isoformat(),
        "sign": run.heartbeat_at.isoformat(),
        "silent_seconds": round((datetime.now(UTC) - run.heartbeat_at).total_seconds()),
    }


def _refresh(work: Workplace) -> dict[str, Any] | None:
    job = work.jobs.running(refresh.KIND)
    return {"id": job.id, "done": job.done, "total": job.total} if job else None
