"""The benchmark's command.

    python -m train.bench --task emotion --dataset FABA --truth eval_emotion_anno.json --answers pred.json
    python -m train.bench --task au --dataset DISFA --truth T --answers A --scorer paper --json
    python -m train.bench ... --report out --against other_pred.json --at-least corrected:S_rege=90

Exit status: 0 scored; 1 scored, but a figure is below --at-least; 2 nothing scored: wrong arguments, or a
file that cannot be believed (the message names it and the entry). Figures go to standard output, notes and
errors to standard error.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from train.bench import cases, report, result
from train.bench.answers import read_answers
from train.bench.errors import BenchError
from train.bench.tables import DATASETS, TASK_NAMES, dataset_for
from train.bench.truth import read_truth


def parser() -> argparse.ArgumentParser:
    """Return the command's arguments."""
    made = argparse.ArgumentParser(
        prog="python -m train.bench", description="Score any model's answers about faces (FABA-Bench)."
    )
    made.add_argument("--task", required=True, choices=sorted(TASK_NAMES))
    made.add_argument("--dataset", required=True, choices=list(DATASETS))
    made.add_argument("--truth", required=True, type=Path, help="the authors' evaluation JSON")
    made.add_argument("--answers", required=True, type=Path, help="pred.json, or id -> answer, or a list")
    made.add_argument("--scorer", choices=("paper", "corrected", "both"), default="both")
    made.add_argument("--json", action="store_true", help="print everything as one JSON object")
    made.add_argument("--report", type=Path, metavar="DIR", help=f"also write DIR/{report.NAME}")
    made.add_argument("--against", type=Path, metavar="FILE", help="another model's answers: a paired test")
    made.add_argument(
        "--at-least",
        action="append",
        default=[],
        type=_limit,
        metavar="SCORER:FIGURE=VALUE",
        help="exit with 1 where a figure is lower, such as corrected:S_rege=90",
    )
    return made


def _limit(text: str) -> tuple[str, str, float]:
    name, _, value = text.partition("=")
    scorer, _, figure = name.partition(":")
    try:
        limit = float(value)
    except ValueError:
        limit = float("nan")
    if scorer not in result.SCORERS or figure not in result.FIGURES or limit != limit:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not SCORER:FIGURE=VALUE. Scorers: {', '.join(result.SCORERS)}; "
            f"figures: {', '.join(result.FIGURES)}."
        )
    return scorer, figure, limit


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = parser().parse_args(arguments)
    try:
        return _run(options)
    except BenchError as error:
        print(f"train.bench: {error}", file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    dataset_for(options.task, options.dataset)
    truth = read_truth(options.truth, options.task, options.dataset)
    known = {entry["id"] for entry in truth.entries}
    answers = read_answers(options.answers, known)
    against = read_answers(options.against, known) if options.against else None
    scorers = tuple(result.SCORERS) if options.scorer == "both" else (options.scorer,)
    limits = [limit for limit in options.at_least if limit[0] not in scorers]
    if limits:
        raise BenchError(f"--at-least asks for the {limits[0][0]} scorer, but --scorer is {options.scorer}.")
    found, outcomes = result.measured(options.task, options.dataset, truth.entries, answers, scorers, against)
    about = {
        "task": options.task,
        "dataset": options.dataset,
        "truth": str(options.truth),
        "answers": str(options.answers),
        "against": str(options.against) if options.against else None,
        "faces": len(truth.entries),
    }
    if options.report:
        worst = cases.worst(outcomes[scorers[-1]], truth.entries, answers, options.truth.parent)
        path = report.write(report.page(about, found, worst, truth.notes), options.report)
        print(f"Report: {path}", file=sys.stderr)
    if options.json:
        everything = {**about, "notes": truth.notes, **found}
        print(json.dumps(everything, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print_tables(found)
    for note in [*truth.notes, *(each for one in found.values() for each in result.remarks(one))]:
        print(note, file=sys.stderr)
    return _status(found, options.at_least)


def _print_tables(found: dict) -> None:
    for name, one in found.items():
        print(f"{name}: {one['task']} on {one['dataset']}, {one['faces']} faces")
        print(f"  {'':18} {'value':>6}  {'95 % interval':16} shows from")
        for figure, value, interval, smallest in result.rows(one):
            print(f"  {figure:18} {value:>6}  {interval:16} {smallest}")
        for figure, each in one.get("comparison", {}).items():
            if each["difference"] is not None:
                interval = result.span(each["low"], each["high"])
                print(
                    f"  {figure:18} {each['difference']:>+6.1f}  {interval:16} against, p = {each['p']:.4f}"
                )
        for label, f1, (low, high), support in result.label_rows(one):
            print(f"  {label:18} {result.number(f1, 2):>6}  {result.span(low, high, 2):16} {support} faces")


def _status(found: dict, limits: Sequence[tuple[str, str, float]]) -> int:
    status = 0
    for scorer, figure, limit in limits:
        value = found[scorer].get(figure)
        if value is None or value < limit:
            shown = result.number(value, 2)
            print(f"train.bench: {scorer} {figure} is {shown}, below {limit}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
