"""studio.rounds: what jobs put into the model repository is verified and taken over, or told why not."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

import settings
from db.models import Adapter, TrainingRun
from db.rounds import record
from db.rounds.record import Made, Record, Served
from db.rounds.repository import ModelRepository
from db.runs import serving
from model import manifest
from studio import serve
from studio.people.identify import local_person
from studio.rounds import Rounds
from studio.runs.overview import runs_overview
from tests.hub.client import patient_library, speak_to
from tests.hub.repos import File
from tests.hub.stub import running

NAME = "team/models"
BEGAN = "2026-03-01T03:00:00+00:00"


@pytest.fixture
def hub(monkeypatch, tmp_path):
    patient_library(monkeypatch)
    with running() as hub:
        speak_to(monkeypatch, hub, tmp_path / "cache")
        hub.make(NAME, "model")
        yield hub


@pytest.fixture
def rounds(hub, work):
    return Rounds(work.database, ModelRepository(NAME, hub.token, endpoint=hub.endpoint))


@pytest.fixture
def put(hub, tmp_path):
    """Put a round with a bundle into the repository, as a job does; return the bundle's revision."""
    models = ModelRepository(NAME, hub.token, endpoint=hub.endpoint)

    def one(weights: bytes = b"one", before: Served | None = None) -> str:
        folder = tmp_path / f"bundle-{weights.decode()}"
        folder.mkdir()
        (folder / "adapter_model.safetensors").write_bytes(b"\0" + weights)
        (folder / "README.md").write_text("# card\n")
        facts = manifest.write(folder, "adapter", base_identity="b")
        place = models.put_bundle(folder, facts["identity"])
        made = Made(facts["identity"], place, "b", "mini", ("au",), facts)
        options, served = {"tasks": ["au"]}, {"au": before or Served(0, None)}
        told = Record("promoted", "Better.", options, None, None, BEGAN, BEGAN, None, None, made, served)
        models.put_round(told, {}, "")
        return facts["identity"]

    return one


def served(work) -> str | None:
    with work.database.reads.begin() as session:
        row = serving(session).get("au")
        return session.get(Adapter, row.adapter_id).revision if row else None


def count(work) -> int:
    with work.database.reads.begin() as session:
        return len(session.scalars(select(TrainingRun)).all())


def test_rounds_are_taken_over_in_order_each_once(work, rounds, put, hub):
    assert rounds.look().taken == 0 and rounds.state.error is None
    first = put()
    second = put(b"two", Served(1, first))
    assert rounds.look().taken == 2 and served(work) == second
    again = Rounds(work.database, ModelRepository(NAME, hub.token, endpoint=hub.endpoint))
    assert (again.look().taken, count(work)) == (0, 2)


def test_where_nothing_is_new_one_small_question_is_all(rounds, put, hub):
    put()
    rounds.look()
    hub.asked.clear()
    assert rounds.look().error is None and hub.asked == ["info"]


def test_a_bundle_that_is_not_what_was_made_is_refused_until_it_is_mended(work, rounds, put, hub):
    put()
    repository = hub.repository(NAME, "model")
    whole = repository.head
    path = next(path for path in whole.files if path.endswith(".safetensors"))
    for commit in repository.commits:  # damaged wherever it is read from
        if path in commit.files:
            commit.files[path] = File(b"\0damaged")
    assert "is not the file that the manifest lists" in rounds.look().error
    assert served(work) is None and count(work) == 0
    shown = runs_overview(replace(work, rounds=rounds), local_person(work.database))
    assert shown["hub"]["error"] == rounds.state.error


def test_a_record_from_the_future_is_told_and_nothing_behind_it_is_taken(work, rounds, put, hub):
    put()
    data = json.dumps({"format": 2}).encode()
    hub.repository(NAME, "model").put(record.path(2, data), data)
    put(b"three")
    assert "is of format 2; this studio reads format 1" in rounds.look().error
    assert count(work) == 1, "what came before it is taken"


def test_an_outage_passes(work, rounds, put, hub):
    revision = put()
    for step in ("info", "tree", "resolve"):
        hub.faults.at(step, *[503] * 12)
        assert "503" in rounds.look().error and count(work) == 0
        hub.faults.clear()
    state = rounds.look()
    assert state.error is None and state.at and served(work) == revision


def test_a_wrong_token_a_public_and_a_missing_repository_are_told(work, hub):
    def look(token=hub.token, name=NAME) -> str:
        return Rounds(work.database, ModelRepository(name, token, endpoint=hub.endpoint)).look().error

    assert "does not take this token" in look("hf_wrong")
    assert "is not there for this token" in look(name="team/other")
    hub.repository(NAME, "model").private = False
    assert "is public" in look()


def test_a_name_that_cannot_be_ends_the_start_with_a_sentence(tmp_path):
    given = {
        "EMOLA_DATABASE": f"sqlite:///{tmp_path}/emola.db",
        "HF_TOKEN": "t",
        "EMOLA_HUB_MODELS": "models",
    }
    with pytest.raises(SystemExit, match="is not the name of a repository"):
        serve.open_workplace(settings.read(given))
