"""Rows, pictures and options for fine-tuning the tiny EmoLA of `tests.model.taught` on other answers.

As a command it fine-tunes in a process of its own, for tests that kill it:

    python -m tests.train.tuning.squares BASE FOLDER --kill after:1 saving:4
"""

import argparse
import os
import signal
from functools import partial
from io import BytesIO
from pathlib import Path

import torch

from model.tasks import TASKS
from tests.model.taught import LESSONS, SquareExpert, answers, picture
from train.corpus.rows import Row
from train.lora import fine_tune
from train.tuning.options import Options

NEW = {number: (number + 1) % len(LESSONS) for number in range(len(LESSONS))}
"""What is taught anew about each face: another one's lesson."""
SMALL = {
    "precision": "fp32",
    "r": 4,
    "alpha": 8,
    "dropout": 0.1,
    "batch": 3,
    "micro_batch": 2,
    "lr": 2e-2,
    "projector_lr": 2e-2,
}


def rows(tasks: tuple[str, ...] = tuple(TASKS)) -> list[Row]:
    """A row for each of the three faces and each task."""
    told = {(number, question): answer for number, question, answer in answers()}
    return [
        Row(f"square-{number}", task, TASKS[task].question, told[lesson, TASKS[task].question], "labels")
        for number, lesson in NEW.items()
        for task in tasks
    ]


def pictures(name: str) -> bytes:
    """A row's picture."""
    out = BytesIO()
    picture(int(name.removeprefix("square-"))).save(out, "PNG")
    return out.getvalue()


def options(base: Path, folder: Path, **more) -> Options:
    """Options for a training of some steps, with all that is random in it."""
    places = {"base": str(base), "out": folder / "out", "work": folder / "work", "device": "cpu"}
    return Options(**{**places, **SMALL, "steps": 6, "save_every": 2, **more})


def tune(given: Options, of: list[Row] | None = None, **more):
    """Fine-tune on the three faces."""
    return fine_tune(given, of or rows(), pictures, expert=SquareExpert(), **more)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_while_saving(step: int, save, state, place) -> None:
    save(state, place)
    if state["step"] == step:
        with open(place, "r+b") as file:
            file.truncate(1000)
        _die()


def _die_once(given: Options, where: str, step: str) -> None:
    if where == "saving":
        torch.save = partial(_die_while_saving, int(step), torch.save)
    tune(given, on_progress=lambda at: _die() if (where, at.step) == ("after", int(step)) else None)
    os._exit(1)


def main() -> None:
    """Fine-tune as the command line says: once for each kill, then to the end."""
    parser = argparse.ArgumentParser()
    for name in ("base", "folder"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--kill", nargs="*", default=[], help="after:STEP or saving:STEP")
    args = parser.parse_args()
    torch.set_num_threads(1)
    for kill in args.kill:
        # Libraries are loaded once; each child is a process of its own, and dies.
        if not (child := os.fork()):
            _die_once(options(args.base, args.folder), *kill.split(":"))
        _, status = os.waitpid(child, 0)
        print(kill, os.waitstatus_to_exitcode(status), flush=True)
    tune(options(args.base, args.folder))


if __name__ == "__main__":
    main()
