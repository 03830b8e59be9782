"""Studies as the Data tab makes and changes them."""

from typing import Any

from sqlalchemy.orm import Session

from db import study_rules, waiting
from db.models import Study
from db.studies import add_checks, enqueue, progress
from model.errors import EmolaError
from model.tasks import TASKS
from studio.people.person import Person
from studio.workplace import Workplace

NUMBERS = {"overlap": int, "gold_share": float, "lease_seconds": int, "seed": int}
TEXTS = ("name", "mode", "face_order")


class NoSuchTask(EmolaError):
    """A study asks for what no model here knows. Choose of the tasks that there are."""


def create_study(work: Workplace, person: Person, rules: dict, all_faces: bool = True) -> dict:
    """Make a study: rules has name, tasks, mode, overlap, face_order, gold_share. all_faces: put every face
    of the studio into its queue; else import into it.
    """
    values = read_rules(rules)
    name = values.pop("name", "")
    with work.database.sessions.begin() as session:
        study = study_rules.create(session, name, **values)
        if all_faces:
            enqueue(session, study)
        if study.gold_share:
            add_checks(session, study)
        return described(session, study)


def change_study(work: Workplace, person: Person, study_id: int, rules: dict) -> dict:
    """Change a study's rules; tasks, mode and overlap only until somebody has been given a face."""
    with work.database.sessions.begin() as session:
        return described(session, study_rules.change(session, int(study_id), **read_rules(rules)))


def close_study(work: Workplace, person: Person, study_id: int) -> dict:
    """Give out no more faces of a study; what is being worked on may still be saved."""
    with work.database.sessions.begin() as session:
        return described(session, study_rules.close(session, int(study_id)))


def reopen_study(work: Workplace, person: Person, study_id: int) -> dict:
    """Give out faces of a study again."""
    with work.database.sessions.begin() as session:
        return described(session, study_rules.reopen(session, int(study_id)))


def described(session: Session, study: Study, revision: str | None = None) -> dict[str, Any]:
    """Return a study as the page shows it. revision: of a model whose predictions are to be counted."""
    states = progress(session, study.id)
    faces = sum(number for state, number in states.items() if state not in ("withdrawn", "check"))
    told = {name: getattr(study, name) for name in ("id", *study_rules.RULES)}
    told |= {
        "open": study.closed_at is None,
        "begun": study_rules.begun(session, study.id),
        "faces": faces,
        "full": states.get("full", 0),
        "started": states.get("started", 0),
        "checks": states.get("check", 0),
    }
    if revision is not None:
        told["waiting"] = waiting.count_waiting(session, study.id, revision)
        told["unreadable"] = len(waiting.unreadable(session, study.id, revision, 1000))
    return told


def read_rules(rules: dict[str, Any]) -> dict[str, Any]:
    """Return rules as the page sends them, typed. Raises NoSuchTask; ranges are the database's to check."""
    values: dict[str, Any] = {name: str(rules[name]) for name in TEXTS if name in rules}
    for name, kind in NUMBERS.items():
        if name in rules:
            try:
                values[name] = kind(rules[name])
            except (TypeError, ValueError, OverflowError) as error:
                raise NoSuchNumber(f"{name} is {rules[name]!r}. Give a number.") from error
    if "tasks" in rules:
        tasks = [str(task) for task in rules["tasks"] or ()]
        if unknown := [task for task in tasks if task not in TASKS]:
            raise NoSuchTask(f"There is no task {', '.join(unknown)}. Choose of {', '.join(TASKS)}.")
        values["tasks"] = [task for task in TASKS if task in tasks]
    return values


class NoSuchNumber(EmolaError):
    """A rule of a study needs a number."""
