"""The face-alignment expert: the library's own loading code and nets, with weights made in its formats."""

import subprocess
import sys
from pathlib import Path

import face_alignment
import numpy as np
import pytest
import torch
from face_alignment.detection.blazeface.net_blazeface import BlazeFace
from face_alignment.detection.sfd import sfd_detector
from onnx import TensorProto, helper, numpy_helper, save
from PIL import Image

from model.errors import LandmarkExpertError, NoFaceFound
from model.landmarks import get_expert
from model.landmarks.base import box_normalised
from model.landmarks.face_alignment import DETECTORS, NEEDS, FaceAlignmentExpert, available_detectors
from tests.model.landmarks.ink import LARGE, SMALL, SQUARE, ink_picture, onnx_model

# Nobody listens there, so the library's download fails at once, as it does without a network.
NOWHERE = "http://127.0.0.1:9/{}"


@pytest.fixture(scope="module")
def expert(face_alignment_case):
    return face_alignment_case.expert


@pytest.fixture
def torch_home(monkeypatch, face_alignment_weights):
    monkeypatch.setenv("TORCH_HOME", str(face_alignment_weights))
    return face_alignment_weights


@pytest.fixture
def empty_home(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path


def test_boxes_and_scores_are_the_detectors(expert):
    large, small = expert.detect(ink_picture((160, 128, 0), (32, 48, 127)))
    x, y = 160 + SQUARE / 2, 128 + SQUARE / 2
    assert large.box == pytest.approx((x - LARGE / 2, y - LARGE / 2, x + LARGE / 2, y + LARGE / 2), abs=0.01)
    assert (
        small.side == pytest.approx(SMALL, abs=0.01)
        and abs((small.box[0] + small.box[2]) / 2 - 40) <= SQUARE / 2
    )
    assert large.score > 0.99 and small.score > 0.99


def test_points_and_vector_are_the_librarys_68_points(expert):
    picture = ink_picture((160, 128, 0))
    (face,) = expert.detect(picture)
    (points,) = expert._library.get_landmarks_from_image(
        np.asarray(picture), detected_faces=[np.array(face.box)]
    )
    assert face.points.shape == (68, 2) and np.allclose(face.points, points)
    assert np.array_equal(face.vector, box_normalised(points))


def test_a_large_picture_is_searched_small_and_its_points_are_in_its_own_px(expert):
    picture = ink_picture((160, 128, 0))
    face = expert.detect(picture.resize((1280, 1024), Image.Resampling.NEAREST))[0]  # seen at 640x512 px
    assert face.side == pytest.approx(2 * LARGE, abs=0.1)
    assert 640 <= (face.box[0] + face.box[2]) / 2 <= 704 and 512 <= (face.box[1] + face.box[3]) / 2 <= 576
    assert np.abs(face.points - (672, 544)).max() < 1.25 * face.side


def test_a_picture_without_ink_has_no_face(expert):
    with pytest.raises(NoFaceFound):
        expert.detect(Image.new("RGB", (300, 200), "white"))


@pytest.mark.parametrize("size", [(20, 20), (1, 1), (1, 500), (3000, 2)])
def test_pictures_too_small_for_the_nets_are_padded(expert, size):
    with pytest.raises(NoFaceFound):
        expert.detect(Image.new("RGB", size, "white"))


def test_the_revision_names_library_detector_and_net(expert):
    assert expert.revision == f"face_alignment {face_alignment.__version__}, sfd, 2DFAN-4"


def test_a_score_threshold_goes_to_the_detector(torch_home):
    strict = get_expert("face_alignment", detector_options={"filter_threshold": 0.99999})
    with pytest.raises(NoFaceFound):
        strict.detect(ink_picture((160, 128, 0)))


@pytest.fixture
def blazeface_weights(torch_home):
    """blazeface's weights and anchors such that it sees one large face in the middle of any picture."""
    weights = {name: torch.zeros_like(value) for name, value in BlazeFace().state_dict().items()}
    weights["classifier_8.bias"].fill_(-20)
    weights["classifier_16.bias"].fill_(-20)
    weights["classifier_16.bias"][0] = 5
    weights["regressor_16.bias"][2:4] = 64  # width and height: half of the picture's 128 px
    anchors = np.full((896, 4), 0.5, dtype=np.float32)
    anchors[:, 2:] = 1
    checkpoints = torch_home / "hub" / "checkpoints"
    torch.save(weights, checkpoints / "blazeface.pth")
    np.save(checkpoints / "anchors.npy", anchors)


def test_blazeface_can_be_chosen_and_sees_pictures_that_are_not_square_whole(blazeface_weights):
    expert = get_expert("face_alignment", detector="blazeface")
    assert "blazeface" in expert.revision
    (face,) = expert.detect(Image.new("RGB", (300, 200), "white"))
    assert face.box == pytest.approx(
        (75, 75, 225, 225), abs=1
    )  # the middle of 300x300, the square that is searched
    assert face.vector.shape == (136,)


def test_scrfd_can_be_chosen(torch_home):
    strides = (8, 16, 32)
    scores = [np.zeros((2 * (640 // stride) ** 2, 1), np.float32) for stride in strides]
    scores[2][2 * (10 * 20 + 10)] = 0.9  # the anchor at (320, 320) of 640x640 px
    boxes = [np.full((len(score), 4), 2, np.float32) for score in scores]  # two strides to each side
    names = [f"out{index}" for index in range(6)]
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value))
        for name, value in zip(names, scores + boxes, strict=True)
    ]
    net = onnx_model(nodes, [], (1, 3, 640, 640), scores[0].shape)
    net.graph.ClearField("output")
    for name, value in zip(names, scores + boxes, strict=True):
        net.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape))
    save(net, torch_home / "hub" / "checkpoints" / "scrfd_2.5g_bnkps.onnx")
    faces = get_expert("face_alignment", detector="scrfd").detect(Image.new("RGB", (320, 320), "white"))
    assert [face.box for face in faces] == [(128, 128, 192, 192)] and faces[0].score == pytest.approx(0.9)


