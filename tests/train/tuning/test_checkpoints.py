"""A training that is killed, or whose disk is full, ends with the weights of one that never was."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.train.tuning.squares import options, tune
from train.errors import TrainingError
from train.tuning.checkpoints import Checkpoints

ROOT = Path(__file__).resolve().parents[3]
FACTS = {"base": "b", "seed": 0}


def state(value: float) -> dict:
    return {"weights": {"a": torch.full((3,), value)}, "losses": [value]}


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of the one bundle in a folder."""
    (bundle,) = folder.iterdir()
    return {file.name: file.read_bytes() for file in bundle.iterdir()}


@pytest.fixture(scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_killed_at_any_step_the_run_ends_with_the_same_bundle_bit_for_bit(taught, tmp_path, one_thread):
    tune(options(taught, tmp_path / "never"))
    killed = tmp_path / "killed"
    kills = ["after:1", "saving:2", "after:3", "saving:4", "after:5", "after:6"]
    command = [sys.executable, "-m", "tests.train.tuning.squares", str(taught), str(killed), "--kill", *kills]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert [line for line in done.stdout.splitlines() if ":" in line] == [f"{kill} -9" for kill in kills]
    assert files_of(killed / "out") == files_of(tmp_path / "never" / "out")
    assert not list((killed / "work").glob("checkpoints/*"))


def test_a_checkpoint_is_given_back_as_it_was_saved(tmp_path):
    Checkpoints(tmp_path, FACTS).save(2, state(0.5))
    found = Checkpoints(tmp_path, FACTS).newest()
    assert found["step"] == 2 and found["losses"] == [0.5]
    assert torch.equal(found["weights"]["a"], torch.full((3,), 0.5))


def test_the_newest_counts_and_old_ones_are_removed(tmp_path):
    kept = Checkpoints(tmp_path, FACTS)
    for step in (2, 4, 6, 10):
        kept.save(step, state(step))
    assert kept.newest()["step"] == 10
    assert sorted(file.name for file in tmp_path.glob("step-*")) == ["step-0000006.pt", "step-0000010.pt"]


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(tmp_path, capsys):
    kept = Checkpoints(tmp_path, FACTS)
    kept.save(2, state(2))
    newest = kept.save(4, state(4))
    newest.write_bytes(newest.read_bytes()[:200])
    assert kept.newest()["step"] == 2
    assert "step-0000004.pt cannot be read" in capsys.readouterr().out


def test_a_disk_that_is_full_leaves_the_checkpoint_before_and_nothing_else(tmp_path, monkeypatch):
    kept = Checkpoints(tmp_path, FACTS)
    kept.save(2, state(2))

    def full(_state, place):
        Path(place).write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(TrainingError, match="step 4 could not be written.*No space left.*Make room"):
        kept.save(4, state(4))
    monkeypatch.undo()
    assert kept.newest()["step"] == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["run.json", "step-0000002.pt"]


def test_a_full_disk_at_the_end_leaves_no_bundle_and_the_last_checkpoint(taught, tmp_path, monkeypatch):
    given = options(taught, tmp_path, steps=2)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("model.adapter.write_tensors", full)
        with pytest.raises(TrainingError, match="bundle could not be written.*No space left"):
            tune(given)
    assert not list((tmp_path / "out").iterdir())
    seen = []
    assert tune(given, on_progress=seen.append).folder.is_dir()
    assert not seen  # nothing had to be trained again


def test_checkpoints_of_another_run_are_refused_by_what_differs(tmp_path):
    Checkpoints(tmp_path, FACTS).save(2, state(2))
    with pytest.raises(TrainingError, match='base was "b", is "moved".*Give another --work'):
        Checkpoints(tmp_path, {**FACTS, "base": "moved"}).newest()


def test_what_is_left_of_a_finished_run_is_nothing(tmp_path):
    kept = Checkpoints(tmp_path / "run", FACTS)
    kept.save(2, state(2))
    kept.clear()
    assert not (tmp_path / "run").exists()
    assert kept.newest() is None
