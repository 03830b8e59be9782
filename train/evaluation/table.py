"""Several evaluations of one set side by side, as a Markdown table.

    python -m train.evaluation.table "prior and picture=runs/mini" "picture only=runs/mini-without-prior"

Rows in the order given; recognition and text quality by the corrected scorer, REGE by both; 95 % intervals
in brackets. Refuses evaluations of different faces: their figures say nothing about each other.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from train.bench.errors import BenchError
from train.bench.result import number, span
from train.evaluation.log import RUN
from train.evaluation.report import FOLDER, RESULT

COLUMNS = {
    "au": (
        ("AU F1, scored", "corrected", "S_re"),
        ("ROUGE-L, AU", "corrected", "S_ge"),
        ("REGE AU, corrected", "corrected", "S_rege"),
        ("REGE AU, paper", "paper", "S_rege"),
    ),
    "emotion": (
        ("emotion accuracy", "corrected", "S_re"),
        ("ROUGE-L, emotion", "corrected", "S_ge"),
        ("REGE emotion, corrected", "corrected", "S_rege"),
        ("REGE emotion, paper", "paper", "S_rege"),
    ),
}


def table(runs: Mapping[str, Path]) -> str:
    """Return the table of evaluations' folders by title. Raises BenchError where they can't be compared."""
    found = {title: _read(folder / FOLDER / RESULT) for title, folder in runs.items()}
    asked = {title: _read(folder / RUN)["asked"] for title, folder in runs.items()}
    first = next(iter(runs))
    for title in runs:
        if asked[title] != asked[first]:
            raise BenchError(f"{runs[title]} and {runs[first]} are about different faces. Evaluate one set.")
    tasks = [task for task in COLUMNS if all(task in each["tasks"] for each in found.values())]
    columns = [(task, *column) for task in tasks for column in COLUMNS[task]]
    lines = [
        f"| {found[first]['faces']} faces | {' | '.join(column[1] for column in columns)} |",
        "|---|" + "---|" * len(columns),
    ]
    for title, each in found.items():
        cells = [_cell(each["tasks"][task][scorer], figure) for task, _, scorer, figure in columns]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(scores: Mapping[str, Any], figure: str) -> str:
    return f"{number(scores[figure])} ({span(*scores['intervals'][figure])})"


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BenchError(f"{path} cannot be read ({error}). Give finished evaluations' --out.") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and return the exit status: 0, or 2 where there is none."""
    parser = argparse.ArgumentParser(
        prog="python -m train.evaluation.table", description="Compare evaluations."
    )
    parser.add_argument("runs", nargs="+", metavar="TITLE=DIR", help="a title and an evaluation's --out")
    pairs = [run.rpartition("=") for run in parser.parse_args(arguments).runs]
    try:
        print(table({title or folder: Path(folder) for title, _, folder in pairs}))
    except BenchError as error:
        print(f"train.evaluation.table: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
