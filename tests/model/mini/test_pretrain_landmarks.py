"""Training of the mini landmark expert, a few steps of it on a few faces."""

import numpy as np
import pytest
import torch

from model.landmarks.mini import MiniExpert
from model.mini import pretrain_landmarks
from model.mini.landmark_batches import detector_batch, point_batch
from model.mini.landmark_faces import drawn_face, drawn_faces
from model.mini.landmark_source import Source
from model.mini.pretrain_landmarks import arguments, averages, detector_loss, main, point_loss


@pytest.fixture(scope="module")
def source():
    pictures, points = zip(*(drawn_face("train", i) for i in range(24)), strict=True)
    return Source.of(np.stack(pictures), np.stack(points), seed=0)


@pytest.fixture
def nets(tmp_path):
    torch.manual_seed(0)
    return averages(tmp_path)


def generator():
    return torch.Generator().manual_seed(3)


@pytest.mark.parametrize("coarse", (True, False))
def test_point_batches_hold_faces_photographs_and_neither(source, nets, coarse):
    batch = point_batch(source, nets, 32, coarse, generator())
    assert batch.pictures.shape == (32, 3, *2 * (64 if coarse else 128,))
    assert batch.pictures.min() >= 0 and batch.pictures.max() <= 1
    assert 0 < batch.photo.sum() < batch.face.sum() < 32
    drawn = batch.points[(batch.face > 0) & ~batch.photo]
    inside = (drawn > 0) & (drawn < batch.pictures.shape[-1])
    assert inside.float().mean() > 0.97


def test_the_same_generator_gives_the_same_batch(source, nets):
    first, second = (point_batch(source, nets, 32, False, generator()) for _ in range(2))
    assert torch.equal(first.pictures, second.pictures) and torch.equal(first.points, second.points)
    first, second = (detector_batch(source, 16, generator()) for _ in range(2))
    assert torch.equal(first.pictures, second.pictures)


def test_a_quarter_of_the_detector_patches_has_no_face(source):
    boxes = detector_batch(source, 32, generator()).boxes
    assert boxes[24:].isnan().all() and not boxes[:8, 0].isnan().any()


def test_losses_fall_on_one_batch(source):
    torch.manual_seed(0)
    nets = pretrain_landmarks.MiniNets()
    crops, patches = point_batch(source, nets, 12, True, generator()), detector_batch(source, 12, generator())
    for net, loss_of, batch in ((nets.coarse, point_loss, crops), (nets.detector, detector_loss, patches)):
        optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3)
        losses = []
        for _ in range(12):
            optimiser.zero_grad()
            losses.append(loss_of(net, batch))
            losses[-1].backward()
            optimiser.step()
        assert losses[-1] < 0.7 * losses[0]


def test_training_writes_weights_that_load_and_a_finished_one_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(pretrain_landmarks, "BATCH", {"detector": 12, "coarse": 12, "fine": 12})
    monkeypatch.setattr(pretrain_landmarks, "drawn_faces", lambda folder, split, count: faces(count))
    out = tmp_path / "landmarks.safetensors"
    args = arguments(["--steps", "1", "--faces", "16", "--run", str(tmp_path / "run"), "--out", str(out)])
    main(args)
    assert MiniExpert(out).width == 136
    written = out.read_bytes()
    main(args)
    assert out.read_bytes() == written


def faces(count):
    pictures, points = zip(*(drawn_face("train", i) for i in range(count)), strict=True)
    return np.stack(pictures), np.stack(points)


def test_faces_on_disk_are_those_that_are_drawn(tmp_path):
    pictures, points = drawn_faces(tmp_path, "held-out", 3)
    again, _ = drawn_faces(tmp_path, "held-out", 3)
    picture, place = drawn_face("held-out", 2)
    assert np.array_equal(pictures[2], picture) and np.array_equal(points[2], place)
    assert np.array_equal(again, pictures)
