"""Two processes on the CPU (gloo) learn what one learns: through accelerate, without code of its own."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from tests.train.tuning.squares import options, tune

ROOT = Path(__file__).resolve().parents[3]
CHILD = """
import sys, torch
from pathlib import Path
torch.set_num_threads(1)
from tests.train.tuning.squares import options, tune
base, folder = sys.argv[1:]
tune(options(base, Path(folder), dropout=0.0, steps=4, micro_batch=1))
"""


def launch(base: Path, folder: Path) -> tuple[dict, dict]:
    """The manifest and the weights that two processes made together."""
    script = folder / "child.py"
    script.write_text(CHILD)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [
        sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", port,
        str(script), str(base), str(folder),
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    (bundle,) = (folder / "out").iterdir()
    return json.loads((bundle / "manifest.json").read_text()), load_file(bundle / "adapter_model.safetensors")


@pytest.fixture(scope="module")
def alone(taught, tmp_path_factory):
    bundle = tune(options(taught, tmp_path_factory.mktemp("alone"), dropout=0.0, steps=4, micro_batch=1))
    return bundle.manifest, load_file(bundle.folder / "adapter_model.safetensors")


def test_two_processes_give_the_losses_and_weights_of_one(taught, tmp_path, alone):
    known, weights = launch(taught, tmp_path)
    assert known["loss"]["curve"] == [
        [step, pytest.approx(loss, rel=1e-4)] for step, loss in alone[0]["loss"]["curve"]
    ]
    for name, expected in alone[1].items():
        assert (weights[name] - expected).abs().max() < 1e-3, name
