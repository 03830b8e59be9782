"""What an evaluation found, scored both ways and written into a folder, whole or not at all.

    DIR/report/result.json      every figure with its interval, by task and scorer, and what was asked of whom
    DIR/report/au.html ...      the benchmark's page for each task
    DIR/report/pred_au.json ... id -> answer, for `train.bench` or anybody's scorer

Not covered: the figures themselves; those are `train.bench`'s.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from train.bench import cases, report, result
from train.bench.answers import read_answers
from train.bench.errors import BenchError
from train.evaluation.log import answers_of
from train.evaluation.set import EvaluationSet

FOLDER, RESULT = "report", "result.json"


def score(
    asked: EvaluationSet,
    records: Sequence[Mapping[str, Any]],
    about: Mapping[str, Any],
    against: Path | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return (everything found, as JSON's types; the pages by task) of a run's records.

    about: what was asked of whom. against: another evaluation's folder, for a paired test on each figure.
    """
    unread = [record for record in records if "error" in record]
    found = {**about, "faces": len(asked.faces), "unread": unread, "notes": list(asked.notes), "tasks": {}}
    pages = {}
    for task in asked.tasks:
        entries = asked.entries[task]
        answers = answers_of(records, asked.face_of[task], task)
        other = _answers_of(against, task, set(answers)) if against else None
        scores, outcomes = result.measured(task, asked.table, entries, answers, tuple(result.SCORERS), other)
        found["tasks"][task] = {"answers": answers, **scores}
        facts = {
            "task": task,
            "dataset": asked.table,
            "truth": about["dataset"],
            "answers": about["model"],
            "against": str(against) if against else None,
            "faces": len(entries),
        }
        worst = cases.worst(outcomes["corrected"], entries, answers, asked.folder)
        pages[task] = report.page(facts, scores, worst, [*asked.notes, *remarks(found)])
    return found, pages


def remarks(found: Mapping[str, Any]) -> list[str]:
    """Return what was odd about a run beside its set, as sentences."""
    if not found["unread"]:
        return []
    first, count = found["unread"][0], len(found["unread"])
    pictures = "1 picture was" if count == 1 else f"{count} pictures were"
    return [f"{pictures} not read, scored as an empty answer; {first['face']}: {first['error']}"]


def _answers_of(folder: Path, task: str, known: set[str]) -> dict[str, Any]:
    return read_answers(folder / FOLDER / f"pred_{task}.json", known)


def write(out: Path, found: Mapping[str, Any], pages: Mapping[str, str]) -> Path:
    """Write what `score` found into `out/report` and return that folder. Raises BenchError."""
    target = out / FOLDER
    tasks = {task: dict(facts) for task, facts in found["tasks"].items()}
    files = {f"{task}.html": page for task, page in pages.items()}
    for task, facts in tasks.items():
        files[f"pred_{task}.json"] = _json(facts.pop("answers"))
    files[RESULT] = _json({**found, "tasks": tasks})
    try:
        unfinished = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=out))
        try:
            for name, text in files.items():
                (unfinished / name).write_text(text, encoding="utf-8")
            unfinished.chmod(0o755)
            _replace(unfinished, target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise BenchError(f"The report cannot be written to {target} ({error.strerror}).") from error
    return target


def _replace(new: Path, target: Path) -> None:
    """Put a folder in another's place; that one is back where this fails."""
    if not target.exists():
        os.rename(new, target)
        return
    old = new.with_name(f"{new.name}-before")
    os.rename(target, old)
    try:
        os.rename(new, target)
    except OSError:
        os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def table(found: Mapping[str, Any]) -> str:
    """Return the headline figures for people, a Markdown table: a row a figure, a column a scorer."""
    names = list(result.SCORERS)
    lines = [f"| {found['faces']} faces | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
    for task, scores in found["tasks"].items():
        rows = {name: {row[0]: row for row in result.rows(scores[name])} for name in names}
        for figure in dict.fromkeys(figure for of_scorer in rows.values() for figure in of_scorer):
            cells = [_cell(rows[name].get(figure)) for name in names]
            lines.append(f"| {task} {figure} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(row: tuple[str, str, str, str] | None) -> str:
    return f"{row[1]} ({row[2]})" if row else ""
