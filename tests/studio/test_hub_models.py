"""What EMOLA_BASE and EMOLA_ADAPTER name may be private on the hub; the real library fetches it over HTTP."""

import pytest
from PIL import Image

import settings
from model import manifest
from model.predictor import MINI
from studio.samples import sample_path
from studio.serve import open_workplace
from tests.hub.client import patient_library, speak_to
from tests.hub.repos import File
from tests.hub.stub import running
from tests.studio.runs.bundles import make_bundle


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A hub on which the team has a base in a private repository."""
    patient_library(monkeypatch)
    with running() as hub:
        speak_to(monkeypatch, hub, tmp_path / "cache")
        put(hub, "team/base", MINI)
        yield hub


def put(hub, name: str, folder) -> str:
    """Put a folder into a private repository; return the hub id of what is there now."""
    files = {path.name: File(path.read_bytes()) for path in folder.iterdir() if path.is_file()}
    return f"{name}@{hub.make(name, 'model').add('as it is now', files).id}"


def values(folder, **more: str) -> dict[str, str]:
    given = {"EMOLA_DATABASE": f"sqlite:///{folder}/emola.db", "EMOLA_PICTURES": f"{folder}/pictures"}
    return settings.read({**given, **more})


def test_base_and_adapter_come_from_private_repositories(hub, tmp_path):
    make_bundle(MINI, tmp_path / "bundle", seed=1)
    base = put(hub, "team/base", MINI)
    put(hub, "team/adapter", tmp_path / "bundle")
    work = open_workplace(values(tmp_path, EMOLA_BASE=base, EMOLA_ADAPTER="team/adapter"))
    adapter = manifest.read(tmp_path / "bundle", "adapter")["identity"]
    known = work.serving.predictor.revisions
    assert known["base"] == manifest.read(MINI, "base")["identity"]
    assert (known["adapter_au"], known["adapter_emotion"]) == (adapter, adapter)
    assert not work.serving.status.demonstration
    *_, said = work.serving.predictor.stream(Image.open(sample_path("smile")))
    assert said.rationales.keys() == {"au", "emotion"}
    work.database.close()


def test_a_token_that_may_not_read_ends_the_start_with_a_sentence(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(SystemExit, match="team/base at main could not be had from the hub"):
        open_workplace(values(tmp_path, EMOLA_BASE="team/base"))
