"""What admins decide about revisions: let one serve, overrule the gate, roll back; each with a reason.

The registry's row flips in one transaction; the studios that share the database follow within seconds
(`studio.following`). `seen` is what the page showed as serving, task -> promotion id (null: none), so that
nobody decides about what has changed under their hands.
"""

from typing import Any

from db import runs
from db.errors import DataError, SaveConflict
from db.models import Promotion
from model.errors import EmolaError
from studio.people.person import Person
from studio.workplace import Workplace

LONGEST = 2000


class NotANumber(EmolaError):
    """A number was asked for and something else was given."""


def runs_serve(work: Workplace, person: Person, revision: int, reason: str, seen: dict) -> dict[str, Any]:
    """Let a revision serve, as you decide: {"promotions": {task: id}}. reason: in a sentence; it is kept."""
    with work.database.sessions.begin() as session:
        made = runs.serve(
            session,
            _whole("revision", revision),
            reason=_reason(reason),
            follows=_seen(seen),
            decided_by=person.id,
        )
        return _told(made)


def runs_overrule(work: Workplace, person: Person, run: int, reason: str, seen: dict) -> dict[str, Any]:
    """Let a candidate serve that the gate rejected, for a reason that is kept: {"promotions": {task: id}}."""
    with work.database.sessions.begin() as session:
        _require_unchanged(session, _seen(seen))
        made = runs.overrule(session, _whole("run", run), reason=_reason(reason), decided_by=person.id)
        return _told(made)


def runs_roll_back(
    work: Workplace, person: Person, tasks: list[str], reason: str, seen: dict
) -> dict[str, Any]:
    """Let what served these tasks before serve them again: {"promotions": {task: id}}."""
    why = _reason(reason)
    with work.database.sessions.begin() as session:
        _require_unchanged(session, _seen(seen))
        made = [
            runs.roll_back(session, str(task), reason=why, decided_by=person.id)
            for task in dict.fromkeys(tasks or ())
        ]
        return _told(made)


def runs_try_again(work: Workplace, person: Person) -> dict[str, Any]:
    """Load once more what is promoted and could not be proven here."""
    if work.following is not None:
        work.following.try_again()
    return {"state": work.following.seen.state if work.following else "nothing"}


def _require_unchanged(session, seen: dict[str, int | None]) -> None:
    now = {task: row.id for task, row in runs.serving(session).items()}
    if any(now.get(task) != number for task, number in seen.items()):
        raise SaveConflict("What serves has changed since you looked. Look again, then decide.")


def _told(made: list[Promotion]) -> dict[str, Any]:
    return {"promotions": {row.task: row.id for row in made}}


def _reason(given: Any) -> str:
    words = str(given or "").strip()
    if not words:
        raise DataError("To change what serves needs a reason. Say why, in a sentence.")
    return words[:LONGEST]


def _seen(given: Any) -> dict[str, int | None]:
    if not isinstance(given, dict):
        raise NotANumber(f"What was seen is {given!r}. Give task -> promotion id.")
    return {str(task): None if number is None else _whole(task, number) for task, number in given.items()}


def _whole(name: str, given: Any) -> int:
    try:
        return int(given)
    except (TypeError, ValueError, OverflowError) as error:
        raise NotANumber(f"{name} is {given!r}. Give a whole number.") from error
