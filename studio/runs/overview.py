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
from studio.runs import figures, launch, line
from studio.workplace import Workplace

NEEDED = 50
"""Faces with new labels from which on a retraining is worth its time (`train.retrain --min-new`)."""
ENDED = ("failed", "stopped")


def runs_overview(work: Workplace, person: Person) -> dict[str, Any]:
    """What serves, every revision with its figures, and the run under way, for reviewers; `manage` tells
    whether this person may change anything.
    """
    with work.database.reads.begin() as session:
        runs, adapters = run_history.runs(session), run_history.adapters(session)
        decisions, now = run_history.decisions(session), serving(session)
        rows = [_row(session, run, decisions, now) for run in runs]
        under_way = next((run for run in runs if run.state == "running"), None)
        return {
            "manage": person.may("admin"),
            "serving": _serving(work, adapters, decisions, now),
            "line": line.history(_points(runs, rows, not now)),
            "rows": rows,
            "running": _running(session, under_way) if under_way else None,
            "launch": launch.shown(work),
            "refresh": _refresh(work),
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


def _row(
    session: Session,
    run: TrainingRun,
    decisions: list[tuple[Promotion, str | None]],
    now: dict[str, Promotion],
) -> dict[str, Any]:
    known = run_history.learned(session, run)
    own = [(row, by) for row, by in decisions if run.adapter_id and row.adapter_id == run.adapter_id]
    back = {row.follows_id for row, _ in decisions if row.kind == "rolled_back"}
    training = run.options.get("training") or {}
    return {
        "run": run.id,
        "revision": run.adapter_id,
        "parent": run.parent_id or 0,
        "state": run.state,
        "dead": run_history.silent(session, run),
        "message": run.message,
        "at": run.started_at.isoformat(),
        "ended": run.finished_at.isoformat() if run.finished_at else None,
        "tasks": run.options.get("tasks") or [],
        "replay": training.get("replay") or "none",
        "learned": known._asdict() if known else None,
        "rege": figures.plain(figures.rege(run.report, "candidate")),
        "before": figures.plain(figures.rege(run.report, "current")),
        "change": figures.plain(figures.change(run.report)),
        "original": figures.plain(figures.change(run.report, "original")),
        "faces": figures.faces(run.report),
        "labels": figures.labels(run.report),
        "comparable": bool(figures.asked(run.report)),
        "serves": [task for task, row in now.items() if run.adapter_id and row.adapter_id == run.adapter_id],
        "overruled": any(row.kind == "overruled" for row, _ in own),
        "back": any(row.id in back for row, _ in own),
        "decisions": [
            {
                "kind": row.kind,
                "task": row.task,
                "reason": row.reason,
                "by": by,
                "at": row.created_at.isoformat(),
            }
            for row, by in own
        ],
    }


def _points(runs, rows: list[dict[str, Any]], base_serves: bool) -> list[line.Point]:
    """Return the line's points, the oldest first; before all, what the first candidate was compared with."""
    points = []
    for run, row in zip(reversed(runs), reversed(rows), strict=True):
        asked = figures.asked(run.report)
        value, before = figures.rege(run.report, "candidate"), figures.rege(run.report, "current")
        if value is None:
            continue
        if not points and before is not None:
            name = f"rev {run.parent_id}" if run.parent_id else "base"
            points.append(line.Point(name, before, "base", base_serves and not run.parent_id, asked, None))
        kind = "rejected" if run.state == "rejected" else "kept"
        kind = "overruled" if row["overruled"] else "back" if row["back"] and not row["serves"] else kind
        name = f"rev {run.adapter_id}" if run.adapter_id else f"run {run.id}"
        points.append(line.Point(name, value, kind, bool(row["serves"]), asked, run.id))
    return points


def _running(session: Session, run: TrainingRun) -> dict[str, Any]:
    at = run.progress or {}
    return {
        "run": run.id,
        "dead": run_history.silent(session, run),
        "stage": at.get("stage") or "begun",
        "step": at.get("step"),
        "steps": at.get("steps"),
        "loss": at.get("loss"),
        "eta": at.get("eta_seconds") if at.get("stage") == "training" else None,
        "curve": line.loss(at.get("curve") or [], (at.get("curve") or [[1]])[-1][0]),
        "tries": at.get("tries", 1),
        "at": run.started_at.isoformat(),
        "sign": run.heartbeat_at.isoformat(),
        "silent_seconds": round((datetime.now(UTC) - run.heartbeat_at).total_seconds()),
    }


def _refresh(work: Workplace) -> dict[str, Any] | None:
    job = work.jobs.running(refresh.KIND)
    return {"id": job.id, "done": job.done, "total": job.total} if job else None
