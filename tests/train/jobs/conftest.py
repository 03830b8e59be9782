"""A hub of its own for each test, with a studio's Space and data on it."""

import pytest

from tests.hub.client import patient_library, speak_to
from tests.hub.stub import running

DATA, MODELS, SPACE = "team/faces", "team/models", "team/studio"


@pytest.fixture
def hub(monkeypatch, tmp_path):
    patient_library(monkeypatch)
    with running() as hub:
        speak_to(monkeypatch, hub, tmp_path / "cache")
        for name, value in (("DATA", DATA), ("MODELS", MODELS)):
            monkeypatch.setenv(f"EMOLA_HUB_{name}", value)
        hub.make(DATA)
        hub.make(SPACE, "space").put("train/job.py", b"")
        yield hub
