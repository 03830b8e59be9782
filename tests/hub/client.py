"""How tests use the real huggingface_hub: by LFS, which the stub speaks, and without its waits."""

import time
from types import SimpleNamespace

from huggingface_hub import constants
from huggingface_hub.utils import _http


def patient_library(monkeypatch) -> list[float]:
    """Set the library up; return the list of seconds that it would have waited between its tries."""
    waits: list[float] = []
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
    monkeypatch.setattr(_http, "time", SimpleNamespace(sleep=waits.append, time=time.time))
    return waits


def speak_to(monkeypatch, hub, cache) -> None:
    """Let the library of this process take the stub for the hub, and keep what it fetches in a folder."""
    resolve = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, hub.endpoint)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", resolve)
    monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setenv("HF_TOKEN", hub.token)
