"""What all experts have from their base: order, checks, crops, and the normalisation of points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from model.errors import LandmarkExpertError
from model.images import MEAN_COLOUR
from model.landmarks import EXPERTS, expert_class, get_expert
from model.landmarks.base import Face, LandmarkExpert, box_normalised


class Given(LandmarkExpert):
    """Finds the faces that it was given."""

    name = "given"
    width = 4

    def __init__(self, *faces):
        self.faces = list(faces)

    def find(self, picture):
        return self.faces


def face(*box, vector=(0, 0, 0, 0)):
    return Face(box, 0.5, np.zeros((2, 2), np.float32), np.array(vector, np.float32))


def test_faces_come_largest_first():
    small, wide, tall = face(0, 0, 10, 10), face(0, 0, 30, 10), face(0, 0, 10, 20)
    assert Given(small, wide, tall).detect(Image.new("RGB", (100, 100))) == [wide, tall, small]


@pytest.mark.parametrize("vector", [(1, 2, 3), (1, 2, 3, float("nan")), (1, 2, 3, float("inf"))])
def test_a_vector_that_no_adapter_could_use_is_refused(vector):
    with pytest.raises(LandmarkExpertError, match="given expert gave a facial prior .* 4 finite numbers"):
        Given(face(0, 0, 9, 9, vector=vector)).detect(Image.new("RGB", (100, 100)))


def test_a_small_face_is_cropped_as_a_square_with_a_margin():
    picture = Image.new("RGB", (200, 100), "white")
    picture.paste((255, 0, 0), (80, 30, 110, 70))
    crop = Given().crop(picture, face(80, 30, 110, 70))
    assert crop.size == (60, 60)  # 40 px and a quarter of that on each side
    red = np.argwhere(np.asarray(crop)[..., 1] == 0)
    assert red.min(axis=0).tolist() == [10, 15] and red.max(axis=0).tolist() == [49, 44]


@pytest.mark.parametrize("box", [(0, 0, 40, 40), (160, 60, 200, 100), (-10, -10, 30, 30)])
def test_a_crop_is_slid_into_the_picture(box):
    picture = Image.new("RGB", (200, 100), "white")
    assert np.asarray(Given().crop(picture, face(*box))).min() == 255


def test_what_a_crop_lacks_is_filled_with_the_mean_colour():
    picture = Image.new("RGB", (400, 100), "white")
    crop = Given().crop(picture, face(100, 0, 200, 100))
    assert crop.size == (150, 150)
    assert crop.getpixel((75, 10)) == MEAN_COLOUR and crop.getpixel((75, 75)) == (255, 255, 255)


def test_a_face_that_fills_the_picture_is_not_cropped():
    picture = Image.new("RGB", (224, 200), "white")
    assert Given().crop(picture, face(50, 30, 170, 170)).size == (224, 200)


def test_an_unknown_expert_is_refused_with_the_known():
    with pytest.raises(
        LandmarkExpertError, match=f"no landmark expert named 'dlib'. There are: {', '.join(EXPERTS)}"
    ):
        get_expert("dlib")


@pytest.mark.parametrize("name", EXPERTS)
def test_experts_are_landmark_experts(name):
    assert issubclass(expert_class(name), LandmarkExpert)


points = arrays(np.float64, (68, 2), elements=st.floats(0, 1000, width=32)).filter(
    lambda p: np.ptp(p, axis=0).max() > 1
)


@given(points, st.floats(0.05, 20), st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)))
def test_place_and_size_do_not_change_normalised_points(points, scale, shift):
    assert np.allclose(box_normalised(points * scale + shift), box_normalised(points), atol=1e-4)


@given(points)
def test_normalised_points_span_minus_one_to_one_and_keep_proportions(points):
    normal = box_normalised(points).reshape(68, 2)
    assert np.abs(normal).max() == pytest.approx(1, abs=1e-6)
    assert np.allclose(normal.max(axis=0) + normal.min(axis=0), 0, atol=1e-5)
    extent = np.ptp(points, axis=0)
    assert np.allclose(np.ptp(normal, axis=0), 2 * extent / extent.max(), atol=1e-5)


def test_points_all_in_one_place_give_zeros():
    assert not box_normalised(np.full((68, 2), 7.0)).any()
