"""The dashboard's endpoints: a study's numbers as HTML, and as files.

Counting a large study takes seconds, so what was counted is kept until something is saved, predicted or
decided. The libraries of statistics are loaded when first needed: they take half a second, for which the
studio's start does not wait.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import func, select

from db.models import Annotation, Assignment, GoldLabel, Prediction, QueueEntry
from db.session import Database
from studio.annotate.arguments import BadArgument, short, told
from studio.people.person import Person
from studio.review.study import needed_study
from studio.workplace import Workplace

FORMATS = ("csv", "json")


def review_numbers(work: Workplace, person: Person, study: str = "") -> dict:
    """A study's numbers as the page shows them: {"study", "at", "html"}."""
    from studio.review.report import report

    found = _counted(work, study)
    return {"study": found["study"], "at": found["at"], "html": report(found)}


def review_numbers_file(work: Workplace, person: Person, study: str = "", format: str = "json") -> dict:
    """A study's numbers as a file: {"name", "text"}. format: csv (a row a number) or json."""
    if format not in FORMATS:
        raise BadArgument(f"format is {told(format)}. Give csv or json.")
    from studio.review.export import as_csv, as_json

    found = _counted(work, study)
    name = "".join(letter if letter.isalnum() else "-" for letter in found["study"].lower())
    return {"name": f"{name}-numbers.{format}", "text": as_csv(found) if format == "csv" else as_json(found)}


def _counted(work: Workplace, study: Any) -> dict[str, Any]:
    study = short("study", study)
    with work.database.reads.begin() as session:
        rules = needed_study(session, study)
        newest = tuple(
            session.scalar(select(func.max(table.id))) for table in (Annotation, GoldLabel, Prediction)
        )
        state = (Assignment.state, func.count())
        work_of = session.execute(
            select(*state).where(Assignment.study_id == rules.id).group_by(Assignment.state)
        ).all()
        queued = session.scalar(select(func.max(QueueEntry.id)))
    return _numbers(work.database, rules.name, newest, tuple(map(tuple, work_of)), queued)


@lru_cache(maxsize=16)
def _numbers(database: Database, study: str, *_since: Any) -> dict[str, Any]:
    from studio.review.numbers import numbers

    with database.reads.begin() as session:
        return numbers(session, needed_study(session, study))
