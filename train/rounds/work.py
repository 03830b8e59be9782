"""From "is there enough new?" to how it ended: the rounds of one call, under the lease, errors in words."""

import threading
import traceback
from typing import Any

from db.errors import DataError
from db.session import Database
from model.errors import EmolaError
from train.errors import Stopped
from train.rounds import folders, runs
from train.rounds.plan import Settings, about, forecast, serving_now
from train.rounds.runs import Busy, Life

WORST_FIRST = ("failed", "stopped", "rejected", "promoted", "nothing")


def work(
    database: Database, store, told: Settings, *, dry_run: bool = False, ended: threading.Event | None = None
) -> dict[str, Any]:
    """Do a round for each adapter that has enough new labels; return how it ended, as JSON's types.

    outcome: promoted, nothing, busy, dry-run, rejected, stopped or failed, of several rounds the worst;
    reason in words; rounds: each one's facts. ended: set from elsewhere, ends the work at the next step.
    """
    try:
        if dry_run:
            return {"outcome": "dry-run", "reason": "", "rounds": _forecasts(database, told)}
        with runs.held(database, seconds=told.lease) as life:
            return _rounds(database, store, told, life, ended)
    except Busy as busy:
        return {"outcome": "busy", "reason": str(busy), "rounds": []}
    except (EmolaError, DataError) as error:
        return {"outcome": "failed", "reason": str(error), "rounds": []}


def _forecasts(database: Database, told: Settings) -> list[dict[str, Any]]:
    with database.reads.begin() as session:
        return [forecast(session, told, current) for current in serving_now(session, told.options)]


def _rounds(
    database: Database, store, told: Settings, life: Life, ended: threading.Event | None
) -> dict[str, Any]:
    with database.reads.begin() as session:
        currents = serving_now(session, told.options)
    found = []
    for current in currents:
        with database.reads.begin() as session:
            plan = forecast(session, told, current)
        with database.sessions.begin() as session:
            planned = [each.tasks for each in currents]
            dead = runs.take_up(session, about(told, current), current.adapter_id, planned)
        if dead is None and not plan["enough"]:
            few = f"{plan['new']} faces with new labels, fewer than the {told.min_new} that are asked for."
            found.append({**plan, "outcome": "nothing", "reason": few})
            continue
        resumed = dead.id if dead else None
        found.append({**plan, **_one(database, store, told, current, life, ended, resumed)})
    _sweep(database, told)
    outcome = next(name for name in WORST_FIRST if any(each["outcome"] == name for each in found))
    reason = " ".join(each["reason"] for each in found if each["outcome"] == outcome)
    return {"outcome": outcome, "reason": reason, "rounds": found}


def _sweep(database: Database, told: Settings) -> None:
    """Let nothing stay of runs that have ended: those of this call, and of processes that died or failed."""
    with database.reads.begin() as session:
        folders.sweep(session, told.options.work)


def _one(database: Database, store, told: Settings, current, life: Life, ended, resumed) -> dict[str, Any]:
    """One round; where it fails, its run is ended with the reason."""
    from train.rounds.round import one_round  # late: where nothing is new, nobody waits for torch

    life.work_on(resumed)
    if ended is not None:
        life.follow(ended)
    try:
        return one_round(database, store, told, current, life, resumed)
    except Stopped as stopped:
        # Told to end (the machine goes down, say), the run stays open: the next call takes it up.
        if not (ended is not None and ended.is_set()):
            _end(database, life, "stopped", str(stopped))
        return {"outcome": "stopped", "reason": str(stopped), "run": life.run_id}
    except (EmolaError, DataError) as error:
        return _failed(database, life, str(error))
    except Exception as error:  # whatever it is, the run must not look alive
        traceback.print_exc()
        return _failed(database, life, f"{type(error).__name__}: {error}")


def _failed(database: Database, life: Life, why: str) -> dict[str, Any]:
    _end(database, life, "failed", why)
    return {"outcome": "failed", "reason": why, "run": life.run_id}


def _end(database: Database, life: Life, state: str, why: str) -> None:
    if life.run_id is not None:
        with database.sessions.begin() as session:
            runs.finish(session, life.run_id, state, why)
