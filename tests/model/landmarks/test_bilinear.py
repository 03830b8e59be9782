"""The stretch is OpenCV's, bit for bit."""

import numpy as np
import pytest
from face_alignment.utils import cv2  # as face-alignment brings it: only tests may need libGL
from hypothesis import given, settings
from hypothesis import strategies as st

from model.landmarks.bilinear import stretch


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700), st.integers(0, 10**6))
def test_any_shape_is_stretched_as_opencv_stretches_it(height, width, seed):
    picture = noise(height, width, seed)
    assert np.array_equal(stretch(picture, 192), cv2.resize(picture, (192, 192)))


@pytest.mark.parametrize("edge", [1, 2, 20, 96, 191, 192, 193, 224, 384, 576, 768, 1000])
def test_common_squares_are_stretched_as_opencv_stretches_them(edge):
    picture = noise(edge, edge)
    assert np.array_equal(stretch(picture, 192), cv2.resize(picture, (192, 192)))


@pytest.mark.parametrize("height, width", [(384, 192), (192, 384), (384, 300), (768, 384), (3000, 4000)])
def test_shapes_that_shrink_by_two_along_one_edge_only(height, width):
    picture = noise(height, width)
    assert np.array_equal(stretch(picture, 192), cv2.resize(picture, (192, 192)))


def test_the_picture_given_is_not_changed():
    picture = noise(192, 192)
    stretch(picture, 192)[:] = 0
    assert np.array_equal(picture, noise(192, 192))
