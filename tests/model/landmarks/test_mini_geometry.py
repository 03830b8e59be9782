"""Frames, crops and boxes of the mini expert: exact on shapes whose answer is known."""

import numpy as np
import pytest
import torch
from PIL import Image

from model.landmarks import mini_geometry as geometry
from model.mini.draw import sample_identity
from model.mini.geometry import face_landmarks


@pytest.fixture(scope="module")
def face():
    """A drawn person's points in face units, as px of a picture with 50 px a unit."""
    points = face_landmarks(sample_identity(np.random.default_rng(1)), {})
    return torch.from_numpy(points)[None] * 50 + 100


def moved(points, degrees, scale, shift):
    a = np.radians(degrees)
    turn = torch.tensor([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]], dtype=torch.float32)
    return points @ turn * scale + shift


def test_a_similarity_is_found_exactly(face):
    target = moved(face, 30, 2.0, 7.0)
    assert torch.allclose(geometry.apply(geometry.similarity(face, target), face), target, atol=1e-3)


def test_inverse_undoes_apply(face):
    matrix = geometry.similarity(face, moved(face, -50, 0.3, -20.0))
    assert torch.allclose(
        geometry.apply(geometry.inverse(matrix), geometry.apply(matrix, face)), face, atol=1e-2
    )


def test_compose_is_one_after_the_other(face):
    first, second = geometry.frames(face), geometry.square_to_face(100)
    both = geometry.compose(first, second)
    assert torch.allclose(
        geometry.apply(both, face), geometry.apply(first, geometry.apply(second, face)), atol=1e-2
    )


def test_face_coordinates_forget_place_size_and_rotation(face):
    expected = geometry.face_coordinates(face)
    assert torch.allclose(geometry.face_coordinates(moved(face, 25, 3.0, -40.0)), expected, atol=1e-4)


def test_expressions_hardly_move_the_frame():
    who = sample_identity(np.random.default_rng(2))
    still = torch.from_numpy(face_landmarks(who, {}))[None]
    loud = torch.from_numpy(
        face_landmarks(who, {"AU1": 1.0, "AU12": 1.0, "AU25": 1.0, "AU27": 1.0, "AU9": 1.0})
    )[None]
    assert torch.allclose(geometry.frames(still), geometry.frames(loud), atol=0.02)


def test_mirroring_twice_is_nothing():
    order = np.array(geometry.MIRRORED)
    assert np.array_equal(order[order], np.arange(68))


def test_a_warp_that_moves_nothing_gives_the_picture():
    picture = torch.rand(2, 3, 40, 40, generator=torch.Generator().manual_seed(0))
    still = torch.tensor([[1.0, 0, 0], [0, 1.0, 0]]).expand(2, -1, -1)
    assert torch.allclose(geometry.warp(picture, still, 40), picture, atol=1e-5)


def test_a_large_picture_is_averaged_not_sampled():
    checks = torch.tensor(np.indices((400, 400)).sum(axis=0) % 2, dtype=torch.float32)[None, None]
    far = torch.tensor([[8.0, 0, 0], [0, 8.0, 0]])[None]
    assert torch.allclose(geometry.warp(checks, far, 50), torch.full((1, 1, 50, 50), 0.5), atol=1e-5)


@pytest.mark.parametrize("scale", (0.4, 1.0, 2.9, 7.3))
@pytest.mark.parametrize("corner", ((-30.0, -30.0), (12.5, 40.2), (250.0, 180.0), (900.0, 900.0)))
def test_reading_only_a_part_gives_the_same_crop(scale, corner):
    pixels = np.random.default_rng(3).integers(0, 256, (240, 301, 3), dtype=np.uint8)
    a, b = scale * np.cos(0.3), scale * np.sin(0.3)
    square = torch.tensor([[a, -b, corner[0]], [b, a, corner[1]]], dtype=torch.float32)
    whole = geometry.warp(geometry.as_tensor(pixels), square[None], 32)
    assert torch.allclose(geometry.cut(Image.fromarray(pixels), square, 32), whole, atol=1e-4)


def test_boxes_hold_all_points_and_reach_above_the_brows(face):
    (left, top, right, bottom) = geometry.face_boxes(face)[0].tolist()
    assert left == face[0, :, 0].min() and right == face[0, :, 0].max() and bottom == face[0, :, 1].max()
    assert top < face[0, 17:27, 1].min() - 10


def test_of_overlapping_boxes_the_likeliest_remains():
    boxes = torch.tensor([[0, 0, 10, 10], [1, 1, 11, 11], [30, 30, 40, 40], [2, 2, 6, 6.0]])
    assert geometry.distinct(boxes, torch.tensor([0.6, 0.9, 0.7, 0.8])) == [1, 2]
