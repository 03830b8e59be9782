"""A retraining that is started from the page: a process of its own, and honest about what became of it."""

import sys

import pytest

from db.errors import DataError
from db.models import TrainingRun
from model.errors import EmolaError
from studio.data.jobs import Busy
from studio.people.identify import local_person
from studio.runs import launch
from studio.runs.launch import RunFailed, runs_plan, runs_start, runs_stop

SAYS = "import json, os, sys; print('training 1/2\\rtraining 2/2'); "


@pytest.fixture
def person(work):
    return local_person(work.database)


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Lets another program stand for train.retrain; its logs go to the test's folder."""
    monkeypatch.setattr(launch, "LOGS", tmp_path / "logs")
    monkeypatch.setattr(launch, "LOOK", 0.01)

    def command_(code: str) -> None:
        monkeypatch.setattr(launch, "COMMAND", (sys.executable, "-c", code))

    return command_


def ended(work):
    job = next(one for one in work.jobs.all() if one.kind == launch.KIND)
    assert job.ended.wait(60)
    return launch.shown(work)


def test_the_process_gets_the_studio_s_database_pictures_and_number(work, person, command):
    command(
        SAYS + "print(json.dumps({'outcome': 'nothing', 'reason': ' '.join([*sys.argv[1:], "
        "os.environ['EMOLA_DATABASE'], os.environ['EMOLA_PICTURES']])}))"
    )
    assert runs_start(work, person, 7)["state"] == "running"
    found = ended(work)
    assert found["state"] == "finished" and found["result"]["outcome"] == "nothing"
    where = f"{work.database.url.render_as_string(hide_password=False)} {work.pictures.place}"
    assert found["note"] == f"--min-new 7 {where}"


def test_a_process_that_dies_without_a_word_is_told_with_its_last_line(work, person, command):
    command(SAYS + "sys.exit('No module named torch')")
    runs_start(work, person)
    found = ended(work)
    assert found["state"] == "failed"
    assert "ended with status 1: No module named torch" in found["note"]


def test_a_failure_is_told_in_its_own_words(work, person, command):
    command(SAYS + "print(json.dumps({'outcome': 'failed', 'reason': 'There is no gold set.'})); sys.exit(1)")
    runs_start(work, person)
    assert ended(work)["note"] == "There is no gold set."


def test_a_program_that_is_not_there_is_told(work, person, command, monkeypatch):
    command("")
    monkeypatch.setattr(launch, "COMMAND", ("/nowhere/python",))
    runs_start(work, person)
    assert "could not be started" in ended(work)["note"]


def test_one_at_a_time_here_and_wherever_a_run_is_alive(work, person, command):
    command("import time; time.sleep(600)")
    runs_start(work, person)
    with pytest.raises(Busy, match="still running"):
        runs_start(work, person)
    assert runs_stop(work, person)["state"] == "stopped"
    assert ended(work)["state"] == "stopped"
    with work.database.sessions.begin() as session:
        session.add(TrainingRun(options={}))
    with pytest.raises(Busy, match="is under way"):
        runs_start(work, person)


@pytest.mark.parametrize("least", [0, -3, "many", None, float("inf")])
def test_a_least_number_that_is_none_starts_nothing(work, person, command, least):
    with pytest.raises(EmolaError, match="Give"):
        runs_start(work, person, least)
    assert launch.shown(work) is None


def test_a_plan_is_the_command_s_own_dry_run(work, person, command):
    command(
        SAYS + "print(json.dumps({'outcome': 'dry-run', 'rounds': [{'faces': 3}], 'told': sys.argv[1:]}))"
    )
    assert runs_plan(work, person)["told"] == ["--dry-run"]
    command(SAYS + "print(json.dumps({'outcome': 'failed', 'reason': 'No such base.'})); sys.exit(1)")
    with pytest.raises(RunFailed, match="No such base"):
        runs_plan(work, person)


def test_a_run_is_stopped_in_its_row(work, person):
    with work.database.sessions.begin() as session:
        run = TrainingRun(options={})
        session.add(run)
        session.flush()
        number = run.id
    assert runs_stop(work, person, number) == {"run": number, "state": "stopped"}
    with pytest.raises(DataError, match="is stopped already"):
        runs_stop(work, person, number)
