"""studio.lent_gpu, with workers that are really forked: which model answers, where, and what goes wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import settings
from studio.lent_gpu import OnLentGpu, lender, place

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def told() -> dict:
    """What the scene told."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.studio.lending_scene"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_worker_answers_on_the_gpu_and_is_kept_while_the_model_here_stays_on_the_cpu(told):
    base, device, process = told["exchanged"]["first"]
    assert (base, device) == ("one", "cuda") and process != told["parent"]
    assert told["exchanged"]["again"] == told["exchanged"]["first"]
    assert told["exchanged"]["here"] == "cpu"


def test_a_model_that_was_exchanged_answers_in_a_worker_of_its_own_and_the_old_one_goes(told):
    base, device, process = told["exchanged"]["after"]
    assert (base, device) == ("two", "cuda") and process != told["exchanged"]["first"][2]
    assert not told["exchanged"]["old model kept"]


def test_our_errors_come_back_with_their_sentence_and_others_without(told):
    assert told["wrong"] == ["CheckpointError", "This model is wrong. Load another."]
    assert told["bug"][0] == "NoGpu" and "ZeroDivisionError" in told["bug"][1]
    assert "internal" not in told["bug"][1]


def test_a_gpu_that_is_refused_is_told_in_words(told):
    assert told["refused"] == [
        "NoGpu",
        "No GPU gave this answer (GPU quota exceeded). Ask again in a little while.",
    ]


def test_a_model_that_is_to_answer_on_the_cpu_asks_for_no_gpu(told):
    assert told["on the CPU"] == ["one", "cpu", told["parent"]]


def test_the_mini_says_the_same_in_a_worker(told):
    assert told["mini"]["forked"] and told["mini"]["lent"] == told["mini"]["here"]
    assert told["mini"]["lent"][1]["emotion"]


def test_without_a_lender_the_model_is_where_its_setting_says():
    assert place(lambda device: device, "cuda", None) == "cuda"


def test_gpus_are_lent_only_where_the_space_says_so_and_the_package_is_there(monkeypatch, tmp_path):
    (tmp_path / "spaces.py").write_text("GPU = 'lends'\n")
    assert lender(True) is None and lender(False) is None
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "spaces", raising=False)
    assert lender(False) is None and "spaces" not in sys.modules
    assert lender(True) == "lends"
    monkeypatch.delitem(sys.modules, "spaces")


def test_a_zero_gpu_space_says_so_itself():
    assert settings.read({"SPACES_ZERO_GPU": "true"})["zero_gpu"] == "true"
    assert settings.read({})["zero_gpu"] == "no"


def test_what_is_not_an_answer_is_the_predictors_own():
    class Known:
        tasks = ("au",)

        def stream_look(self, look, tasks):
            return iter(())

    assert OnLentGpu(Known(), "cpu", lambda duration: lambda task: task).tasks == ("au",)
