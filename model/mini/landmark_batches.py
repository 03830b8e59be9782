"""Training batches of the mini landmark expert: crops for its coarse and fine nets, patches for its detector.

Every function draws its randomness from the generator that it is given, so a batch is decided by that
generator's state. Pictures are float 0..1; points and boxes are px of these pictures. Each batch also says
which of its rows are faces at all, and which are photographs, whose points are only roughly known.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from model.landmarks import mini_geometry as geometry
from model.landmarks.mini import COARSE_MARGIN, FINE_MARGIN, fine_squares
from model.landmarks.mini_nets import COARSE_SIZE, FINE_SIZE, MiniNets
from model.mini import landmark_photos as photos
from model.mini.landmark_source import Source, between, disturb, grey, tinted, turned

PATCH = 96  # px: the detector's training patches


@dataclass
class Batch:
    """pictures; points (batch, 68, 2); face (batch,) 1 or 0; photo (batch,) bool: points are only roughly
    known."""

    pictures: Tensor
    points: Tensor
    face: Tensor
    photo: Tensor


def around(matrix: Tensor, size: int) -> Tensor:
    """The same turn and scale of a square of `size` px, about its middle instead of its corner."""
    middle = torch.full((1, 1, 2), size / 2)
    moved = matrix.clone()
    moved[:, :, 2] += (middle - geometry.apply(matrix, middle.expand(len(matrix), -1, -1))).squeeze(
        1
    ) + matrix[:, :, 2]
    return moved


def mirrored(pictures: Tensor, points: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Half of the rows left to right."""
    rows = (torch.rand(len(pictures), generator=rng) < 0.5).nonzero().squeeze(1)
    pictures[rows] = pictures[rows].flip(-1)
    other = points[rows][:, geometry.MIRRORED]
    points[rows] = other * torch.tensor([-1.0, 1.0]) + torch.tensor([float(pictures.shape[-1]), 0.0])
    return pictures, points


