"""Where a round keeps what it works with, and what of it goes.

    work/run-N                      a run's checkpoints, until the run has ended
    work/answers/MODEL-QUESTIONS    a model's answers about a set, for good: a model is asked once

Beside them lies what the vision tower saw (`train.tuning.features`), for all runs. Not covered: bundles,
which stay for good, and what `python -m train.evaluate` wrote where it was told to.
"""

import re
import shutil
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import TrainingRun
from train.tuning.options import Options

_RUN = re.compile(r"run-(\d+)")


def of_run(options: Options, run_id: int) -> Path:
    """Return a run's own folder."""
    return Path(options.work) / f"run-{run_id}"


def answers(options: Options, model: str, asked: str) -> Path:
    """Return where a model's answers are. model: its identity; asked: the digest of what it is asked."""
    return Path(options.work) / "answers" / f"{model[:16]}-{asked[:16]}"


def sweep(session: Session, work: str | Path) -> list[Path]:
    """Remove the folders of runs that have ended, however they did; return them. Call it with the lease held.

    A folder whose run this database does not know is left as it is.
    """
    folder = Path(work)
    found = {int(match[1]): path for path in folder.glob("run-*") if (match := _RUN.fullmatch(path.name))}
    ended = select(TrainingRun.id).where(TrainingRun.id.in_(found), TrainingRun.state != "running")
    gone = [found[number] for number in session.scalars(ended)]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return gone