def test_boxes_that_the_library_cannot_cut_out_are_left_out(monkeypatch, expert):
    class Detector:
        """dlib's format, four whole numbers and no score, and what a damaged net may give."""

        reference_scale = 195

        def detect_from_image(self, image):
            far, huge, thin = [900, 10, 999, 99], [-9000, -9000, 9000, 9000], [50, 50, 54, 150]
            return [[20, 30, 120, 140], far, huge, thin, [float("nan")] * 4]

    monkeypatch.setattr(expert._library, "face_detector", Detector())
    (face,) = expert.detect(Image.new("RGB", (300, 200), "white"))
    assert face.box == (20, 30, 120, 140) and face.score == 1


def test_every_detector_of_the_library_but_the_folder_is_known():
    folders = Path(face_alignment.__file__).parent.joinpath("detection").iterdir()
    assert set(DETECTORS) == {path.name for path in folders if path.is_dir()} - {"folder", "__pycache__"}


def test_detectors_can_be_chosen_where_their_packages_are_installed(monkeypatch):
    monkeypatch.setattr("model.landmarks.face_alignment.find_spec", lambda name: name == "dlib")
    assert available_detectors() == ["sfd", "blazeface", "scrfd", "yunet", "dlib"]


@pytest.mark.parametrize("detector", ["folder", "haar"])
def test_another_detector_is_refused_with_the_choice(detector):
    with pytest.raises(
        LandmarkExpertError, match=f"no detector '{detector}' here; there are: sfd, blazeface"
    ):
        FaceAlignmentExpert(detector)


@pytest.mark.parametrize("detector, package", NEEDS.items())
def test_a_detector_whose_package_is_missing_names_it(monkeypatch, detector, package):
    monkeypatch.setattr("model.landmarks.face_alignment.find_spec", lambda name: None)
    with pytest.raises(LandmarkExpertError, match=f"{detector} needs the package {package}. Choose one"):
        FaceAlignmentExpert(detector)


def test_another_device_is_refused_with_the_choice():
    with pytest.raises(LandmarkExpertError, match="'tpu'; it can on cpu, cuda and mps"):
        FaceAlignmentExpert(device="tpu")


def test_without_a_network_it_says_so_and_where_weights_may_be_copied(monkeypatch, empty_home):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setitem(sfd_detector.models_urls, "s3fd", NOWHERE.format("s3fd-619a316812.pth"))
    with pytest.raises(
        LandmarkExpertError, match=f"could not be downloaded.*network.*{empty_home}/hub/checkpoints"
    ):
        FaceAlignmentExpert()


@pytest.mark.parametrize("content", [b"", b"<html>Moved</html>"])
def test_damaged_weights_are_refused_with_where_they_lie(empty_home, content):
    checkpoints = empty_home / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    (checkpoints / "s3fd-619a316812.pth").write_bytes(content)
    with pytest.raises(LandmarkExpertError, match=f"could not be loaded.*delete them from {checkpoints}"):
        FaceAlignmentExpert()


def test_weights_with_code_in_them_are_not_run(empty_home, tmp_path):
    class Code:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").touch, ())

    checkpoints = empty_home / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    torch.save({"conv1_1.weight": Code()}, checkpoints / "s3fd-619a316812.pth")
    with pytest.raises(LandmarkExpertError, match="could not be loaded"):
        FaceAlignmentExpert()
    assert not tmp_path.joinpath("ran").exists()


def test_weights_of_another_net_are_refused(empty_home):
    checkpoints = empty_home / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    torch.save({"weight": torch.zeros(2)}, checkpoints / "s3fd-619a316812.pth")
    with pytest.raises(LandmarkExpertError, match="could not be loaded.*RuntimeError"):
        FaceAlignmentExpert()


@pytest.mark.parametrize(
    "error, what",
    [
        (ImportError("libGL.so.1: cannot open shared object file"), "apt-get install libgl1 libglib2.0-0"),
        (ModuleNotFoundError("No module named 'face_alignment'"), "pip install face-alignment"),
    ],
)
def test_what_cannot_be_imported_is_named_with_what_to_install(monkeypatch, error, what):
    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name == "face_alignment":
                raise error

    monkeypatch.delitem(sys.modules, "face_alignment")
    monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])
    with pytest.raises(LandmarkExpertError, match=what):
        FaceAlignmentExpert()


def test_the_library_is_imported_when_the_expert_is_made_and_not_before():
    early = "{'face_alignment', 'cv2', 'numba'} & {*sys.modules}"
    code = f"import sys, model.landmarks.face_alignment; sys.exit(bool({early}))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
