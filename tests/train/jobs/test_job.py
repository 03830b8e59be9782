"""`python -m train.job` where nothing is learned: too little that is new, and what it is not let near."""

import json

import pytest

from db.models import TrainingRun
from db.session import open_database
from tests.db.conftest import PostgreSQL
from tests.train.jobs.conftest import DATA, MODELS
from tests.train.jobs.published import publish_events
from train import job


def ended(capsys) -> tuple[dict, str]:
    """(the last line, what went to standard error) of a call."""
    out, err = capsys.readouterr()
    return json.loads(out.splitlines()[-1]), err


def test_with_too_little_that_is_new_it_ends_well_and_puts_nothing_anywhere(hub, tmp_path, taught, capsys):
    publish_events(hub, tmp_path, taught).database.close()
    before = hub.repository(DATA).head
    assert job.main(["--min-new", "50"]) == 0
    said, _ = ended(capsys)
    assert said["outcome"] == "nothing" and "12 faces with new labels" in said["reason"]
    assert set(hub.repository(MODELS, "model").files) == {".gitattributes"}
    assert hub.repository(DATA).head is before


def test_a_dry_run_says_what_it_would_learn_from(hub, tmp_path, taught, capsys):
    publish_events(hub, tmp_path, taught).database.close()
    assert job.main(["--dry-run"]) == 0
    assert ended(capsys)[0]["rounds"][0]["faces"] == 12


def test_it_waits_for_a_hub_that_is_away(hub, monkeypatch, capsys):
    waited = []
    monkeypatch.setattr("db.hub.time.sleep", waited.append)
    hub.faults.at("info", 503, None, 503)
    assert job.main([]) == 0 and len(waited) == 2
    assert ended(capsys)[0]["outcome"] == "nothing"


def test_a_server_s_database_is_worked_on_itself(hub, postgresql_server, monkeypatch, capsys):
    server = PostgreSQL(postgresql_server)
    url = server.empty()
    monkeypatch.setenv("EMOLA_HUB_DATA", "")
    monkeypatch.setenv("EMOLA_DATABASE", url)
    assert job.main([]) == 0
    assert ended(capsys)[0]["outcome"] == "nothing" and not hub.asked
    database = open_database(url)
    with database.reads.begin() as session:
        assert session.query(TrainingRun).count() == 0, "its tables are there"
    database.close()
    server.remove(url)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"HF_TOKEN": "hf_wrong"}, "does not take this token"),
        ({"HF_TOKEN": ""}, "needs a token"),
        ({"EMOLA_HUB_MODELS": ""}, "not the name of a repository"),
        ({"EMOLA_HUB_DATA": ""}, "cannot read a SQLite file"),
        ({"EMOLA_HUB_DATA": "team/not-there"}, "team/not-there, or a file of it, is not there"),
    ],
)
def test_settings_that_cannot_be_end_it_with_a_sentence(hub, monkeypatch, capsys, more, sentence):
    for name, value in more.items():
        monkeypatch.setenv(name, value)
    assert job.main([]) == 1
    said, err = ended(capsys)
    assert said["outcome"] == "failed" and sentence in err and "hf_" not in err
    assert ("dataset", "team/not-there") not in hub.repositories


@pytest.mark.parametrize(("name", "kind"), [(DATA, "dataset"), (MODELS, "model")])
def test_a_public_repository_is_refused(hub, capsys, name, kind):
    hub.make(name, kind).private = False
    assert job.main([]) == 1
    assert f"{name} is public" in ended(capsys)[1]


def test_a_job_does_one_round(hub, capsys):
    assert job.main(["--watch", "6h"]) == 1
    assert "A job does one round" in ended(capsys)[1]


@pytest.mark.parametrize(
    ("outcome", "status"), [("promoted", 0), ("rejected", 0), ("nothing", 0), ("failed", 1), ("stopped", 1)]
)
def test_a_job_fails_only_where_it_did_not_come_to_its_end(hub, monkeypatch, capsys, outcome, status):
    monkeypatch.setattr(
        job, "run", lambda *_, **__: {"outcome": outcome, "reason": "for a reason", "rounds": []}
    )
    assert job.main([]) == status
    assert ("for a reason" in ended(capsys)[1]) is bool(status)
