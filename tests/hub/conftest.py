"""A hub of its own for each test; the library is told to speak to it as to the real one."""

import pytest

from tests.hub.client import patient_library
from tests.hub.stub import running


@pytest.fixture(autouse=True)
def library(monkeypatch):
    patient_library(monkeypatch)


@pytest.fixture
def hub():
    with running() as hub:
        yield hub
