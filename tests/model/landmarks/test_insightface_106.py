"""The 106-point expert: the EmoLA authors' preprocessing pixel by pixel, and what it is applied to."""

import hashlib

import numpy as np
import onnxruntime
import pytest
from face_alignment.utils import cv2
from onnx import TensorProto, helper, numpy_helper, save
from PIL import Image

from model.errors import LandmarkExpertError
from model.landmarks import insightface_106
from model.landmarks.insightface_106 import InsightFace106Expert, preprocess
from tests.model.landmarks.ink import InkDetector, ink_picture, onnx_model


def reference_vector(path, net) -> np.ndarray:
    """The prior of a picture file as the EmoLA authors computed it."""
    image = cv2.resize(cv2.imread(str(path)), (192, 192))
    blob = (image / 255).transpose(2, 0, 1)[None].astype(np.float32)
    session = onnxruntime.InferenceSession(str(net), providers=["CPUExecutionProvider"])
    return session.run(None, {"data": blob})[0][0]


def face_picture(width, height) -> Image.Image:
    """A smooth random picture, as photographs are."""
    rng = np.random.default_rng(width)
    return Image.fromarray(rng.integers(0, 256, (9, 7, 3), dtype=np.uint8)).resize((width, height))


@pytest.mark.parametrize("size", [(224, 224), (112, 112), (384, 384), (250, 301), (20, 20)])
@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_an_aligned_picture_gives_the_authors_vector(tmp_path, onnx_net, size, suffix):
    path = tmp_path / f"face.{suffix}"
    face_picture(*size).save(path)
    (face,) = InsightFace106Expert(onnx_net, aligned=True).detect(path)
    assert np.array_equal(face.vector, reference_vector(path, onnx_net))
    assert face.box == (0, 0, *size) and face.score == 1


def test_the_net_gets_blue_green_red_in_0_to_1():
    blob = preprocess(Image.new("RGB", (50, 80), (255, 51, 0)))
    assert blob.shape == (1, 3, 192, 192) and blob.dtype == np.float32
    assert [np.unique(channel).tolist() for channel in blob[0]] == [[0], [np.float32(0.2)], [1]]


@pytest.fixture
def corners_net(tmp_path):
    """A net that puts point 0 in the middle, point 1 upper left and all others in the lower right corner."""
    output = np.ones((1, 212), dtype=np.float32)
    output[0, :4] = 0, 0, -1, -1
    nodes = [
        helper.make_node("Flatten", ["data"], ["flat"]),
        helper.make_node("ReduceMin", ["flat"], ["least"], axes=[1]),
        helper.make_node("Mul", ["least", "nothing"], ["zero"]),
        helper.make_node("Add", ["zero", "points"], ["fc1"]),
    ]
    weights = [
        numpy_helper.from_array(np.zeros(1, np.float32), "nothing"),
        numpy_helper.from_array(output, "points"),
    ]
    path = tmp_path / "corners.onnx"
    save(onnx_model(nodes, weights, (None, 3, 192, 192), (1, 212)), path)
    return path


def test_points_are_in_px_of_the_whole_aligned_picture(corners_net):
    (face,) = InsightFace106Expert(corners_net, aligned=True).detect(Image.new("RGB", (300, 240)))
    assert face.points.shape == (106, 2) and face.points.dtype == np.float32
    assert face.points[:3].tolist() == [[150, 120], [0, 0], [300, 240]]


def test_a_face_that_fills_its_picture_is_read_from_the_whole_picture(onnx_net):
    picture = ink_picture((96, 64, 0)).crop((30, 0, 180, 150))  # a face of 128 px in 150
    found = InsightFace106Expert(onnx_net, detector=InkDetector()).detect(picture)[0]
    aligned = InsightFace106Expert(onnx_net, aligned=True).detect(picture)[0]
    assert np.array_equal(found.vector, aligned.vector) and np.array_equal(found.points, aligned.points)
    assert found.box != aligned.box and found.score == 0.75


def test_other_faces_are_read_from_the_crop_that_the_vision_tower_sees(onnx_net, corners_net):
    picture = ink_picture((160, 128, 0), (32, 32, 127))
    small = InsightFace106Expert(onnx_net, detector=InkDetector()).detect(picture)[1]
    crop = InsightFace106Expert(onnx_net).crop(picture, small)
    assert crop.size == (96, 96)  # the face has 64 px
    assert np.array_equal(small.vector, InsightFace106Expert(onnx_net, aligned=True).detect(crop)[0].vector)
    corners = InsightFace106Expert(corners_net, detector=InkDetector()).detect(picture)[1].points
    assert corners[2].tolist() == [96, 96] and corners[1].tolist() == [0, 0]


def test_by_default_the_mini_expert_proposes_faces_and_is_loaded_when_first_needed(monkeypatch, onnx_net):
    asked = []
    monkeypatch.setattr(insightface_106, "get_expert", lambda name: asked.append(name) or InkDetector())
    expert = InsightFace106Expert(onnx_net)
    assert asked == []
    expert.detect(ink_picture((96, 64, 0)))
    expert.detect(ink_picture((96, 64, 0)))
    assert asked == ["mini"]


def test_the_revision_names_the_weights(onnx_net):
    digest = hashlib.sha256(onnx_net.read_bytes()).hexdigest()
    assert InsightFace106Expert(onnx_net).revision == f"insightface_106 sha256:{digest[:12]}"
    assert InsightFace106Expert(onnx_net, aligned=True).revision.endswith(", aligned")


def test_the_session_uses_the_threads_it_was_given(onnx_net):
    options = InsightFace106Expert(onnx_net, threads=2)._session.get_session_options()
    assert options.intra_op_num_threads == 2 and options.inter_op_num_threads == 1
    assert InsightFace106Expert(onnx_net)._session.get_session_options().intra_op_num_threads == 1


@pytest.mark.parametrize("path", [None, "/nowhere/2d106det.onnx"])
def test_without_weights_it_says_where_they_are_and_on_what_terms(path):
    with pytest.raises(LandmarkExpertError, match="2d106det.onnx.*model_path.*non-commercial research only"):
        InsightFace106Expert(path)


def test_the_terms_of_the_weights_are_offered_beside_the_expert():
    assert "non-commercial research only" in InsightFace106Expert.notice


@pytest.mark.parametrize("content", [b"", b"not a net at all", b"\x08\x07"])
def test_a_damaged_net_is_refused(tmp_path, content):
    path = tmp_path / "2d106det.onnx"
    path.write_bytes(content)
    with pytest.raises(LandmarkExpertError, match="2d106det.onnx cannot be loaded as an ONNX net"):
        InsightFace106Expert(path)


def test_another_net_is_refused_with_its_shapes(tmp_path):
    net = onnx_model(
        [helper.make_node("Flatten", ["data"], ["fc1"])], [], (1, 3, 112, 112), (1, 3 * 112 * 112)
    )
    save(net, tmp_path / "w600k_r50.onnx")
    with pytest.raises(
        LandmarkExpertError, match=r"takes \[1, 3, 112, 112\] and gives \[1, 37632\]; .*another net"
    ):
        InsightFace106Expert(tmp_path / "w600k_r50.onnx")


def test_values_are_float32_in_and_out(onnx_net):
    session = InsightFace106Expert(onnx_net)._session
    assert session.get_inputs()[0].type == f"tensor({TensorProto.DataType.Name(TensorProto.FLOAT).lower()})"
