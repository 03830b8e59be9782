"""The whole way: a studio's events on the hub, the scheduled job's own command, and the studio that swaps.

Only what installs (pip, apt-get) is left out; what it would install is what these tests run with.
"""

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import settings
from db.models import TrainingRun
from db.rounds.repository import ModelRepository
from db.runs import serving
from model.landmarks import EXPERTS
from model.predictor import Predictor
from studio.following import Following
from studio.rounds import Rounds
from studio.runs import answers
from studio.serve import build_predictor
from studio.serving import Choice, Serving
from tests.train.colour_studio import TASKS
from tests.train.jobs.conftest import MODELS, SPACE
from tests.train.jobs.published import arguments, publish_base, publish_code, publish_events
from train import job, schedule
from train.retrain import told_by


def run_as_the_hub_would(kept: dict, hub, folder: Path) -> subprocess.CompletedProcess:
    """Run a scheduled job's command in an empty folder, with nothing but what the job is given."""
    tools = folder / "tools"
    tools.mkdir(parents=True)
    for name in ("pip", "apt-get"):
        (tools / name).write_text("#!/bin/sh\n")
        (tools / name).chmod(stat.S_IRWXU)
    spec = kept["jobSpec"]
    given = {
        "PATH": f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "HF_ENDPOINT": hub.endpoint,
        "HF_HUB_DISABLE_XET": "1",
        "OMP_NUM_THREADS": "1",
        **spec["environment"],
        **spec["secrets"],
    }
    return subprocess.run(
        spec["command"], cwd=folder, env=given, capture_output=True, text=True, timeout=900, check=False
    )


def test_a_scheduled_job_learns_and_the_studio_swaps(hub, tmp_path, taught, monkeypatch):
    monkeypatch.setitem(EXPERTS, "squares", "tests.model.taught:SquareExpert")
    monkeypatch.setenv("EMOLA_BASE", publish_base(hub, taught))
    publish_code(hub)
    studio = publish_events(hub, tmp_path, taught)
    events = list(hub.repository("team/faces").commits)
    assert schedule.main(["--space", SPACE, "--flavor", "cpu-basic", "--", *arguments()]) == 0
    (kept,) = hub.scheduled.values()
    done = run_as_the_hub_would(kept, hub, tmp_path / "machine")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["outcome"] == "promoted", said["reason"]
    assert hub.repository("team/faces").commits == events, "a job writes nothing where a studio does"
    assert hub.token not in done.stdout + done.stderr
    files = hub.repository(MODELS, "model").files
    assert said["records"] == [path for path in files if path.startswith("rounds/")]
    assert "| promoted |" in files["README.md"].decode()

    # Before the studio has looked, a second job knows what the first one did.
    values = settings.read()
    told = told_by(job.parser().parse_args([*arguments(), "--work", str(tmp_path / "w")]), values)
    assert job.run(values, told)["outcome"] == "nothing"

    first = Serving(lambda choice: build_predictor(Predictor, choice), Choice(base=str(taught)))
    following = Following(studio.database, first)
    before = first.revision
    rounds = Rounds(studio.database, ModelRepository(MODELS, hub.token, endpoint=hub.endpoint))
    assert (rounds.look().taken, rounds.state.error) == (1, None)
    assert following.look().state == "serving", following.seen.why
    revision = said["rounds"][0]["revision"]
    assert first.revision != before and first.now.predictor.revisions["adapter_au"] == revision
    with studio.look() as session:
        run = session.scalars(session.query(TrainingRun).statement).one()
        assert run.state == "promoted" and run.report["sets"]["gold"]["faces"] == 30
        assert {task: row.adapter_id for task, row in serving(session).items()} == dict.fromkeys(
            TASKS, run.adapter_id
        )
        pair = answers.pair([run], 0, run.adapter_id)
    assert [len(answers.read(place)) for place in pair] == [30, 30]
    assert rounds.look().taken == 1, "each round is taken over once"
    studio.database.close()


def test_a_job_whose_time_is_up_says_so_and_promotes_nothing(hub, tmp_path, taught, monkeypatch):
    monkeypatch.setitem(EXPERTS, "squares", "tests.model.taught:SquareExpert")
    studio = publish_events(hub, tmp_path, taught)
    values = settings.read()
    told = told_by(job.parser().parse_args([*arguments(), "--work", str(tmp_path / "work")]), values)
    told = replace(told, options=replace(told.options, base=str(taught), out=tmp_path / "out", steps=10**6))
    found = job.run(values, told, end_after=0.001)
    assert found["outcome"] == "stopped" and "give the schedule a longer --timeout" in found["reason"]
    rounds = Rounds(studio.database, ModelRepository(MODELS, hub.token, endpoint=hub.endpoint))
    assert rounds.look().taken == 1
    with studio.look() as session:
        run = session.scalars(session.query(TrainingRun).statement).one()
        assert (run.state, run.message, run.adapter_id) == ("stopped", found["reason"], None)
        assert serving(session) == {}
    studio.database.close()
