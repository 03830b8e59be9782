"""Where an answer comes from, as the Runs tab tells it: from a face's prediction back to people's labels.

Names of annotators are shown to admins; reviewers see numbers, the same for one person in one snapshot.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db import lineage
from db.disputes import flat
from db.errors import NotFound
from db.models import Adapter, Face, Prediction
from studio.people.person import Person
from studio.workplace import Workplace

PAGE = 40
HASH = 12


def runs_lineage(work: Workplace, person: Person, face: int, prediction: int | None = None) -> dict[str, Any]:
    """Where a prediction of a face comes from (null: what serves, or the last): its adapters, and for each
    the runs, snapshots and numbers of labels behind it, back to the base.
    """
    with work.database.reads.begin() as session:
        row = session.get(Face, int(face))
        if row is None or row.erased_at is not None:
            raise NotFound(f"There is no face {face}, or it was erased.")
        known = lineage.predictions_of(session, row.id)
        if not known:
            raise NotFound(
                f"No model has spoken of face {row.id} yet. Have it pre-annotated in the Data tab."
            )
        serves = work.serving.revision
        chosen = next((one for one in known if one.id == prediction), None)
        chosen = chosen or next((one for one in known if one.revision == serves), known[0])
        return {
            "face": row.id,
            "picture": f"pictures/{row.id}",
            "prediction": _prediction(chosen, serves),
            "all": [_prediction(one, serves) for one in known],
            "base": str(chosen.revisions.get("base") or "")[:HASH],
            "expert": str(chosen.revisions.get("expert") or ""),
            "tasks": _tasks(session, chosen),
        }


def runs_taught(work: Workplace, person: Person, snapshot: int, after: int = 0) -> dict[str, Any]:
    """The labels of a training snapshot, some at a time: whose, when, and what differed from the model."""
    with work.database.reads.begin() as session:
        rows = lineage.taught(session, int(snapshot), after=int(after), limit=PAGE)
    return {
        "rows": [_taught(row, person) for row in rows],
        "next": rows[-1].face_id if len(rows) == PAGE else None,
    }


def _prediction(row: Prediction, serves: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "revision": row.revision,
        "serves": row.revision == serves,
        "at": row.created_at.isoformat(),
        "emotion": row.labels.get("emotion"),
        "au": row.labels.get("au") or [],
    }


def _tasks(session: Session, prediction: Prediction) -> list[dict[str, Any]]:
    """Return the chains, those tasks together that one adapter answered."""
    chains: dict[int, tuple[list[str], Adapter]] = {}
    unknown = []
    for task, adapter in lineage.adapters_of(session, prediction).items():
        if adapter is None:
            unknown.append(task)
        else:
            chains.setdefault(adapter.id, ([], adapter))[0].append(task)
    found = [
        {"tasks": tasks, "chain": [_made(one) for one in lineage.ancestry(session, adapter)]}
        for tasks, adapter in chains.values()
    ]
    return found + ([{"tasks": unknown, "chain": []}] if unknown else [])


def _made(one: lineage.Made) -> dict[str, Any]:
    return {
        "revision": one.adapter.id,
        "hash": one.adapter.revision[:HASH],
        "run": one.run.id if one.run else None,
        "at": (one.run.finished_at or one.run.started_at).isoformat() if one.run else None,
        "snapshot": one.snapshot.id if one.snapshot else None,
        "sha256": one.snapshot.sha256[:HASH] if one.snapshot else None,
        "faces": one.snapshot.faces if one.snapshot else None,
        "gold": one.gold,
        "annotated": one.annotated,
        "people": one.people,
        "erased": one.erased,
    }


def _taught(row: lineage.Taught, person: Person) -> dict[str, Any]:
    labels = row.labels or {}
    units = labels.get("au") if isinstance(labels.get("au"), dict) else {}
    return {
        "face": row.face_id,
        "picture": f"pictures/{row.face_id}" if row.labels else None,
        "kind": row.kind,
        "by": _who(row.by, person),
        "at": row.at.isoformat() if isinstance(row.at, datetime) else None,
        "emotion": labels.get("emotion"),
        "au": [code for code, state in units.items() if (state or {}).get("state") == "present"],
        "changes": _changes(row.prediction, labels) if row.prediction else None,
    }


def _who(by: tuple[int, str] | None, person: Person) -> str | None:
    if by is None:
        return None
    return by[1] if person.may("admin") or by[0] == person.id else f"annotator {by[0]}"


def _changes(prediction: Prediction, labels: dict[str, Any]) -> list[str]:
    """Return what a person said other than the model in sight: "AU12 added", "anger, not fear"."""
    said = flat(labels)
    before = set(prediction.labels.get("au") or ())
    found = []
    was = prediction.labels.get("emotion")
    if was and said.get("emotion") and said["emotion"] != was:
        found.append(f"{said['emotion'].replace('cant_tell', 'can’t tell')}, not {was}")
    for name, state in said.items():
        task, _, code = name.partition("/")
        if task == "au" and (state == "present") != (code in before):
            found.append(f"{code} {'added' if state == 'present' else 'removed'}")
    return found
