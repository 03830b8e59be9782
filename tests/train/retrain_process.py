"""`python -m train.retrain` in a process of its own that knows the tests' landmark expert and may die.

python -m tests.train.retrain_process training:7 --min-new 6 ...     # killed (-9) after the seventh step
python -m tests.train.retrain_process judging --min-new 6 ...        # killed before the gate decides
python -m tests.train.retrain_process never --min-new 6 ...
"""

import os
import signal
import sys

import torch

from model.landmarks import EXPERTS
from train.retrain import main
from train.rounds.runs import Life


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _killed(where: str) -> None:
    """Let the process die there; "never": nowhere."""
    place, _, step = where.partition(":")
    tell, beat = Life.tell, Life.beat

    def watched(self, **progress):
        tell(self, **progress)
        if place == "training" and progress.get("loss") is not None and progress["step"] == int(step):
            beat(self)
            _die()
        if progress.get("stage") == place:
            _die()

    Life.tell = watched


if __name__ == "__main__":
    torch.set_num_threads(1)
    EXPERTS["squares"] = "tests.model.taught:SquareExpert"
    _killed(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
