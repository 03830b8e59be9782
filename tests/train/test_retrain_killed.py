"""`python -m train.retrain`, killed, is taken up by the next call and ends as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from db.models import Adapter, TrainingRun
from db.runs import serving
from tests.train.colour_studio import TASKS, TRAINING, Studio

ROOT = Path(__file__).resolve().parents[2]
LONG = 300  # seconds after which a process that has not ended is a failure


class Desk(Studio):
    """A studio with corrected faces and a gold set, in which the command is called as cron does."""

    def __init__(self, folder, taught):
        super().__init__(folder, taught)
        self.faces(range(20, 24))
        self.freeze_gold(self.faces(range(30, 40)))

    def call(self, killed: str = "never"):
        """(exit status, the last line) of the command in a process of its own."""
        given = {**TRAINING, "out": self.folder / "out", "work": self.folder / "work", "device": "cpu"}
        given |= {"save_every": 5, "min_new": 6, "max_loss": 200, "original": "gold", "lease": "1s"}
        words = [
            word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", str(value))
        ]
        settings = {name: value for name, value in os.environ.items() if not name.startswith("EMOLA_")}
        settings |= {"EMOLA_DATABASE": self.url, "EMOLA_PICTURES": str(self.folder / "pictures")}
        done = subprocess.run(
            [sys.executable, "-m", "tests.train.retrain_process", killed, *words],
            cwd=ROOT,
            env={**settings, "EMOLA_BASE": str(self.options.base), "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=LONG,
        )
        last = done.stdout.splitlines()[-1:]
        if killed != "never":
            assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
            return done.returncode, None
        return done.returncode, json.loads(last[0])

    def call_when_free(self, killed: str = "never"):
        """The same, once the lease of a process that died is over."""
        while True:
            status, line = self.call(killed)
            if line is None or line["outcome"] != "busy":
                return status, line
            assert status == 0

    def files(self) -> dict[str, bytes]:
        """Every file of the one bundle that was made, and none that is half done."""
        (bundle,) = (self.folder / "out").iterdir()
        return {file.name: file.read_bytes() for file in bundle.iterdir()}


@pytest.fixture
def desks(tmp_path, taught):
    """Two desks with the same in them."""
    made = []
    for name in ("killed", "never"):
        (tmp_path / name).mkdir()
        made.append(Desk(tmp_path / name, taught))
    yield made
    for desk in made:
        desk.database.close()


def test_killed_while_training_and_while_judging_it_ends_with_the_same_adapter(desks):
    killed, never = desks
    for where in ("training:7", "judging"):
        killed.call_when_free(where)
        with killed.look() as session:
            (row,) = session.scalars(session.query(TrainingRun).statement)
            assert row.state == "running" and row.adapter_id is None
            assert serving(session) == {} and session.query(Adapter).count() == 0, "what serves is untouched"
    status, line = killed.call_when_free()
    assert (status, line["outcome"]) == (0, "promoted"), line["reason"]
    assert never.call()[0] == 0
    assert killed.files() == never.files()
    with killed.look() as session:
        (row,) = session.scalars(session.query(TrainingRun).statement)
        assert (row.state, row.progress["tries"]) == ("promoted", 3)
        adapter = session.get(Adapter, row.adapter_id)
        assert adapter.revision == line["rounds"][0]["revision"]
        assert {task: each.adapter_id for task, each in serving(session).items()} == dict.fromkeys(
            TASKS, adapter.id
        )
    assert not list((killed.folder / "work").glob("run-*")), "no checkpoint is left"
    assert list((killed.folder / "work" / "features").glob("*/*/*.safetensors")), "but what the tower saw is"
