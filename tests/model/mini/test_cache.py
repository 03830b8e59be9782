"""Faces as the model gets to see them: as the processor makes them, with their truth, drawn once."""

import numpy as np
import pytest
import torch
from PIL import Image

from model.mini import cache
from model.mini.cache import Seen, near, resized, seen
from model.mini.faces import face

N = 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("faces")


@pytest.fixture(scope="module")
def some(folder, expert):
    return seen(folder, "validation", N, expert, workers=0)


def test_pixels_are_those_of_the_processor(fresh):
    crops = np.random.default_rng(0).integers(0, 256, (3, 112, 112, 3), np.uint8)
    crops[2] = face("test", 0, 112).picture
    ours = Seen(resized(crops), torch.zeros(3, 136), torch.zeros(3, 27)).pixels(np.arange(3))
    theirs = fresh[1].pixels([Image.fromarray(crop) for crop in crops])
    assert ours.shape == theirs.shape
    assert torch.allclose(ours, theirs, rtol=0, atol=1e-6)


def test_pixels_come_in_the_order_asked_for(some):
    every = some.pixels(np.arange(N))
    assert torch.equal(some.pixels(np.array([4, 0, 4, 1])), every[[4, 0, 4, 1]])


def test_light_varies_only_where_a_generator_is_given(some):
    varied, again = (some.pixels(np.arange(N), np.random.default_rng(2)) for _ in range(2))
    assert torch.equal(varied, again)
    assert not torch.allclose(varied, some.pixels(np.arange(N)), atol=0.05)


def test_labels_are_those_of_the_drawn_face(some):
    for number in range(N):
        drawn = face("validation", number)
        assert some.labels(number) == (drawn.emotion, drawn.action_units)


def test_crops_and_vectors_are_nearly_what_the_expert_would_give(some, expert):
    drawn = [face("validation", number) for number in range(N)]
    crops = expert.crops(np.stack([f.picture for f in drawn]), np.stack([f.points for f in drawn]))
    assert np.abs(resized(crops).astype(int) - some.crops).mean() < 6
    exact = expert.vectors(np.stack([f.points for f in drawn]))
    assert 0.01 < np.abs(exact - some.vectors.numpy()).mean() < 0.5


def test_faces_on_disk_are_not_drawn_again(some, folder, expert, monkeypatch):
    monkeypatch.setattr(cache, "faces", None)
    again = seen(folder, "validation", N, expert)
    assert len(again) == N and np.array_equal(again.crops, some.crops)
    assert torch.equal(again.vectors, some.vectors) and torch.equal(again.truth, some.truth)


def test_points_stray_as_far_as_stated_and_always_alike():
    points = np.stack([face("train", number).points for number in range(8)])
    strayed = near(points, 256)
    assert np.array_equal(strayed, near(points, 256)) and not np.array_equal(strayed, near(points, 512))
    width = np.linalg.norm(points[:, 16] - points[:, 0], axis=1)[:, None, None]
    assert ((strayed - points) / width).std() == pytest.approx(cache.JITTER, rel=0.1)
