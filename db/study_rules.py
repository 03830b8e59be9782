"""Makes, changes, closes and lists studies: their rules, not their queues (`db.studies`).

What decides what an annotation means (tasks, mode, annotators a face) is fixed as soon as somebody was given
a face of the study; name, order and share of known gold faces may change at any time. Which tasks there are
is the caller's to check.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db import clock
from db.errors import DataError, NotFound
from db.models import Assignment, QueueEntry, Study
from db.models.work import MODES, ORDERS
from db.studies import DEFAULT, add_checks, default_study, reorder
from db.upsert import upsert

FIXED = ("tasks", "mode", "overlap")
RULES = ("name", "tasks", "mode", "overlap", "face_order", "gold_share", "lease_seconds", "seed")
MOST_ANNOTATORS = 20
LONGEST_NAME = 100


def create(session: Session, name: str, **rules: Any) -> Study:
    """Make a study and return it. rules: those of `RULES`. Raises DataError, also where the name is taken."""
    values = {"tasks": ["emotion", "au"], **rules, "name": name.strip()}
    _require_sound(values)
    new = upsert(session, Study).values(**values).on_conflict_do_nothing(index_elements=["name"])
    study = session.scalar(new.returning(Study))
    if study is None:
        raise DataError(f"There is a study named {values['name']} already. Give another name.")
    return study


def change(session: Session, study_id: int, **rules: Any) -> Study:
    """Change a study's rules and its queue with them, and return it.

    Raises NotFound; DataError where a value is not allowed, the name is taken, or a rule of `FIXED` would
    change although somebody has been given a face.
    """
    study = by_id(session, study_id)
    if "name" in rules:
        rules["name"] = rules["name"].strip()
    changed = {name: value for name, value in rules.items() if getattr(study, name) != value}
    _require_sound(changed)
    if (fixed := [name for name in FIXED if name in changed]) and begun(session, study_id):
        raise DataError(
            f"{study.name} has begun, so its {' and '.join(fixed)} cannot change: answers before and after "
            "would not be comparable. Make another study."
        )
    if "name" in changed:
        _require_free(session, study, changed["name"])
    for name, value in changed.items():
        if name != "face_order":
            setattr(study, name, value)
    session.flush()
    if "overlap" in changed:
        entries = update(QueueEntry).where(QueueEntry.study_id == study_id)
        session.execute(
            entries.values(overlap=study.overlap), execution_options={"synchronize_session": False}
        )
    if changed.get("gold_share"):
        add_checks(session, study)
    if "face_order" in changed or "seed" in changed:
        reorder(session, study, changed.get("face_order", study.face_order))
    return study


def close(session: Session, study_id: int) -> Study:
    """Give out no more faces of a study; what is being worked on may still be saved."""
    study = by_id(session, study_id)
    study.closed_at = study.closed_at or clock.now(session)
    return study


def reopen(session: Session, study_id: int) -> Study:
    """Give out faces of a study again."""
    study = by_id(session, study_id)
    study.closed_at = None
    return study


def by_id(session: Session, study_id: int) -> Study:
    """Return a study. Raises NotFound."""
    study = session.get(Study, study_id)
    if study is None:
        raise NotFound(f"There is no study {study_id}.")
    return study


def named(session: Session, name: str = "") -> Study:
    """Return the study of a name, the default one for none. Raises NotFound, which names those there are."""
    if not name or name == DEFAULT:
        return default_study(session)
    study = session.scalar(select(Study).where(Study.name == name))
    if study is None:
        there = ", ".join(each.name for each in listed(session)) or "none yet"
        raise NotFound(f"There is no study named {name}. There are: {there}.")
    return study


def listed(session: Session) -> Sequence[Study]:
    """Return all studies, open ones first, in the order in which they were made."""
    return session.scalars(select(Study).order_by(Study.closed_at.is_not(None), Study.id)).all()


def begun(session: Session, study_id: int) -> bool:
    """Return whether anybody was ever given a face of a study."""
    return session.scalar(select(Assignment.id).where(Assignment.study_id == study_id).limit(1)) is not None


def _require_free(session: Session, study: Study, name: str) -> None:
    """Raise DataError where a name is another study's, or the default study would lose its own."""
    if study.name == DEFAULT:
        raise DataError(f"{DEFAULT} is where faces go unless told otherwise; it keeps its name.")
    taken = select(func.count()).where(Study.name == name, Study.id != study.id)
    if name == DEFAULT or session.scalar(taken):
        raise DataError(f"There is a study named {name} already. Give another name.")


def _require_sound(values: Mapping[str, Any]) -> None:
    """Raise DataError for a rule that is none, or a value outside its range."""
    if unknown := sorted(set(values).difference(RULES)):
        raise DataError(f"A study has no {', '.join(unknown)}. It has: {', '.join(RULES)}.")
    name = values.get("name", "a")
    if not 0 < len(name) <= LONGEST_NAME:
        raise DataError(f"A study's name has 1 to {LONGEST_NAME} letters; this one has {len(name)}.")
    for column, allowed in (("mode", MODES), ("face_order", ORDERS)):
        if column in values and values[column] not in allowed:
            raise DataError(f"{values[column]!r} is no {column}. Allowed: {', '.join(allowed)}.")
    if "tasks" in values and not values["tasks"]:
        raise DataError("A study asks at least one thing: emotion, au, or both.")
    for column, least, most in (
        ("overlap", 1, MOST_ANNOTATORS),
        ("gold_share", 0, 1),
        ("lease_seconds", 10, 86_400),
        ("seed", 0, 2**31 - 1),
    ):
        if column in values and not least <= values[column] <= most:
            raise DataError(f"{column} is {values[column]}; it can be {least} to {most}.")
