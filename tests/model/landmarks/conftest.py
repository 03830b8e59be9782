"""For each landmark expert: a ready one, and pictures with one, several and no face for it to find.

Where the trained weights cannot be had, the nets have weights that see faces in squares of ink: see `ink`.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import pytest
import skimage.data
import torch
from onnx import helper, numpy_helper
from PIL import Image

from model.landmarks import EXPERTS, LandmarkExpert, get_expert
from tests.model.landmarks.ink import InkDetector, ink_picture, ink_s3fd, onnx_model


@dataclass
class Case:
    """What the contract needs of one expert."""

    expert: LandmarkExpert
    one: Image.Image
    several: Image.Image
    none: Image.Image


@pytest.fixture(scope="session", params=list(EXPERTS))
def case(request) -> Case:
    return request.getfixturevalue(f"{request.param}_case")


@pytest.fixture(scope="session")
def mini_case() -> Case:
    astronaut = Image.fromarray(skimage.data.astronaut())
    head = astronaut.crop((120, 0, 340, 220))
    pair = Image.new("RGB", (700, 400), (90, 110, 130))
    pair.paste(head.resize((150, 150)), (30, 200))
    pair.paste(head.resize((330, 330)), (320, 40))
    return Case(get_expert("mini"), astronaut, pair, Image.fromarray(skimage.data.coffee()))


@pytest.fixture(scope="session")
def face_alignment_case(face_alignment_weights) -> Case:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TORCH_HOME", str(face_alignment_weights))
        expert = get_expert("face_alignment")
    return Case(expert, ink_picture((96, 64, 0)), ink_picture((160, 128, 0), (32, 32, 127)), ink_picture())


@pytest.fixture(scope="session")
def insightface_106_case(onnx_net) -> Case:
    expert = get_expert("insightface_106", model_path=onnx_net, detector=InkDetector())
    return Case(expert, ink_picture((96, 64, 0)), ink_picture((160, 128, 0), (32, 32, 127)), ink_picture())


@pytest.fixture(scope="session")
def onnx_net(tmp_path_factory) -> Path:
    """A random net with the inputs and outputs of 2d106det.onnx, its 212 outputs within -1..1."""
    rng = np.random.default_rng(106)
    weights = [
        numpy_helper.from_array(rng.normal(0, 1, (4, 3, 8, 8)).astype(np.float32) / 14, "kernel"),
        numpy_helper.from_array(rng.normal(0, 1, (4 * 24 * 24, 212)).astype(np.float32) / 48, "matrix"),
    ]
    nodes = [
        helper.make_node("Conv", ["data", "kernel"], ["map"], strides=[8, 8]),
        helper.make_node("Flatten", ["map"], ["flat"]),
        helper.make_node("MatMul", ["flat", "matrix"], ["raw"]),
        helper.make_node("Tanh", ["raw"], ["fc1"]),
    ]
    path = tmp_path_factory.mktemp("insightface") / "2d106det.onnx"
    onnx.save(onnx_model(nodes, weights, (None, 3, 192, 192), (1, 212)), path)
    return path


@pytest.fixture(scope="session")
def face_alignment_weights(tmp_path_factory) -> Path:
    """A TORCH_HOME with weights for s3fd and 2D-FAN where the library looks for them."""
    from face_alignment.models import FAN

    home = tmp_path_factory.mktemp("torch")
    checkpoints = home / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    torch.manual_seed(68)
    torch.save(FAN(4).state_dict(), checkpoints / "2DFAN4-11f355bf06.pth.tar")
    torch.save(ink_s3fd(), checkpoints / "s3fd-619a316812.pth")
    return home


# The cases above are found by name, so that an expert added to EXPERTS without one fails the contract.
assert all(hasattr(sys.modules[__name__], f"{name}_case") for name in EXPERTS), "each expert needs a case"
