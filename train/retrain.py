"""Learns from what people corrected, and lets the result serve if it is proven better: for cron and the like.

    python -m train.retrain                        # one round, if at least 50 faces have new labels
    python -m train.retrain --min-new 200 --replay drawn --original drawn:400
    python -m train.retrain --dry-run              # what it would train on; changes nothing
    python -m train.retrain --watch 6h             # a round every six hours, for those without cron

Accepted labels are frozen (`train.dataset`), an adapter is fine-tuned on from the one that serves
(`train.lora`), both answer about the gold and the original set, and the gate (`train.gate`) decides. One
process at a time does so, over all that share the database; of one that died the run is taken up. Exit
status: 0 promoted, or nothing to do; 3 rejected; 1 failed, stopped or interrupted, and what serves is
untouched. The last line of standard output is JSON and tells which.
"""

import argparse
import json
import re
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from db.session import Database
from train.dataset import RULES
from train.gate import Terms
from train.rounds.plan import Settings
from train.rounds.runs import SECONDS
from train.rounds.work import work
from train.tuning.options import add_options, from_arguments

STATUS = {"promoted": 0, "nothing": 0, "busy": 0, "dry-run": 0, "rejected": 3}
_EVERY = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_HELP = {
    "level": "largest p of the rise on the gold set",
    "max_loss": "points of REGE that may be lost on the original set",
    "collapse": "points of F1 by which a label may fall",
    "support": "faces that must show a label for it to be judged",
}


def parser() -> argparse.ArgumentParser:
    """Return the command's arguments: its own, the gate's, and those of the fine-tuning."""
    made = argparse.ArgumentParser(prog="python -m train.retrain", description=__doc__.partition("\n")[0])
    made.add_argument(
        "--min-new", type=int, default=50, help="faces with new labels that are enough (default 50)"
    )
    made.add_argument(
        "--dry-run", action="store_true", help="say what would be trained on and change nothing"
    )
    made.add_argument("--watch", type=duration, metavar="TIME", help="a round every so often: 30m, 6h, 1d")
    made.add_argument(
        "--lease",
        type=duration,
        metavar="TIME",
        default=SECONDS,
        help="a process that is silent for so long counts as dead, and its run is taken up (default 2m)",
    )
    made.add_argument("--accept", choices=RULES, default="agreed", help="which labels (default agreed)")
    made.add_argument("--gold", default="gold", help="frozen gold set that decides (default gold)")
    made.add_argument(
        "--original",
        default="",
        help="set that shows what is forgotten: a frozen gold set's name, FABA-Instruct's folder, drawn:N "
        "(default: the gold set 'original', else, for the mini, drawn:400)",
    )
    for one in fields(Terms):
        name = f"--{one.name.replace('_', '-')}"
        made.add_argument(
            name,
            type=type(one.default),
            default=one.default,
            help=f"gate: {_HELP[one.name]} (default {one.default:g})",
        )
    return add_options(made)


def duration(text: str) -> float:
    """Return the seconds that "30m", "6h" or "1d" say. Raises argparse.ArgumentTypeError."""
    match = _EVERY.fullmatch(text)
    if match is None or not float(match[1]):
        raise argparse.ArgumentTypeError(f"{text!r} is no time. Give a number and s, m, h or d, as in 6h.")
    return float(match[1]) * _SECONDS[match[2]]


def told_by(args: argparse.Namespace, values: Mapping[str, str]) -> Settings:
    """Return what a round is told by parsed arguments and, where they say nothing, by the settings."""
    options = from_arguments(args)
    options = replace(
        options,
        base=options.base or values["base"],
        adapter=options.adapter or values["adapter"],
        expert=options.expert or values["expert"],
    )
    return Settings(
        options,
        gold=args.gold,
        original=args.original,
        accept=args.accept,
        min_new=args.min_new,
        lease=args.lease,
        terms=Terms(**{one.name: getattr(args, one.name) for one in fields(Terms)}),
    )


def main(given: Sequence[str] | None = None) -> int:
    """Do a round, or one after another, as the command line says, and return the exit status."""
    import settings
    from db.migrate import migrate
    from db.session import open_database
    from db.store import PictureStore

    args, values = parser().parse_args(given), settings.read()
    told = told_by(args, values)
    database = open_database(values["database"])
    try:
        if not args.dry_run:
            migrate(database)
        return run(database, PictureStore(values["pictures"]), told, dry_run=args.dry_run, watch=args.watch)
    finally:
        database.close()


def run(
    database: Database,
    store,
    told: Settings,
    *,
    dry_run: bool = False,
    watch: float | None = None,
    report: Callable[[str], Any] = print,
) -> int:
    """Do a round, or one every `watch` seconds until the process is told to end; return the exit status."""
    ended = threading.Event()
    with until_told(ended):
        while True:
            found = work(database, store, told, dry_run=dry_run, ended=ended)
            if found["outcome"] not in ("promoted", "nothing", "dry-run", "busy"):
                print(f"train.retrain: {found['reason']}", file=sys.stderr)
            report(json.dumps(found, ensure_ascii=False))
            if watch is None or ended.wait(watch):
                return STATUS.get(found["outcome"], 1)


class until_told:
    """Within it, SIGTERM and Ctrl-C set an event instead of ending the process in the middle of something."""

    def __init__(self, ended: threading.Event):
        self._ended, self._before = ended, {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._before[number] = signal.signal(number, lambda *_: self._ended.set())

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main())
