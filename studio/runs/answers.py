"""What each revision answered about the faces that it was judged with: read from where its run kept it.

A run's report names the folders: of the machine that trained, so a studio elsewhere may not have them, and
says so; or in the model repository of a scheduled job, from which they are fetched once. Answers are texts as
the model gave them; labels are read from them by `model.tasks`.
"""

import json
from collections.abc import Iterable
from typing import Any

from db.errors import NotFound
from db.models import TrainingRun
from model import hub
from model.errors import CheckpointError
from studio.runs.figures import asked

FILE = "answers.jsonl"
BASE = 0
"""Number of what served before anything was trained."""


def folders(runs: Iterable[TrainingRun]) -> dict[tuple[int, str], str]:
    """Return (revision, which faces and questions) -> the folder with its answers on the gold set."""
    found = {}
    for run in runs:
        word = asked(run.report)
        kept = ((run.report or {}).get("answers") or {}).get("gold") or {}
        for revision, side in ((run.adapter_id, "candidate"), (run.parent_id or BASE, "current")):
            if word and revision is not None and kept.get(side):
                found[revision, word] = kept[side]
    return found


def pair(runs: Iterable[TrainingRun], first: int, second: int) -> tuple[str, str]:
    """Return where two revisions' answers to the same questions are. Raises NotFound."""
    known = folders(runs)
    for revision, word in reversed(known):
        if revision == second and (first, word) in known:
            return known[first, word], known[revision, word]
    raise NotFound(
        f"Revisions {first} and {second} were never asked about the same faces. Compare one with its parent, "
        "or with what was judged on the same gold set."
    )


def read(place: str) -> dict[int, dict[str, str]]:
    """Return face's id -> {task: text}. Raises NotFound where they are not on this machine, nor to be had."""
    try:
        rows = (hub.fetch(place, patterns=(FILE,)) / FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, CheckpointError) as error:
        raise NotFound(
            f"The answers are not on this machine ({place}). They are where the run was; the figures of the "
            "comparison with its parent are in the table."
        ) from error
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        record = _record(row)
        name = str(record.get("face", ""))
        if name.isdecimal():
            answers = record.get("answers") or {}
            found[int(name)] = {str(task): str(text) for task, text in answers.items()}
    return found


def _record(row: str) -> dict[str, Any]:
    """Return a line's record; one that was cut short counts as none."""
    try:
        record = json.loads(row)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
