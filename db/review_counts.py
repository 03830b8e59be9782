"""Counts for a study's dashboard, made by the database: throughput, time, labels, corrections of the model.

A save counts where an assignment's first row is: a correction is no further face. Labels and corrections
count what is in force. Days and hours are UTC's.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, String, cast, func, literal, select, text
from sqlalchemy.orm import Session, aliased

from db.annotations import select_in_force
from db.models import Annotation, Annotator, Assignment, Prediction

STEPS = {"day": ("%Y-%m-%d", "YYYY-MM-DD"), "hour": ("%Y-%m-%dT%H", 'YYYY-MM-DD"T"HH24')}


def throughput(
    session: Session, study_id: int, step: str = "day", since: datetime | None = None
) -> list[tuple[str, int, int]]:
    """Return (day "2026-01-31" or hour "2026-01-31T13", annotator id, faces done), the oldest first."""
    on_sqlite, on_postgresql = STEPS[step]
    if _sqlite(session):
        when = func.strftime(on_sqlite, Annotation.created_at, type_=String)
    else:
        when = func.to_char(func.timezone("UTC", Annotation.created_at), on_postgresql, type_=String)
    rows = _first_saves(study_id, when, Annotation.annotator_id, func.count())
    if since is not None:
        rows = rows.where(Annotation.created_at >= since)
    return _plain(
        session, rows.group_by(when, Annotation.annotator_id).order_by(when, Annotation.annotator_id)
    )


def seconds(session: Session, study_id: int) -> dict[int, tuple[float, int]]:
    """Return each annotator's median seconds at a face, and of how many faces that is."""
    by = Annotation.annotator_id
    place = func.row_number().over(partition_by=by, order_by=Annotation.seconds)
    number = func.count().over(partition_by=by)
    ranked = _first_saves(study_id, by, Annotation.seconds, place.label("place"), number.label("number"))
    ranked = ranked.where(Annotation.seconds.is_not(None)).subquery()
    middle = 2 * ranked.c.place
    rows = (
        select(ranked.c.annotator_id, func.avg(ranked.c.seconds), func.max(ranked.c.number))
        .where(middle.between(ranked.c.number, ranked.c.number + 2))
        .group_by(ranked.c.annotator_id)
    )
    return {who: (float(median), number) for who, median, number in session.execute(rows)}


def people(session: Session, study_id: int) -> list[tuple[int, str, str, int]]:
    """Return (annotator id, name, assignment's state, how many) of everybody who was given a face."""
    rows = (
        select(Annotator.id, Annotator.name, Assignment.state, func.count())
        .join(Assignment, Assignment.annotator_id == Annotator.id)
        .where(Assignment.study_id == study_id)
        .group_by(Annotator.id, Annotator.name, Assignment.state)
    )
    return _plain(session, rows.order_by(Annotator.id, Assignment.state))


def newest_id(session: Session) -> int:
    """Return the id of the last row that anybody saved: large counts are made of the rows after some id."""
    return session.scalar(select(func.max(Annotation.id))) or 0


def emotions(session: Session, study_id: int, after: int = 0) -> dict[str, int]:
    """Return how often each emotion was said, in rows with ids above `after`."""
    said = Annotation.labels["emotion"].as_string()
    rows = _in_force(study_id, after).with_only_columns(said, func.count()).group_by(said)
    return {name: number for name, number in session.execute(rows) if name is not None}


def action_units(session: Session, study_id: int, after: int = 0) -> list[tuple[str, str, str | None, int]]:
    """Return (AU, state, intensity or None, how often that was said)."""
    each, name, state, intensity = _each_unit(session)
    rows = (
        _in_force(study_id, after)
        .join(each, literal(True))
        .with_only_columns(name, state, intensity, func.count())
    )
    return _plain(session, rows.group_by(name, state, intensity).order_by(name, state, intensity))


def corrected_emotions(session: Session, study_id: int, after: int = 0) -> list[tuple[str, str, int]]:
    """Return (what the model said, what the annotator said, how often), where both said an emotion."""
    said, model = Annotation.labels["emotion"].as_string(), Prediction.labels["emotion"].as_string()
    rows = _with_prediction(study_id, after).with_only_columns(model, said, func.count())
    rows = rows.where(said.is_not(None), model.is_not(None))
    return _plain(session, rows.group_by(model, said).order_by(model, said))


