"""Keeps what models said of faces, by the revision of all that had a part in it.

A model asked again about the same landmarks says the same, so its prediction is kept once, and an interrupted
pre-annotation can start over.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from math import log
from typing import Any

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session

from db.models import Face, Prediction, QueueEntry, Study
from db.ordering import place
from db.upsert import upsert


def revision_key(revisions: Mapping[str, str | None]) -> str:
    """Return one short key for base, adapters and expert: the same for the same revisions, in any order."""
    return sha256(json.dumps(dict(revisions), sort_keys=True).encode()).hexdigest()[:32]


def uncertainty(
    one_of: Sequence[Mapping[str, float]] = (), any_of: Sequence[Mapping[str, float]] = ()
) -> float:
    """Return 0 (sure) to 1 (has no idea): the mean over tasks of the entropy of what was said.

    one_of: tasks where a face has one label, and probabilities sum to 1; any_of: where each label has a
    probability of its own. Tasks without probabilities are left out.
    """
    tasks = [_entropy(p.values()) / log(len(p)) for p in one_of if len(p) > 1]
    for p in any_of:
        if p:
            tasks.append(sum(_entropy((x, 1 - x)) for x in p.values()) / len(p) / log(2))
    return min(1.0, max(0.0, sum(tasks) / len(tasks))) if tasks else 0.0


def record(session: Session, face_id: int, landmarks_id: int, **values: Any) -> Prediction:
    """Keep a prediction and return its row; where this revision has spoken before, the row from then.

    values: revisions, labels, rationales, probabilities, uncertainty, stratum, seconds, as `Prediction` has
    them.
    """
    row = {**values, "face_id": face_id, "landmarks_id": landmarks_id}
    row["revision"] = revision_key(values["revisions"])
    key = ["face_id", "landmarks_id", "revision"]
    insert = upsert(session, Prediction).values(row).on_conflict_do_nothing(index_elements=key)
    new = session.scalar(insert.returning(Prediction))
    if new is None:
        return session.scalars(select(Prediction).filter_by(**{name: row[name] for name in key})).one()
    waiting = (
        select(Study).join(QueueEntry).where(QueueEntry.face_id == face_id, Study.face_order == "uncertain")
    )
    for study in session.scalars(waiting):
        place(session, study, face_id=face_id)
    return new


def newest(session: Session, face_id: int, revision: str | None = None) -> Prediction | None:
    """Return the last prediction of a face; the last of a revision, where it has spoken of the face.

    After a rollback the model that serves has spoken before the one that no longer does.
    """
    found = select(Prediction).where(Prediction.face_id == face_id)
    first = [case((Prediction.revision == revision, 0), else_=1)] if revision else []
    return session.scalar(found.order_by(*first, Prediction.id.desc()).limit(1))


def missing(
    session: Session, revision: str, *which: ColumnElement[bool], after: int = 0, limit: int = 100
) -> Sequence[Face]:
    """Return faces of which a revision has not spoken, for which all of `which` hold; by id, above
    `after`.
    """
    spoken = select(Prediction.id).where(Prediction.revision == revision, Prediction.face_id == Face.id)
    faces = select(Face).where(Face.id > after, Face.erased_at.is_(None), ~spoken.exists(), *which)
    return session.scalars(faces.order_by(Face.id).limit(limit)).all()


def _entropy(probabilities) -> float:
    """Return the entropy in nats."""
    return -sum(p * log(p) for p in probabilities if p > 0)
