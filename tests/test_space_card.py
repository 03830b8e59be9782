"""The README's front matter, by which a Space is built, says what the requirements and the tree say."""

import re
from pathlib import Path

import pytest
from huggingface_hub import metadata_load

ROOT = Path(__file__).resolve().parents[1]
CARD = metadata_load(ROOT / "README.md")
ZERO_GPU_PYTHONS = ("3.12.12",)
"""Of those that ZeroGPU has (3.10.13 is the other), what the studio runs on."""


def pins() -> dict[str, str]:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE))


def test_the_gradio_of_the_space_is_the_one_that_is_pinned():
    assert CARD["sdk"] == "gradio"
    assert CARD["sdk_version"] == pins()["gradio"]


def test_the_python_of_the_space_is_one_that_the_studio_runs_on():
    assert CARD["python_version"] in ZERO_GPU_PYTHONS
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    oldest = re.search(r'target-version = "py3(\d+)"', project)[1]
    assert int(CARD["python_version"].split(".")[1]) >= int(oldest)


def test_torch_is_one_that_zero_gpu_takes():
    assert tuple(map(int, pins()["torch"].split("."))) >= (2, 8)


@pytest.mark.parametrize("path", [CARD["app_file"], "requirements.txt", "packages.txt"])
def test_what_a_space_reads_is_there(path):
    assert (ROOT / path).is_file()


def test_system_packages_stand_one_on_a_line():
    lines = (ROOT / "packages.txt").read_text(encoding="utf-8").splitlines()
    assert lines and all(re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", line) for line in lines)


def test_sign_in_and_licence_are_as_the_studio_has_them():
    assert CARD["hf_oauth"] is True
    assert CARD["hf_oauth_scopes"] == ["read-memberships"]
    assert CARD["license"] == "apache-2.0" and "Apache License" in (ROOT / "LICENSE").read_text()[:200]


def test_the_hub_takes_the_short_description():
    assert len(CARD["short_description"]) <= 60
