"""What is in the studio now, as the Data tab shows it: faces by source and split, what is known of them,
studies, imports.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import clock
from db.gold_in_force import gold_in_force
from db.models import Annotation, Face, GoldLabel, Import, Prediction, Subject
from db.models.faces import SPLITS
from db.predictions import revision_key
from db.study_rules import listed
from studio.data import as_imported, gold_set
from studio.data.bring import KIND, may_name_paths
from studio.data.studies import described
from studio.people.person import Person
from studio.workplace import Workplace

NEWEST = 16
"""Faces that are shown as pictures."""
IMPORTS = 8
SOURCES = 6
SILENT = timedelta(seconds=30)
"""A running import that has said nothing for so long was interrupted."""


def data_overview(work: Workplace, person: Person) -> dict[str, Any]:
    """What is in the studio now, for reviewers; `manage` tells whether this person may change it."""
    revision = revision_key(work.serving.predictor.revisions)
    with work.database.reads.begin() as session:
        return {
            "manage": person.may("admin"),
            "paths": may_name_paths(work),
            "backup": work.database.url.get_backend_name() == "sqlite",
            "max_mb": work.max_upload_mb,
            "model": work.serving.status.name,
            "faces": _faces(session),
            "known": _known(session, revision),
            "newest": _newest(session),
            "studies": [described(session, study, revision) for study in listed(session)],
            "gold_set": gold_set.told(session),
            "imports": _imports(session, running=work.jobs.running(KIND) is not None),
            "as_imported": as_imported.imports(session),
            "jobs": [job.as_dict() for job in work.jobs.all()],
        }


def _faces(session: Session) -> dict[str, Any]:
    """Return how many faces there are, by source (the rest as one) and by split."""
    here = Face.erased_at.is_(None)
    counted = select(Face.source, func.count()).where(here).group_by(Face.source)
    by_source = [tuple(row) for row in session.execute(counted.order_by(func.count().desc(), Face.source))]
    splits = {
        split: number
        for split, number in session.execute(
            select(Face.split, func.count()).where(here).group_by(Face.split)
        )
    }
    rest = sum(number for _, number in by_source[SOURCES:])
    return {
        "total": sum(number for _, number in by_source),
        "sources": [list(one) for one in by_source[:SOURCES]] + ([["others", rest]] if rest else []),
        "splits": [[split or "none", splits[split]] for split in (*SPLITS, None) if split in splits],
        "subjects": session.scalar(select(func.count(Subject.id)).where(Subject.erased_at.is_(None))),
        "neutral": session.scalar(select(func.count()).select_from(Face).where(here, Face.neutral)),
    }


def _known(session: Session, revision: str) -> dict[str, int]:
    """Return of how many faces there is a gold label, an annotation but no gold, a prediction."""
    gold = select(GoldLabel.face_id).where(gold_in_force())
    said = select(func.count(func.distinct(Annotation.face_id))).where(Annotation.kind == "labels")
    predicted = select(func.count(func.distinct(Prediction.face_id)))
    return {
        "gold": session.scalar(select(func.count()).select_from(gold.subquery())) or 0,
        "annotated": session.scalar(said.where(Annotation.face_id.not_in(gold))) or 0,
        "predicted": session.scalar(predicted.where(Prediction.revision == revision)) or 0,
        "predicted_before": session.scalar(predicted) or 0,
    }


def _newest(session: Session) -> list[dict[str, Any]]:
    faces = select(Face.id, Face.original_name, Face.source).where(Face.erased_at.is_(None))
    rows = session.execute(faces.order_by(Face.id.desc()).limit(NEWEST))
    return [{"id": key, "name": name or f"Face {key}", "source": source} for key, name, source in rows]


def _imports(session: Session, *, running: bool) -> list[dict[str, Any]]:
    """Return the last imports; one that says it runs, and does not, is told as interrupted."""
    rows = session.scalars(select(Import).order_by(Import.id.desc()).limit(IMPORTS)).all()
    late = clock.now(session) - SILENT
    shown = ("id", "place", "total", "added", "known", "skipped", "message")
    told = []
    for row in rows:
        silent = row.state == "running" and not running and row.heartbeat_at < late
        state = "interrupted" if silent else row.state
        about = {name: getattr(row, name) for name in shown}
        wishes = row.options.get("wishes", {})
        told.append(
            about
            | {
                "state": state,
                "study": wishes.get("study") or "",
                "at": row.started_at.isoformat(timespec="seconds"),
                "resumable": state in ("interrupted", "stopped", "failed")
                and bool({"batch", "path"} & set(row.options)),
            }
        )
    return told