def _from_box(pictures: Tensor, points: Tensor, size: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Crops around the box that a detector would give, turned by up to 30 degrees."""
    count = len(pictures)
    turn = turned(between(count, -0.5, 0.5, rng), torch.ones(count))
    boxes = geometry.face_boxes(geometry.apply(turn, points))
    side = (boxes[:, 2:] - boxes[:, :2]).amax(dim=1, keepdim=True)
    shift = (torch.randn(count, 2, generator=rng) * 0.05).clamp(-0.14, 0.14) * side
    grow = (torch.randn(count, 1, generator=rng) * 0.09).clamp(-0.25, 0.25).exp()
    middle, half = (boxes[:, 2:] + boxes[:, :2]) / 2 + shift, (boxes[:, 2:] - boxes[:, :2]) / 2 * grow
    boxes = torch.cat((middle - half, middle + half), dim=1)
    matrix = geometry.compose(geometry.inverse(turn), geometry.box_to_square(boxes, size, COARSE_MARGIN))
    return geometry.warp(pictures, matrix, size), geometry.apply(geometry.inverse(matrix), points)


def _from_frame(pictures: Tensor, points: Tensor, size: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Crops along the frame that the coarse net's points would give."""
    count = len(pictures)
    jitter = turned(
        torch.randn(count, generator=rng) * 0.03, (torch.randn(count, generator=rng) * 0.03).exp()
    )
    jitter = around(jitter, size)
    jitter[:, :, 2] += torch.randn(count, 2, generator=rng) * 0.012 * size
    square = geometry.square_to_face(size, FINE_MARGIN).expand(count, -1, -1)
    matrix = geometry.compose(geometry.frames(points), geometry.compose(square, jitter))
    return geometry.warp(pictures, matrix, size), geometry.apply(geometry.inverse(matrix), points)


def point_batch(source: Source, nets: MiniNets, count: int, coarse: bool, rng: torch.Generator) -> Batch:
    """Crops for the coarse or the fine net: mostly drawn faces, some photographed ones, some that are no
    face.

    `nets` holds the nets that run before this one: what they take for faces in scenes without any is shown
    most often.
    """
    cut, size = (_from_box, COARSE_SIZE) if coarse else (_from_frame, FINE_SIZE)
    photo, none = (count // 6, count // 3) if coarse else (count // 10, count // 8)
    pictures, points = cut(*source.drawn(count - photo - none, rng), size, rng)
    rows = torch.randint(len(source.lfw), (photo,), generator=rng)
    lfw = F.interpolate(source.lfw[rows], scale_factor=3, mode="bicubic").clamp(0, 1)
    lfw_pictures, lfw_points = cut(tinted(lfw, rng), 3 * source.lfw_points.expand(photo, -1, -1), size, rng)
    pictures, points = mirrored(torch.cat((pictures, lfw_pictures)), torch.cat((points, lfw_points)), rng)
    part = none // 4
    empty = source.scenery(part, size, rng)
    beside = _beside(source, part, size, rng)
    mistaken = _mistaken(source, nets, none - 2 * part, coarse, rng)
    pictures = disturb(torch.cat((pictures, empty, beside, mistaken)), rng)
    kinds = torch.tensor([0] * (count - photo - none) + [1] * photo + [2] * none)
    points = torch.cat((points, torch.zeros(none, 68, 2)))
    return Batch(pictures, points, (kinds < 2).float(), kinds == 1)


@torch.no_grad()
def _mistaken(source: Source, nets: MiniNets, count: int, coarse: bool, rng: torch.Generator) -> Tensor:
    """Crops of what the earlier nets take for faces most, in four scenes without a face, half of them with
    decoys."""
    scenes = source.scenery(4, 192, rng)
    source.with_decoys(scenes[:2], (30, 180), rng)
    if torch.rand(1, generator=rng) < 0.5:
        scenes = F.avg_pool2d(scenes, 2)
    logits, boxes = nets.detector(grey(scenes))
    noise = between(logits.shape, 0, 4, rng)  # else it would be the same few every time
    found = (logits + noise).flatten().topk(3 * count).indices
    which, boxes = found // logits[0].numel(), boxes.flatten(0, 2)[found]
    squares = geometry.box_to_square(boxes, COARSE_SIZE, COARSE_MARGIN)
    if coarse:
        return geometry.warp(scenes[which[:count]], squares[:count], COARSE_SIZE)
    points, logits, _ = nets.coarse(geometry.warp(scenes[which], squares, COARSE_SIZE))
    found = (logits + between(logits.shape, 0, 2, rng)).topk(count).indices
    return geometry.warp(
        scenes[which[found]], fine_squares(geometry.apply(squares, points))[found], FINE_SIZE
    )


def _beside(source: Source, count: int, size: int, rng: torch.Generator) -> Tensor:
    """Crops that miss the face: a part of it, or a face much smaller than the crop, off its middle."""
    pictures, points = source.drawn(count, rng)
    boxes = geometry.face_boxes(points)
    side = (boxes[:, 2:] - boxes[:, :2]).amax(dim=1, keepdim=True)
    angle = between((count, 1), 0, 2 * math.pi, rng)
    near = torch.rand(count, 1, generator=rng) < 0.5
    scale = torch.where(near, between((count, 1), 0.25, 0.45, rng), between((count, 1), 1.0, 2.2, rng))
    far = torch.where(near, between((count, 1), 0.1, 0.6, rng), between((count, 1), 0.6, 1.0, rng) * scale)
    middle = (boxes[:, 2:] + boxes[:, :2]) / 2 + torch.cat((angle.cos(), angle.sin()), 1) * side * far
    half = side * scale / 2
    square = geometry.box_to_square(torch.cat((middle - half, middle + half), 1), size, COARSE_MARGIN)
    return geometry.warp(pictures, square, size)


@dataclass
class Patches:
    """pictures (batch, 1, PATCH, PATCH) grey; boxes (batch, 2, 4) px, with NaN where a patch has fewer than
    two faces."""

    pictures: Tensor
    boxes: Tensor


def detector_batch(source: Source, count: int, rng: torch.Generator) -> Patches:
    """Patches of pyramid levels with none, one or two faces, of all sizes from 10 to 100 px."""
    quarter = count // 4
    scene = source.scenery(2 * quarter, PATCH, rng)
    boxes = torch.full((count, 2, 4), float("nan"))
    whole, boxes[:quarter, 0] = _whole_pictures(source, quarter, rng)
    for layer in range(2):  # drawn faces cut out along an oval, over scenery
        rows = quarter if layer == 0 else quarter // 3
        scene[:rows], boxes[quarter : quarter + rows, layer] = _pasted(source, scene[:rows], rows, rng)
    source.with_decoys(scene[quarter + quarter // 3 :], (14, 80), rng)
    first, second = boxes[quarter : 2 * quarter, 0], boxes[quarter : 2 * quarter, 1]
    middle = (first[:, 2:] + first[:, :2]) / 2
    first[((middle > second[:, :2]) & (middle < second[:, 2:])).all(dim=1)] = float("nan")  # painted over
    photo_scene = source.scenery(quarter, PATCH, rng)
    photo, boxes[2 * quarter : 3 * quarter, 0] = _photographed(source, photo_scene, rng)
    pictures = disturb(torch.cat((whole, scene[:quarter], photo, scene[quarter:])), rng)
    flip = torch.rand(count, generator=rng) < 0.5
    pictures = torch.where(flip[:, None, None, None], pictures.flip(-1), pictures)
    other = torch.stack((PATCH - boxes[..., 2], boxes[..., 1], PATCH - boxes[..., 0], boxes[..., 3]), dim=-1)
    return Patches(grey(pictures), torch.where(flip[:, None, None], other, boxes))


def _placed(points: Tensor, rng: torch.Generator, turn: float) -> tuple[Tensor, Tensor]:
    """Somewhere in a patch, at some size: (patch px -> picture px, boxes in the patch)."""
    count = len(points)
    boxes = geometry.face_boxes(points)
    side = (boxes[:, 2:] - boxes[:, :2]).amax(dim=1)
    wanted = between(count, math.log(12), math.log(84), rng).exp()
    matrix = turned(between(count, -turn, turn, rng), side / wanted)
    aim = between((count, 2), 0.05, 0.95, rng) * PATCH
    matrix[:, :, 2] = (boxes[:, 2:] + boxes[:, :2]) / 2 - (matrix[:, :, :2] @ aim[:, :, None]).squeeze(2)
    return matrix, geometry.face_boxes(geometry.apply(geometry.inverse(matrix), points))


def _whole_pictures(source: Source, count: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    pictures, points = source.drawn(count, rng)
    matrix, boxes = _placed(points, rng, turn=0.25)
    return geometry.warp(pictures, matrix, PATCH), boxes


def _pasted(source: Source, scene: Tensor, count: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    pictures, points = source.drawn(count, rng)
    matrix, boxes = _placed(points, rng, turn=0.45)
    places = geometry.compose(geometry.inverse(geometry.frames(points)), matrix)  # patch px -> face units
    steps = torch.arange(PATCH) + 0.5
    grid = (
        torch.stack(torch.meshgrid(steps, steps, indexing="xy"), dim=-1).view(1, -1, 2).expand(count, -1, -1)
    )
    spread = torch.stack((between(count, 1.1, 1.5, rng), between(count, 1.35, 1.9, rng)), dim=1)
    distance = ((geometry.apply(places, grid) - torch.tensor([0.0, 0.05])) / spread[:, None]).norm(dim=-1)
    mask = ((1 - distance) * 8 + 0.5).clamp(0, 1).view(count, 1, PATCH, PATCH)
    return scene * (1 - mask) + geometry.warp(pictures, matrix, PATCH) * mask, boxes


def _photographed(source: Source, scene: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """LFW faces, half of them faded into scenery, half continued by their edge."""
    count, side = len(scene), photos.LFW_SIDE
    rows = torch.randint(len(source.lfw), (count,), generator=rng)
    matrix, boxes = _placed(source.lfw_points.expand(count, -1, -1), rng, turn=0.35)
    steps = torch.arange(PATCH) + 0.5
    grid = (
        torch.stack(torch.meshgrid(steps, steps, indexing="xy"), dim=-1).view(1, -1, 2).expand(count, -1, -1)
    )
    places = geometry.apply(matrix, grid)
    edge = torch.minimum(places, side - places).amin(dim=-1)
    mask = (edge / between((count, 1), 0.3, 4, rng)).clamp(0, 1).view(count, 1, PATCH, PATCH)
    mask = torch.where(torch.rand(count, 1, 1, 1, generator=rng) < 0.3, 1.0, mask)
    return scene * (1 - mask) + geometry.warp(tinted(source.lfw[rows], rng), matrix, PATCH) * mask, boxes
