"""Rounds of learning as rows, made without learning anything."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from db.gold import decide
from db.models import Adapter, Promotion, TrainingRun
from db.runs import promote, register, serving
from db.snapshots import freeze, gold_faces
from tests.db.things import add_faces

TASKS = ("emotion", "au")
REPOSITORY = "team/models"
COMMIT = "c" * 40
BEGAN = datetime(2026, 3, 1, 3, tzinfo=UTC)
FIGURES = {
    "sets": {
        "gold": {
            "faces": 30,
            "candidate": 101.5,
            "current": 99.0,
            "intervals": {"candidate": [100.0, 103.0], "current": [97.5, 100.5]},
            "rege": {"difference": 2.5, "low": 1.0, "high": 4.0},
        },
        "original": {"rege": {"difference": -0.2}},
    }
}
ANSWERS = {"gold": {"asked": "q", "candidate": "answers/a1-b2", "current": "answers/c3-d4"}}


def label(session: Session, faces: int, emotion: str = "fear") -> list[int]:
    """Add faces with a gold label each."""
    found = add_faces(session, faces)
    for face in found:
        labels = {"emotion": emotion, "au": {}}
        decide(session, face, uuid=uuid4(), kind="imported", labels=labels, rationales={})
    return found


def learn(session: Session, revision: str, state: str = "promoted", parent: Adapter | None = None):
    """Add what a round writes (snapshot, adapter, run, promotions if it was promoted); return the run."""
    snapshot = freeze(session, "training", "training", gold_faces(session), options={"accept": "agreed"})
    adapter = register(
        session,
        revision,
        uri=f"{REPOSITORY}/bundles/{revision[:16]}@{COMMIT}",
        base_revision="b",
        expert="mini",
        tasks=list(TASKS),
        parent_id=parent.id if parent else None,
        manifest={"identity": revision},
    )
    run = TrainingRun(
        state=state,
        snapshot_id=snapshot.id,
        parent_id=parent.id if parent else None,
        adapter_id=adapter.id,
        options={"tasks": list(TASKS)},
        progress={"curve": [[1, 2.0]]},
        report={**FIGURES, "answers": ANSWERS},
        message="On the gold faces it was better.",
        started_at=BEGAN,
        heartbeat_at=BEGAN,
        finished_at=BEGAN + timedelta(hours=1),
    )
    session.add(run)
    session.flush()
    if state == "promoted":
        put_up(session, adapter)
    return run


def put_up(session: Session, adapter: Adapter | None, **more) -> list[Promotion]:
    """Promote an adapter (None: the base) for both tasks."""
    now = serving(session)
    number = adapter.id if adapter else None
    return [
        promote(session, task, number, reason="r", follows=now[task].id if task in now else None, **more)
        for task in TASKS
    ]
