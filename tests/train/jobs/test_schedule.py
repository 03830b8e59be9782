"""`python -m train.schedule`: one job, made as told or not at all, and no secret on any stream."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hub.faults import LOST
from tests.train.jobs.conftest import DATA, MODELS, SPACE
from train.schedule import main

ROOT = Path(__file__).resolve().parents[3]
SPACED = ("--space", SPACE)


def made(hub) -> list[dict]:
    return list(hub.scheduled.values())


def test_the_command_makes_one_private_pinned_job_and_prints_no_secret(hub):
    environment = {**os.environ, "HF_ENDPOINT": hub.endpoint, "EMOLA_BASE": "", "EMOLA_JOB_TOKEN": "hf_job"}
    command = [sys.executable, "-m", "train.schedule", *SPACED, "--cron", "0 3 * * 1", "--timeout", "90m"]
    done = subprocess.run(
        [*command, "--flavor", "l40sx1", "--", "--min-new", "200"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (job,) = made(hub)
    spec, told = job["jobSpec"], json.loads(done.stdout)
    assert (job["schedule"], spec["flavor"], spec["timeoutSeconds"]) == ("0 3 * * 1", "l40sx1", 5400)
    assert spec["secrets"] == {"HF_TOKEN": "hf_job"} and told["secrets"] == ["HF_TOKEN"]
    assert spec["environment"] == {"EMOLA_HUB_DATA": DATA, "EMOLA_HUB_MODELS": MODELS}
    pin = hub.repository(SPACE, "space").head.id
    assert f"--revision {pin}" in spec["command"][2] and "--min-new 200" in spec["command"][2]
    assert hub.repository(MODELS, "model").private
    assert "hf_job" not in done.stdout + done.stderr and "hf_right" not in done.stdout + done.stderr


def test_made_again_it_takes_the_old_one_s_place_at_the_newest_commit_and_stays_paused(hub, capsys):
    assert main([*SPACED]) == 0
    (before,) = made(hub)
    before["suspend"] = True
    hub.repository(SPACE, "space").put("new.py", b"")
    assert main([*SPACED, "--cron", "@daily"]) == 0
    (after,) = made(hub)
    told = json.loads(capsys.readouterr().out.split("\n}\n")[1] + "}")
    assert told["replaced"] == [before["id"]] and told["paused"] and after["suspend"] is True
    assert hub.repository(SPACE, "space").head.id in after["jobSpec"]["command"][2]
    assert main([*SPACED, "--revision", hub.repository(SPACE, "space").commits[1].id]) == 0
    assert hub.repository(SPACE, "space").commits[1].id in made(hub)[0]["jobSpec"]["command"][2]


def test_where_the_old_one_could_not_be_deleted_the_next_call_does_it(hub):
    assert main([*SPACED]) == 0
    hub.faults.at("job-delete", 500, 500, 500, 500, 500, 500)
    assert main([*SPACED]) == 1 and len(made(hub)) == 2
    hub.faults.clear()
    assert main([*SPACED]) == 0 and len(made(hub)) == 1


def test_an_answer_that_was_lost_leaves_one_job_after_the_next_call(hub):
    hub.faults.at("job-create", LOST)
    assert main([*SPACED]) == 1 and len(made(hub)) == 1
    assert main([*SPACED]) == 0 and len(made(hub)) == 1


def test_print_says_what_would_be_made_and_makes_nothing(hub, capsys):
    assert main([*SPACED, "--print"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["revision"] == hub.repository(SPACE, "space").head.id and told["replaces"] == []
    assert len(told["next_runs"]) == 3 and told["next_runs"][0].endswith("03:00 UTC")
    assert made(hub) == [] and ("model", MODELS) not in hub.repositories


def test_print_needs_no_token_and_no_hub(hub, monkeypatch, capsys):
    hub.faults.at("hardware", *[503] * 9)
    assert main([*SPACED, "--print"]) == 0
    monkeypatch.delenv("HF_TOKEN")
    assert main([*SPACED, "--print"]) == 0
    out, err = capsys.readouterr()
    assert out.count('"revision": "the newest commit when the job is made"') == 2
    assert "cannot be reached" in err and "no token" in err


def test_the_base_is_pinned_too(hub):
    hub.make("team/base", "model").put("config.json", b"{}")
    assert main([*SPACED, "--print"]) == 0
    hub.users["hf_right"] = "team"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMOLA_BASE", "team/base")
        assert main([*SPACED]) == 0
    head = hub.repository("team/base", "model").head.id
    (job,) = made(hub)
    assert job["jobSpec"]["environment"]["EMOLA_BASE"] == f"team/base@{head}"
    assert job["jobSpec"]["flavor"] == "l40sx1"


def test_with_a_server_s_database_the_job_gets_its_address_as_a_secret(hub, monkeypatch, capsys):
    monkeypatch.setenv("EMOLA_HUB_DATA", "")
    monkeypatch.setenv("EMOLA_DATABASE", "postgresql://u:secret@db.example/emola")
    assert main([*SPACED]) == 1 and "cannot see the folder" in capsys.readouterr().err
    monkeypatch.setenv("EMOLA_PICTURES", "s3://bucket/pictures")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "topsecret")
    assert main([*SPACED, "--secret", "AWS_SECRET_ACCESS_KEY"]) == 0
    (job,) = made(hub)
    assert set(job["jobSpec"]["secrets"]) == {"HF_TOKEN", "EMOLA_DATABASE", "AWS_SECRET_ACCESS_KEY"}
    out = capsys.readouterr().out
    assert "secret@" not in out and "topsecret" not in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--flavor", "abacus"], "It has: a100-large, cpu-basic"),
        (["--cron", "0 25 * * *"], "no schedule (Bad hour)"),
        (["--cron", "0 3 * * * *"], "it has 6 fields"),
        (["--cron", "nightly"], "Give five fields"),
        (["--timeout", "soon"], "is no time"),
        (["--timeout", "5m"], "too short"),
        (["--revision", "gone"], "is not there for this token"),
        (["--namespace", "other"], "may not write to the scheduled jobs of other"),
        (["--secret", "NOT_SET_HERE"], "NOT_SET_HERE, which is not set"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(hub, capsys, arguments, sentence):
    assert main([*SPACED, *arguments]) == 1
    assert sentence in capsys.readouterr().err
    assert made(hub) == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"HF_TOKEN": "hf_wrong"}, "does not take this token"),
        ({"HF_TOKEN": ""}, "needs a token"),
        ({"EMOLA_HUB_MODELS": ""}, "private model repository that it writes (EMOLA_HUB_MODELS"),
        ({"EMOLA_HUB_MODELS": "models"}, "not the name of a repository"),
        ({"EMOLA_HUB_DATA": ""}, "cannot see the studio's data"),
        ({"EMOLA_HUB_DATA": "team/not-yet"}, "team/not-yet, or a file of it, is not there"),
        ({"EMOLA_BASE": "/weights/base"}, "a folder of this machine"),
    ],
)
def test_settings_that_cannot_be_are_said_and_nothing_is_made(hub, monkeypatch, capsys, more, sentence):
    for name, value in more.items():
        monkeypatch.setenv(name, value)
    assert main([*SPACED]) == 1
    assert sentence in capsys.readouterr().err
    assert made(hub) == []


@pytest.mark.parametrize("name, kind", [(DATA, "dataset"), (MODELS, "model")])
def test_a_public_repository_is_refused(hub, capsys, name, kind):
    hub.repositories.pop((kind, name), None)
    hub.make(name, kind, private=False)
    assert main([*SPACED]) == 1
    assert f"{name} is public" in capsys.readouterr().err and made(hub) == []


def test_a_model_repository_with_foreign_files_is_refused_and_left(hub, capsys):
    hub.make(MODELS, "model").put("mine.bin", b"x")
    assert main([*SPACED]) == 1
    assert "holds files that are not of EmoLA Studio's rounds, such as mine.bin" in capsys.readouterr().err
    assert hub.repository(MODELS, "model").files["mine.bin"] == b"x" and made(hub) == []


def test_a_space_that_is_not_the_studio_is_refused(hub, capsys):
    hub.make("team/other", "space").put("app.py", b"")
    assert main(["--space", "team/other"]) == 1
    assert "is not EmoLA Studio" in capsys.readouterr().err and made(hub) == []


def test_arguments_that_train_job_does_not_know_are_refused_now(hub):
    with pytest.raises(SystemExit):
        main([*SPACED, "--", "--min-gnu", "3"])
    assert made(hub) == []


def test_machines_can_be_listed(hub, capsys):
    assert main(["--flavor", "list"]) == 0
    assert json.loads(capsys.readouterr().out)["l40sx1"] == "L40SX1, $0.0067 a minute"
