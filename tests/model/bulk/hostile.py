"""A bulk job to which the worst happens, as a command: one worker hangs until it is killed, and the driver
kills itself.

    python -m tests.model.bulk.hostile PIDFILE ANSWERS [options of model.predict]

The first worker that has a picture to look at writes its process id to PIDFILE and hangs. The driver kills
itself, as kill -9 does, when it has been given that many ANSWERS.
"""

import os
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path
from threading import Event

from model import predict_options
from model.bulk import answers, run
from model.predictor import Predictor


class Hanging(Predictor):
    """The mini; in one process of all, it hangs when it looks at the first picture."""

    def __init__(self, caught: Path):
        super().__init__()
        self._caught = caught

    def look(self, image, face=0):
        if not self._caught.exists():
            with tempfile.NamedTemporaryFile("w", dir=self._caught.parent) as mine:
                mine.write(str(os.getpid()))
                mine.flush()
                try:
                    os.link(mine.name, self._caught)
                except FileExistsError:
                    return super().look(image, face)
            Event().wait()
        return super().look(image, face)


class Doomed(answers.Answers):
    """Answers whose process dies when it has so many."""

    deadly: int

    def add(self, *answer, **facts):
        super().add(*answer, **facts)
        if len(self) == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    from tests.model.bulk.hostile import Hanging as Importable  # workers find it by this name

    Doomed.deadly = int(sys.argv[2])
    run.Answers = Doomed
    raise SystemExit(
        run.main(predict_options.parse(sys.argv[3:]), partial(Importable, Path(sys.argv[1]).absolute()))
    )
