"""The studio as a process of its own, `python app.py`, with settings of one's own.

Not covered: how fast it is; `benchmarks.studio_server` measures that.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.startup import ROOT, free_port

PATIENCE = 900
"""Seconds after which a start or a state that does not come is given up."""


class Studio:
    """A studio that is starting; `ready` returns once it answers. What it says lies in `out` and `log`."""

    def __init__(self, folder: Path, name: str = "studio", **settings: str):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.out, self.log = folder / f"{name}.out", folder / f"{name}.log"
        kept = {key: value for key, value in os.environ.items() if not key.startswith("EMOLA_")}
        environment = {**kept, "OMP_NUM_THREADS": "1", "EMOLA_PORT": str(self.port), **settings}
        with self.out.open("wb") as out, self.log.open("wb") as log:
            command = [sys.executable, "-u", "app.py"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=log)

    def ready(self) -> "Studio":
        """Return once the studio has said that it answers."""
        wait(lambda: self._alive() and "answers at" in self.out.read_text())
        return self

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """End it as systemd does, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def _alive(self) -> bool:
        assert self.process.poll() is None, f"app.py ended: {self.out.read_text()}{self.log.read_text()}"
        return True


def wait(state: Callable[[], Any]) -> Any:
    """Return what `state` gives once it is true; another process's state has no event to wait for."""
    until = time.monotonic() + PATIENCE
    while not (found := state()):
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.05)
    return found
