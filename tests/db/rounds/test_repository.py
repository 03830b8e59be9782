"""The model repository over real HTTP: bundles before records, numbered, each once, whatever goes wrong."""

import pytest

from db.errors import HubError, HubRefused
from db.rounds.record import Made, Record
from db.rounds.repository import ModelRepository
from tests.hub.client import patient_library
from tests.hub.faults import LOST
from tests.hub.stub import running

NAME = "team/models"
REVISION = "0123456789abcdef" * 4
BEGAN = "2026-03-01T03:00:00+00:00"


@pytest.fixture
def hub(monkeypatch):
    patient_library(monkeypatch)
    with running() as hub:
        yield hub


@pytest.fixture
def models(hub):
    return ModelRepository(NAME, hub.token, endpoint=hub.endpoint)


@pytest.fixture
def bundle(tmp_path):
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "manifest.json").write_bytes(b"{}")
    (folder / "adapter_model.safetensors").write_bytes(b"\0weights")
    return folder


def ended(message: str = "m", adapter: Made | None = None) -> Record:
    return Record("failed", message, {}, None, None, BEGAN, BEGAN, None, None, adapter, {})


def made(place: str) -> Made:
    return Made(REVISION, place, "b", "mini", ("au",), {})


def files(hub) -> dict[str, bytes]:
    return hub.repository(NAME, "model").files


def test_a_bundle_and_its_round_are_put_and_read_again(hub, models, bundle, tmp_path):
    place = models.put_bundle(bundle, REVISION)
    head = hub.repository(NAME, "model").head.id
    assert place == f"{NAME}/bundles/0123456789abcdef@{head}" and hub.repository(NAME, "model").private
    assert files(hub)["bundles/0123456789abcdef/adapter_model.safetensors"] == b"\0weights"
    log = tmp_path / "answers.jsonl"
    log.write_bytes(b'{"face": "1"}\n')
    name = models.put_round(ended(adapter=made(place)), {"answers/ab-cd": log}, "# card")
    assert name.startswith("rounds/00000001-") and files(hub)["README.md"] == b"# card"
    assert files(hub)["answers/ab-cd/answers.jsonl"] == log.read_bytes()
    there = models.look()
    assert there.records == (name,) and models.record(name, there.commit) == ended(adapter=made(place))


def test_records_are_numbered_in_the_order_in_which_they_come(models):
    names = [models.put_round(ended(str(number)), {}, "") for number in range(3)]
    assert [name.split("-")[0][-1] for name in names] == ["1", "2", "3"]
    assert models.look().records == tuple(names)


def test_a_record_whose_answer_was_lost_is_there_once(hub, models):
    models.look(make=True)
    hub.faults.at("commit", LOST)
    with pytest.raises(HubError) as caught:
        models.put_round(ended(), {}, "")
    assert caught.value.passing
    name = models.put_round(ended(), {}, "")
    assert models.look().records == (name,)


@pytest.mark.parametrize("status", [409, 412])
def test_another_s_commit_in_between_is_followed(hub, models, status):
    models.look(make=True)
    hub.faults.at("commit", status, status)
    assert models.put_round(ended(), {}, "") in files(hub)


def test_outages_are_told_as_passing_and_leave_what_was_there(hub, models, bundle):
    models.put_bundle(bundle, REVISION)
    before = files(hub)
    for step in ("info", "tree", "commit"):
        hub.faults.at(step, *[503] * 6)
        with pytest.raises(HubError) as caught:
            models.put_round(ended(), {}, "")
        assert caught.value.passing and files(hub) == before
        hub.faults.clear()


def test_a_public_repository_is_refused(hub, models, bundle):
    hub.make(NAME, "model", private=False)
    for act in (models.look, lambda: models.put_bundle(bundle, REVISION)):
        with pytest.raises(HubRefused, match="is public"):
            act()


@pytest.mark.parametrize("path", ["mine.bin", "rounds/1.json", "bundles/mine/model.safetensors"])
def test_foreign_files_are_refused_and_left(hub, models, bundle, path):
    hub.make(NAME, "model").put(path, b"x")
    with pytest.raises(HubRefused, match=path):
        models.put_bundle(bundle, REVISION)
    assert files(hub)[path] == b"x" and len(files(hub)) == 2


def test_a_bundle_elsewhere_is_refused(models):
    commit = "c" * 40
    for place in (
        f"evil/models/bundles/0123456789abcdef@{commit}",
        "/etc",
        f"{NAME}/bundles/0123456789abcdef@main",
        f"{NAME}/bundles/../x@{commit}",
    ):
        name = models.put_round(ended(adapter=made(place)), {}, "")
        with pytest.raises(HubRefused, match="names a bundle outside team/models"):
            models.record(name, models.look().commit)


def test_one_that_is_not_there_is_not_made_by_looking(hub, models):
    with pytest.raises(HubError, match="is not there for this token"):
        models.look()
    assert not hub.repositories


@pytest.mark.parametrize(("name", "token"), [("models", "t"), ("a/b/c", "t"), (NAME, "")])
def test_a_name_or_token_that_cannot_be_is_refused_before_the_hub_is_asked(name, token):
    with pytest.raises(HubRefused):
        ModelRepository(name, token)
