"""A hub, and a small checkout to publish there."""

import subprocess

import pytest

from tests.hub.client import patient_library
from tests.hub.stub import running

FILES = {
    "README.md": b"---\nsdk: gradio\n---\n",
    "app.py": b"print('here')\n",
    "studio/serve.py": b"def launch(): ...\n",
    "studio/static/face.webp": b"RIFF\0" + bytes(range(256)) * 40,
    "with space.txt": b"a name with a space\n",
}


@pytest.fixture
def hub(monkeypatch):
    patient_library(monkeypatch)
    with running() as hub:
        yield hub


@pytest.fixture
def root(tmp_path):
    """A checkout with one commit, and things beside it that git does not track."""
    folder = tmp_path / "checkout"
    for path, data in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    commit(folder)
    (folder / "data").mkdir()
    (folder / "data" / "emola.db").write_bytes(b"faces")
    return folder


def git(folder, *arguments: str) -> None:
    command = ["git", "-c", "user.name=Test", "-c", "user.email=test@localhost", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def commit(folder) -> None:
    git(folder, "commit", "--quiet", "--all", "--message", "as it is now")
