"""One round of learning on a machine that shares no disk with the studio: a Hugging Face Job, for one.

    python -m train.job --end-after 110m --min-new 100     # and whatever else train.retrain takes

`python -m train.schedule` makes such a job and says all this by itself. The database is filled from the
studio's repository of events (EMOLA_HUB_DATA), or is the PostgreSQL server that EMOLA_DATABASE names; a round
is done as `train.retrain` does it; the bundle goes into the private model repository (EMOLA_HUB_MODELS), and
so does a record of the round, which the studio takes over. Where there is too little that is new, nothing is
put anywhere. Exit status: 0 where it came to an end, whatever the gate decided; 1 where it failed or was
stopped. The last line of standard output is JSON and tells which.
"""

import argparse
import json
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from db.errors import DataError
from db.rounds.repository import ModelRepository
from model.errors import EmolaError
from train import retrain
from train.errors import TrainingError
from train.jobs.data import opened
from train.jobs.outcome import bundle_put, end_open, put_records
from train.retrain import duration, told_by, until_told
from train.rounds.plan import Settings
from train.rounds.work import work

ENDED_WELL = ("promoted", "rejected", "nothing", "busy", "dry-run")


def parser() -> argparse.ArgumentParser:
    """Return the command's arguments: those of `train.retrain`, and when to end."""
    made = retrain.parser()
    made.prog, made.description = "python -m train.job", __doc__.partition("\n")[0]
    made.add_argument(
        "--end-after", type=duration, metavar="TIME", help="end by then, and say so: 110m, 6h (default never)"
    )
    return made


def main(given: Sequence[str] | None = None) -> int:
    """Do the job, and return the exit status."""
    import settings

    args, values = parser().parse_args(given), settings.read()
    try:
        if args.watch:
            raise TrainingError(
                "A job does one round; --watch is for train.retrain. Give a schedule instead."
            )
        found = run(values, told_by(args, values), dry_run=args.dry_run, end_after=args.end_after)
    except (DataError, EmolaError) as error:
        found = {"outcome": "failed", "reason": str(error), "rounds": []}
    if found["outcome"] not in ENDED_WELL:
        print(f"train.job: {found['reason']}", file=sys.stderr)
    print(json.dumps(found, ensure_ascii=False))
    return 0 if found["outcome"] in ENDED_WELL else 1


def run(
    values: Mapping[str, str], told: Settings, *, dry_run: bool = False, end_after: float | None = None
) -> dict[str, Any]:
    """Do a round, put what came of it into the model repository, and return how it ended.

    values: the settings. end_after: seconds. Raises DataError where a repository cannot be used.
    """
    models = ModelRepository(values["hub_models"], values["hub_token"])
    told = replace(told, publish=bundle_put(models, _say))
    with opened(values, models, _say) as data, _until(end_after) as (ended, late):
        found = work(data.database, data.pictures, told, dry_run=dry_run, ended=ended)
        if not data.shared and not dry_run:
            if found["outcome"] == "stopped":
                longer = " Its time was up: give the schedule a longer --timeout." if late.is_set() else ""
                found["reason"] = f"The job was ended before its round was done.{longer}"
                end_open(data.database, found, found["reason"])
            found["records"] = put_records(data.database, found, models, _say)
    return found


@contextmanager
def _until(after: float | None):
    """Yield an event that is set when the time is up or the process is told to end, and one for the time."""
    ended, late = threading.Event(), threading.Event()

    def time_is_up() -> None:
        late.set()
        ended.set()

    timer = threading.Timer(after, time_is_up) if after else None
    with until_told(ended):
        if timer is not None:
            timer.daemon = True
            timer.start()
        try:
            yield ended, late
        finally:
            if timer is not None:
                timer.cancel()


def _say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