def corrected_units(session: Session, study_id: int, after: int = 0) -> list[tuple[str, bool, str, int]]:
    """Return (AU, whether the model said it, the annotator's state of it, how often)."""
    each, name, state, _ = _each_unit(session)
    if _sqlite(session):
        listed = func.json_each(Prediction.labels, "$.au").table_valued("value", name="listed")
        told = select(literal(1)).select_from(listed).where(listed.c.value == name).exists()
        asked = func.json_type(Prediction.labels, "$.au") == "array"
    else:
        told = func.jsonb_exists(Prediction.labels["au"], name)
        asked = func.jsonb_typeof(Prediction.labels["au"]) == "array"
    rows = _with_prediction(study_id, after).join(each, literal(True)).where(asked)
    rows = rows.with_only_columns(name, told.label("told"), state, func.count())
    found = session.execute(rows.group_by(name, text("told"), state).order_by(name, text("told"), state))
    return [(unit, bool(model), said, number) for unit, model, said, number in found]


def overlapping(
    session: Session, study_id: int, *, faces: int, first_pass: bool = False
) -> Sequence[Row[tuple[int, int, dict[str, Any]]]]:
    """Return (face id, annotator id, labels) of the last faces that two or more people have labelled.

    faces: of how many at most. first_pass: what they said before they saw the model.
    """
    chosen = (
        select(Assignment.face_id)
        .where(Assignment.study_id == study_id, Assignment.state.in_(("done", "late")))
        .group_by(Assignment.face_id)
        .having(func.count() >= 2)
        .order_by(Assignment.face_id.desc())
        .limit(faces)
        .subquery()
    )
    rows = _in_force(study_id)
    if first_pass:
        blind = aliased(Annotation)
        last = select(func.max(blind.id)).where(
            blind.assignment_id == Assignment.id, blind.kind == "labels", blind.prediction_id.is_(None)
        )
        rows = select(Annotation).join(Assignment, Assignment.id == Annotation.assignment_id)
        rows = rows.where(Assignment.study_id == study_id, Annotation.id == last.scalar_subquery())
    rows = rows.join(chosen, chosen.c.face_id == Annotation.face_id)
    rows = rows.with_only_columns(Annotation.face_id, Annotation.annotator_id, Annotation.labels)
    return session.execute(rows.order_by(Annotation.face_id, Annotation.annotator_id)).all()


def _sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _plain(session: Session, rows) -> list[tuple]:
    return [tuple(row) for row in session.execute(rows)]


def _first_saves(study_id: int, *columns):
    """Select columns of the first rows of a study's assignments."""
    rows = select(*columns).select_from(Annotation)
    rows = rows.join(Assignment, Assignment.id == Annotation.assignment_id)
    return rows.where(Assignment.study_id == study_id, Annotation.supersedes_id.is_(None))


def _in_force(study_id: int, after: int = 0):
    """Select the labels in force of a study, of rows with ids above `after`."""
    rows = select_in_force(Annotation.kind == "labels", Annotation.id > after)
    rows = rows.join(Assignment, Assignment.id == Annotation.assignment_id)
    return rows.where(Assignment.study_id == study_id)


def _with_prediction(study_id: int, after: int):
    """Select labels in force with the model's answer that was in sight, else the newest of that time."""
    then = aliased(Prediction)
    newest = (
        select(then.id)
        .where(then.face_id == Annotation.face_id, then.created_at <= Annotation.created_at)
        .order_by(then.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return _in_force(study_id, after).join(
        Prediction, Prediction.id == func.coalesce(Annotation.prediction_id, newest)
    )


def _each_unit(session: Session):
    """Return a table of an annotation's AUs, and its columns: name, state, intensity."""
    if _sqlite(session):
        each = func.json_each(Annotation.labels, "$.au").table_valued("key", "value", name="unit")
        inside = [func.json_extract(each.c.value, f"$.{part}") for part in ("state", "intensity")]
    else:
        each = func.jsonb_each(Annotation.labels["au"]).table_valued("key", "value", name="unit")
        inside = [func.jsonb_extract_path_text(each.c.value, part) for part in ("state", "intensity")]
    return each, cast(each.c.key, String), *inside
