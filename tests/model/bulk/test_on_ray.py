"""Two workers on Ray: the answers of one process, once each, whoever is killed in the middle."""

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from PIL import Image

from model.bulk import on_ray
from model.bulk.on_ray import Begun, Workers, lines_of, started
from model.errors import BulkError
from model.mini.faces import faces
from model.outcomes import json_line, outcomes
from model.predict import Predictor
from model.predict_files import main

ROOT = Path(__file__).resolve().parents[3]
FACES, DEADLY, SHARD = 24, 16, 5


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder with drawn faces."""
    folder = tmp_path_factory.mktemp("drawn")
    for i, face in enumerate(faces("test", range(FACES))):
        Image.fromarray(face.picture).save(folder / f"{i:02}.png")
    return folder


@pytest.fixture(scope="module")
def predictor():
    return Predictor()


@pytest.fixture(scope="module")
def alone(drawn, predictor):
    """What one process answers: picture -> line, less its seconds."""
    paths = [str(path) for path in sorted(drawn.iterdir())]
    return {path: facts(json_line(path, outcome)) for path, outcome in outcomes(predictor, paths)}


def facts(line: str) -> dict:
    return {key: value for key, value in json.loads(line).items() if key != "timings"}


def hostile(*arguments) -> subprocess.Popen:
    # Ray makes its workers nice, which on a busy machine is to wait for everything else.
    busy = {"OMP_NUM_THREADS": "1", "RAY_worker_niceness": "0"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.model.bulk.hostile", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **busy},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until_an_answer(process: subprocess.Popen) -> None:
    """Read the process's bar until it counts one."""
    said = ""
    while not re.search(rf" [1-9]\d*/{FACES} ", said):
        letter = process.stderr.read(1)
        assert letter, f"it ended before any answer: {said}"
        said += letter


def kept(folder: Path) -> list[dict]:
    lines = [line for path in sorted(folder.glob("answers-*")) for line in path.read_text().splitlines()]
    return [facts(line) for line in lines]


@pytest.fixture(scope="module")
def killed(drawn, tmp_path_factory):
    """A job on two workers, of which one is killed and then the driver: what is left of it."""
    folder = tmp_path_factory.mktemp("killed")
    caught, out = folder / "pid", folder / "answers"
    options = [drawn, "--out", out, "--shard", SHARD, "--batch-size", 2]
    job = hostile(caught, DEADLY, *options, "--ray", "--workers", 2)
    until_an_answer(job)
    processes = psutil.Process(job.pid).children(recursive=True)
    worker = int(caught.read_text())
    assert worker in {process.pid for process in processes}
    os.kill(worker, signal.SIGKILL)
    job.communicate()
    _, alive = psutil.wait_procs(processes, timeout=300)
    return SimpleNamespace(status=job.returncode, alive=alive, answers=kept(out), out=out, options=options)


def test_a_killed_worker_holds_nothing_up_and_a_killed_driver_loses_only_its_last_shard(killed, alone):
    assert killed.status == -signal.SIGKILL
    assert len(killed.answers) == DEADLY // SHARD * SHARD
    assert_same_once(killed.answers, alone.keys() & {answer["image"] for answer in killed.answers}, alone)
    assert not killed.alive, "Ray's processes end with the driver"


def test_run_again_only_the_rest_is_asked_and_each_picture_is_answered_once(killed, alone, predictor, capsys):
    assert main([str(option) for option in killed.options], predictor) == 0
    new = FACES - DEADLY // SHARD * SHARD
    assert f"{FACES} answers, {new} of them new; 0 pictures could not be read." in capsys.readouterr().out
    assert_same_once(kept(killed.out), alone.keys(), alone)


def assert_same_once(answers: list[dict], expected, alone: dict[str, dict]) -> None:
    """Each picture once, and as alone; probabilities up to floating point's last digits."""
    assert Counter(answer["image"] for answer in answers) == Counter(expected)
    for one in answers:
        other = alone[one["image"]]
        for key in one.keys() | other.keys():
            close = pytest.approx(other[key], abs=2e-4) if key.endswith("probabilities") else other[key]
            assert one[key] == close, key


class Deadly:
    """An asker in whose hands a worker dies on one picture."""

    class Died(BaseException):
        pass

    def __init__(self):
        self.deaths = 0

    def lines(self, pictures):
        if "bad" in pictures:
            self.deaths += 1
            raise self.Died
        return [f"answer about {picture}" for picture in pictures]


def test_a_picture_that_kills_workers_is_given_up_and_its_neighbours_are_answered():
    asker, begun = Deadly(), Begun()
    lines = None
    while lines is None:  # as Ray does: the same batch once more, in a new worker
        try:
            lines = lines_of(asker, begun, ["good", "bad", "fine"])
        except Deadly.Died:
            continue
    assert asker.deaths == 1 + on_ray.DEATHS, "once with its neighbours, then alone"
    assert lines[0] == "answer about good" and lines[2] == "answer about fine"
    assert json.loads(lines[1])["image"] == "bad" and "3 workers died" in json.loads(lines[1])["error"]


def test_a_worker_killed_for_another_reason_costs_no_picture():
    asker, begun = Deadly(), Begun()
    for _ in range(2 * on_ray.DEATHS):
        begun.begin(("good", "fine"))
    assert lines_of(asker, begun, ["good", "fine"]) == ["answer about good", "answer about fine"]


def test_without_ray_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    for name in on_ray.ENVIRONMENT:
        monkeypatch.setenv(name, "")  # put back what it was when the test ends
    with pytest.raises(BulkError, match="requirements-ray.txt"), started(Workers(1)):
        pass
