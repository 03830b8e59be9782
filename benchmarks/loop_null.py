"""Does the gate promote what has learned nothing? Trials in which people confirm what the model says anyway.

In each trial the simulated people of `benchmarks.loop_studio`, who slip as often as there, label fresh drawn
faces as if the model's own answers were true, so their corrections carry no information. Then the real
`train.retrain` runs: snapshot, fine-tuning with the default options, gate. All candidates are judged by one
gold set with true labels, as in a studio that retrains every night. What serves is the mini as it ships.
Printed: how many candidates were promoted, and by how much REGE changed on the gold set.

    python -m benchmarks.loop_null --trials 50

Every trial is kept in `--work`, so a run that was broken off goes on. Not covered: corrections of some people
that contradict those of others, which never become accepted labels.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from benchmarks.loop_shift import SHIFTS, SPLIT
from benchmarks.loop_studio import A_SEED, NEW, copy_of, correct, prepare
from db.models import TrainingRun
from db.store import PictureStore
from model.errors import NoFaceFound
from model.mini import faces
from model.predictor import Predictor
from train.retrain import run
from train.rounds.plan import Settings
from train.tuning.options import Options

FIRST = 10
"""Seed of the first trial; `benchmarks.loop` has the ones below."""


def trial(number: int, work: Path, mini: Predictor, args: argparse.Namespace) -> dict[str, Any]:
    """Do a trial, unless it is done; return outcome, reason, and REGE's change on the gold set."""
    done = work / f"trial-{number}.json"
    if not done.exists():
        seed, folder = FIRST + number, work / f"studio-{number}"
        prepare(folder, SHIFTS["labels"], seed, args.faces, args.gold, gold_seed=FIRST)
        said = answers(mini, range(NEW + A_SEED * seed, NEW + A_SEED * seed + args.faces))
        database = copy_of(folder, "trial")
        try:
            correct(database, "random", args.faces, seed=seed, error=args.error, truth=said.__getitem__)
            shutil.rmtree(work / "work" / "run-1", ignore_errors=True)
            options = Options(out=work / "adapters", work=work / "work", seed=seed)
            told = Settings(options, min_new=args.faces, original=f"drawn:{args.original}")
            lines: list[str] = []
            run(database, PictureStore(folder / "pictures"), told, report=lines.append)
            with database.reads.begin() as session:
                row = session.scalars(select(TrainingRun)).one()
                change = row.report["sets"]["gold"]["rege"]["difference"] if row.report else None
        finally:
            database.close()
        found = json.loads(lines[-1])
        kept = {"outcome": found["outcome"], "reason": found["reason"], "change": change}
        done.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        shutil.rmtree(folder)
    return json.loads(done.read_text(encoding="utf-8"))


def answers(mini: Predictor, numbers: range) -> dict[int, tuple[str, tuple[str, ...]]]:
    """Return number -> the emotion and the AUs that the model sees in a drawn face."""
    looks = {}
    for number in numbers:
        try:
            looks[number] = mini.look(faces.face(SPLIT, number).picture)
        except NoFaceFound:
            continue
    said = mini.predict_looks(list(looks.values()))
    found = {
        number: (one.emotion or "neutral", one.action_units) for number, one in zip(looks, said, strict=True)
    }
    return {number: found.get(number, ("neutral", ())) for number in numbers}


def main(given: list[str] | None = None) -> int:
    """Do the trials and print what came of them."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.loop_null", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--first", type=int, default=0, help="number of the first trial (default 0)")
    parser.add_argument("--faces", type=int, default=50, help="faces that people confirm (default 50)")
    parser.add_argument("--gold", type=int, default=100, help="faces of the gold set (default 100)")
    parser.add_argument("--original", type=int, default=60, help="of the original set (default 60)")
    parser.add_argument("--error", type=float, default=0.02, help="chance that a person's label is a slip")
    parser.add_argument("--work", type=Path, default=Path("runs/loop/null"))
    args = parser.parse_args(given)
    args.work.mkdir(parents=True, exist_ok=True)
    mini = Predictor(probabilities=False)
    found = [trial(number, args.work, mini, args) for number in range(args.first, args.trials)]
    outcomes = {
        name: sum(one["outcome"] == name for one in found) for name in ("promoted", "rejected", "failed")
    }
    changes = [one["change"] for one in found if one["change"] is not None]
    print(
        f"{len(found)} trials: {outcomes['promoted']} promoted, {outcomes['rejected']} rejected, "
        f"{outcomes['failed']} failed. REGE on the {args.gold} gold faces changed by "
        f"{np.mean(changes):+.2f} on average ({min(changes):+.2f} to {max(changes):+.2f})."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
