"""One run as the Runs tab shows it: figures from its report, decisions, what it learned from."""

from collections.abc import Sequence
from time import monotonic
from typing import Any

from sqlalchemy.orm import Session

from db import run_history
from db.models import Promotion, TrainingRun
from model.tasks import TASKS
from studio.runs import figures, line

KEEP_SECONDS = 300
"""For so long a count of what a run learned from is taken as it is: only an erasure changes it."""

_counted: dict[tuple[str, int, int | None], tuple[float, run_history.Learned | None]] = {}


def row(
    session: Session,
    run: TrainingRun,
    decisions: list[tuple[Promotion, str | None]],
    now: dict[str, Promotion],
) -> dict[str, Any]:
    """Return what the table says of a run: its figures, what it learned from, what was decided about it."""
    known = _learned(session, run)
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
        "serves": [task for task in TASKS if run.adapter_id and _of(now, task) == run.adapter_id],
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


def _of(now: dict[str, Promotion], task: str) -> int | None:
    """Return the adapter that is promoted for a task."""
    return now[task].adapter_id if task in now else None


def points(
    runs: Sequence[TrainingRun], rows: Sequence[dict[str, Any]], base_serves: bool
) -> list[line.Point]:
    """Return the line's points, the oldest first; before all, what the first candidate was compared with."""
    found = []
    for run, row in zip(reversed(runs), reversed(rows), strict=True):
        asked = figures.asked(run.report)
        value, before = figures.rege(run.report, "candidate"), figures.rege(run.report, "current")
        if value is None:
            continue
        if not found and before is not None:
            name = f"rev {run.parent_id}" if run.parent_id else "base"
            found.append(line.Point(name, before, "base", base_serves and not run.parent_id, asked, None))
        kind = "rejected" if run.state == "rejected" else "kept"
        kind = "overruled" if row["overruled"] else "back" if row["back"] and not row["serves"] else kind
        name = f"rev {run.adapter_id}" if run.adapter_id else f"run {run.id}"
        found.append(line.Point(name, value, kind, bool(row["serves"]), asked, run.id))
    return found


def _learned(session: Session, run: TrainingRun) -> run_history.Learned | None:
    """Return what a run learned from. A hundred runs take a second to count, and the page asks often."""
    key = str(session.get_bind().url), run.id, run.snapshot_id
    kept = _counted.get(key)
    if kept is None or monotonic() - kept[0] > KEEP_SECONDS:
        kept = _counted[key] = monotonic(), run_history.learned(session, run)
    return kept[1]
