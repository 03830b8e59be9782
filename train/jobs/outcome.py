"""How a job's rounds ended, for studios that do not share its database: a record of each, on the hub."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from db import run_history
from db.hub import patiently
from db.models import TrainingRun
from db.rounds.record import STATES
from db.rounds.repository import ModelRepository
from db.rounds.tell import tell
from db.session import Database
from model import manifest
from train.evaluation.log import ANSWERS
from train.jobs.card import card
from train.rounds import runs


def bundle_put(models: ModelRepository, say: Callable[[str], object]) -> Callable[[Path], str]:
    """Return what puts a bundle's folder into the repository and gives its place there."""

    def publish(folder: Path) -> str:
        revision = manifest.verify(folder, "adapter")["identity"]
        return patiently(lambda: models.put_bundle(folder, revision), say)

    return publish


def end_open(database: Database, found: Mapping[str, Any], why: str) -> None:
    """End the runs that a stopped job leaves open: its disk goes with it, so nobody can go on with them."""
    with database.sessions.begin() as session:
        for run_id in _runs(found):
            runs.finish(session, run_id, "stopped", why)


def put_records(
    database: Database, found: Mapping[str, Any], models: ModelRepository, say: Callable[[str], object]
) -> list[str]:
    """Put a record of each run of the job that has ended, and return their names."""
    names = []
    for run_id in _runs(found):
        with database.reads.begin() as session:
            run = session.get_one(TrainingRun, run_id)
            if run.state not in STATES:
                continue
            answers, files = _answers((run.report or {}).get("answers") or {})
            told = tell(session, run_id, answers)
            shown = card(models.name, run_history.runs(session, 20), run_history.adapters(session))
        names.append(patiently(partial(models.put_round, told, files, shown), say))
    return names


def _runs(found: Mapping[str, Any]) -> list[int]:
    return [each["run"] for each in found["rounds"] if each.get("run") is not None]


def _answers(kept: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, Any], dict[str, Path]]:
    """(what a report says of its answers, by their places in the repository; the files by these places)."""
    told: dict[str, Any] = {}
    files: dict[str, Path] = {}
    for name, sides in kept.items():
        told[name] = {}
        for side, where in sides.items():
            if side != "asked":
                folder, where = Path(where), f"answers/{Path(where).name}"
                files[where] = folder / ANSWERS
            told[name][side] = where
    return told, files
