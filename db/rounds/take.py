"""Takes a round over that was done elsewhere: its rows, all or nothing, and each round once.

What a person decided since the round began stands: its candidate is then kept, with the reason, and serves
only if somebody says so. Rows are added, none is changed. Not covered: whether the bundle is what its
training made; whoever calls this has looked (`model.manifest`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.errors import DataError, SchemaError
from db.models import Adapter, Annotation, Face, GoldLabel, TrainingRun
from db.rounds.record import Frozen, Record
from db.rounds.tell import served_by
from db.runs import promote, register, serving
from db.snapshots import content_hash, keep

CAME_FROM = "round"
"""Where a run's options say from which repository and record it came."""
AT_ONCE = 10_000


def taken(session: Session, repository: str) -> set[str]:
    """Return the names of the records of a repository that were taken over."""
    origins = (options.get(CAME_FROM) or {} for options in session.scalars(select(TrainingRun.options)))
    return {origin["record"] for origin in origins if origin.get("repository") == repository}


def take(session: Session, record: Record, *, repository: str, name: str, commit: str) -> TrainingRun:
    """Add a round's rows, and let its adapter serve where it may; return its run.

    repository, name, commit: whence it came. Raises SchemaError where it is not of this database.
    """
    snapshot_id = _snapshot(session, record.snapshot, name) if record.snapshot else None
    parent = _adapter(session, record.parent, name) if record.parent else None
    adapter, again = _made(session, record, parent)
    state, message = record.state, record.message
    if again is not None:
        state, message = "finished", f"It made what run {again} had made. {message}"
    elif state == "promoted" and not _stands(session, record):
        state = "finished"
        message = f"Not promoted, since what serves was changed while this was trained. {message}"
    ended = datetime.fromisoformat(record.finished_at)
    run = TrainingRun(
        state=state,
        snapshot_id=snapshot_id,
        parent_id=parent.id if parent else None,
        adapter_id=adapter.id if adapter and again is None else None,
        options={**record.options, CAME_FROM: {"repository": repository, "record": name}},
        progress=record.progress,
        report=_report(record, repository, commit),
        message=message,
        started_at=datetime.fromisoformat(record.started_at),
        heartbeat_at=ended,
        finished_at=ended,
    )
    session.add(run)
    session.flush()
    if state == "promoted":
        _promote(session, record, adapter)
    return run


def _promote(session: Session, record: Record, adapter: Adapter) -> None:
    now = serving(session)
    report = {key: value for key, value in (record.report or {}).items() if key != "answers"}
    for task in record.served:
        follows = now[task].id if task in now else None
        promote(session, task, adapter.id, reason=record.message, follows=follows, report=report)


def _stands(session: Session, record: Record) -> bool:
    """Return whether what serves is still what served when the round began."""
    now = serving(session)
    return all(served_by(session, now.get(task), task) == before for task, before in record.served.items())


def _made(session: Session, record: Record, parent: Adapter | None) -> tuple[Adapter | None, int | None]:
    """Return the round's adapter, and the run that had made it before, None where none had."""
    made = record.adapter
    if made is None:
        return None, None
    row = register(
        session,
        made.revision,
        uri=made.place,
        base_revision=made.base_revision,
        expert=made.expert,
        tasks=list(made.tasks),
        parent_id=parent.id if parent else None,
        manifest=made.manifest,
    )
    return row, session.scalar(select(TrainingRun.id).where(TrainingRun.adapter_id == row.id))


def _adapter(session: Session, revision: str, name: str) -> Adapter:
    found = session.scalar(select(Adapter).where(Adapter.revision == revision))
    if found is None:
        raise _foreign(name, f"it went on from the adapter {revision[:12]}, which is not known here")
    return found


def _snapshot(session: Session, told: Frozen, name: str) -> int:
    """Return the id of a record's snapshot, added where it was not known."""
    faces = _by_id(session, Face, [face for face, *_ in told.rows])
    if missing := {face for face, *_ in told.rows} - faces.keys():
        raise _foreign(name, f"face {min(missing)} of its snapshot is not known here")
    if not any(face.erased_at for face in faces.values()) and _content(session, told, faces) != told.sha256:
        raise _foreign(name, "the labels of its snapshot are others here")
    rows = [
        {"face_id": face, "gold_label_id": gold, "annotation_id": said, "split": split}
        for face, gold, said, split in told.rows
    ]
    try:
        return keep(session, told.dataset, "training", told.sha256, rows, options=told.options).id
    except DataError as error:
        raise _foreign(name, str(error)) from error


def _content(session: Session, told: Frozen, faces: Mapping[int, Face]) -> str:
    """Return the hash of what the snapshot's rows name here, "" where they name what is not here."""
    gold = _by_id(session, GoldLabel, [row[1] for row in told.rows if row[1] is not None])
    said = _by_id(session, Annotation, [row[2] for row in told.rows if row[2] is not None])
    lines = []
    for face_id, gold_id, said_id, split in told.rows:
        origin = gold.get(gold_id) if gold_id is not None else said.get(said_id)
        if origin is None or origin.face_id != face_id:
            return ""
        lines.append((faces[face_id].sha256, split, origin.labels, origin.rationales))
    return content_hash(lines)


def _by_id(session: Session, table: Any, ids: Sequence[int]) -> dict[int, Any]:
    """Return rows by id, asked for some thousands at a time, as an engine allows."""
    found: dict[int, Any] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = select(table).where(table.id.in_(ids[start : start + AT_ONCE]))
        found |= {row.id: row for row in session.scalars(some)}
    return found


def _report(record: Record, repository: str, commit: str) -> dict[str, Any] | None:
    """Return the report with its answers' places as hub ids, which every machine can read."""
    if record.report is None:
        return None
    answers = {
        name: {
            side: where if side == "asked" else f"{repository}/{where}@{commit}"
            for side, where in sides.items()
        }
        for name, sides in (record.report.get("answers") or {}).items()
        if isinstance(sides, Mapping)
    }
    return {**record.report, "answers": answers}


def _foreign(name: str, why: str) -> SchemaError:
    return SchemaError(
        f"{name} tells of a round on another database: {why}. Nothing was taken over. Give the scheduled job "
        "the repository of events that this studio writes, and this studio the job's model repository."
    )
