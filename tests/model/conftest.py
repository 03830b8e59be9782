"""The reference's own outputs at toy size (tests/data/goldens/model) and that checkpoint, converted once a
session.
"""

import json
from pathlib import Path

import pytest

GOLDENS = Path(__file__).resolve().parents[1] / "data" / "goldens" / "model"
BASE = GOLDENS / "checkpoints" / "llava-v1.5-tiny"
ADAPTER = GOLDENS / "saved_checkpoints" / "llava-v1.5-tiny-lora-emola-au"
ADAPTER_BF16 = GOLDENS / "saved_checkpoints_bf16" / "llava-v1.5-tiny-lora-emola-au"
VISION = GOLDENS / "clip"


@pytest.fixture(scope="session")
def goldens():
    from safetensors.torch import load_file

    return load_file(GOLDENS / "goldens.safetensors")


@pytest.fixture(scope="session")
def facts():
    return json.loads((GOLDENS / "goldens.json").read_text())


@pytest.fixture(scope="session")
def converted(tmp_path_factory):
    """A folder with base/ and adapter/."""
    from model.convert import convert

    out = tmp_path_factory.mktemp("converted")
    convert(BASE, out, ADAPTER, VISION)
    return out


@pytest.fixture(scope="session")
def converted_bf16(tmp_path_factory):
    """The same base, and the adapter as a bfloat16 run stores it."""
    from model.convert import convert

    out = tmp_path_factory.mktemp("converted_bf16")
    convert(BASE, out, ADAPTER_BF16, VISION)
    return out


@pytest.fixture(scope="session")
def loaded(converted):
    """(model, processor) of base and adapter, LoRA unmerged; tests leave it as it is."""
    from model.load import load

    return load(converted / "base", converted / "adapter")
