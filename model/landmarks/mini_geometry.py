"""Geometry of the mini landmark expert: the canonical frame, crops along it, boxes, and the vector's
coordinates.

Face units are those of a frontal face of average proportions: x to the picture's right, y down, the jaw's
ends at x = -1 and 1, eye corners at y = -0.15, chin near y = 1.3. A face's *frame* is the similarity
(rotation, one scale, shift) that carries face units to its picture's px: a (2, 3) matrix, fitted to the
points that expressions move least. Px count from the upper left corner of the upper left pixel.

Pictures are (channels, height, width) tensors or batches of them. Does not cover perspective: a turned head
stays turned.
"""

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

ANCHORS = (0, 16, 27, 28, 29, 30, 36, 39, 42, 45)  # jaw ends, nose bridge, eye corners (iBUG-68)
ANCHOR_PLACES = (
    (-1.0, -0.12), (1.0, -0.12), (0.0, -0.15), (0.0, 0.0), (0.0, 0.157), (0.0, 0.31),
    (-0.62, -0.15), (-0.24, -0.135), (0.24, -0.135), (0.62, -0.15),
)  # fmt: skip
CROP_CENTRE = (0.0, 0.18)  # face units
CROP_HALF = 1.3  # face units: half the side of the aligned crop, from the upper forehead to below the chin
OVERLAP = 0.4  # intersection over union from which two boxes are one face
INSIDE = 0.7  # of the smaller box inside the larger from which, too, they are one face
SPARSE = 1.5  # px between samples beyond which a picture is averaged down
FOREHEAD = 0.3  # of the distance from brows to chin, by which the box reaches above the brows
MIRRORED = (
    *range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46,
    39, 38, 37, 36, 41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65,
)  # fmt: skip
"""MIRRORED[i] is the point that point i becomes where the picture is mirrored left to right."""


def similarity(source: Tensor, target: Tensor) -> Tensor:
    """The least-squares similarity that carries source points to target points, each (..., n, 2): (..., 2,
    3)."""
    source_mean, target_mean = source.mean(dim=-2, keepdim=True), target.mean(dim=-2, keepdim=True)
    s, t = source - source_mean, target - target_mean
    power = s.square().sum(dim=(-2, -1)).clamp_min(1e-9)
    a = (s * t).sum(dim=(-2, -1)) / power
    b = (s[..., 0] * t[..., 1] - s[..., 1] * t[..., 0]).sum(dim=-1) / power
    linear = torch.stack((torch.stack((a, -b), -1), torch.stack((b, a), -1)), -2)
    shift = target_mean.squeeze(-2) - (linear @ source_mean.transpose(-1, -2)).squeeze(-1)
    return torch.cat((linear, shift.unsqueeze(-1)), dim=-1)


def apply(matrix: Tensor, points: Tensor) -> Tensor:
    """Carry points (..., n, 2) through (..., 2, 3) matrices."""
    return points @ matrix[..., :2].transpose(-1, -2) + matrix[..., 2].unsqueeze(-2)


def inverse(matrix: Tensor) -> Tensor:
    """The inverse of (..., 2, 3) similarities; a degenerate one gives large numbers, not an error."""
    a, b = matrix[..., 0, 0], matrix[..., 1, 0]
    power = (a * a + b * b).clamp_min(1e-12)
    linear = torch.stack((torch.stack((a, b), -1), torch.stack((-b, a), -1)), -2) / power[..., None, None]
    return torch.cat((linear, -(linear @ matrix[..., 2:])), dim=-1)


def frames(points: Tensor) -> Tensor:
    """The frames (batch, 2, 3) of faces with these points (batch, 68, 2) in px."""
    places = torch.tensor(ANCHOR_PLACES, dtype=points.dtype, device=points.device)
    return similarity(places.expand(len(points), -1, -1), points[:, ANCHORS])


def square_to_face(size: int, margin: float = 1.0) -> Tensor:
    """(2, 3): px of an aligned crop of `size` px to face units; `margin` widens the crop beyond the usual
    one."""
    step = 2 * CROP_HALF * margin / size
    return torch.tensor(
        [[step, 0, CROP_CENTRE[0] - step * size / 2], [0, step, CROP_CENTRE[1] - step * size / 2]],
        dtype=torch.float32,
    )


def compose(outer: Tensor, inner: Tensor) -> Tensor:
    """The matrix of doing `inner` first and `outer` after it, each (..., 2, 3)."""
    linear = outer[..., :2] @ inner[..., :2]
    return torch.cat((linear, outer[..., :2] @ inner[..., 2:] + outer[..., 2:]), dim=-1)


def box_to_square(boxes: Tensor, size: int, margin: float) -> Tensor:
    """(batch, 2, 3): px of an upright square crop of `size` px to the px in which boxes (batch, 4) are
    given."""
    side = (boxes[:, 2:] - boxes[:, :2]).amax(dim=1) * margin
    corner = (boxes[:, 2:] + boxes[:, :2]) / 2 - side[:, None] / 2
    step = side / size
    zero = torch.zeros_like(step)
    return torch.stack(
        (torch.stack((step, zero, corner[:, 0]), -1), torch.stack((zero, step, corner[:, 1]), -1)), -2
    )


def face_boxes(points: Tensor) -> Tensor:
    """(batch, 68, 2) -> boxes (batch, 4) left, top, right, bottom: around all points and the lower
    forehead."""
    brows = points[:, 17:27]
    forehead = brows + FOREHEAD * (brows.mean(dim=1, keepdim=True) - points[:, 8:9])
    every = torch.cat((points, forehead), dim=1)
    return torch.cat((every.amin(dim=1), every.amax(dim=1)), dim=1)


def distinct(boxes: Tensor, scores: Tensor) -> list[int]:
    """Rows of the boxes that remain, likeliest first, where each takes away those that overlap it."""
    remaining = scores.argsort(descending=True).tolist()
    kept: list[int] = []
    area = (boxes[:, 2:] - boxes[:, :2]).clamp_min(0).prod(dim=1)
    while remaining:
        best = remaining.pop(0)
        kept.append(best)
        rest = torch.tensor(remaining, dtype=torch.long)
        low = torch.maximum(boxes[rest, :2], boxes[best, :2])
        high = torch.minimum(boxes[rest, 2:], boxes[best, 2:])
        common = (high - low).clamp_min(0).prod(dim=1)
        # The smaller box counts too: a detector of several scales likes to find a face again inside a face.
        same = (common > OVERLAP * (area[rest] + area[best] - common)) | (
            common > INSIDE * torch.minimum(area[rest], area[best])
        )
        remaining = rest[~same].tolist()
    return kept


def warp(pictures: Tensor, to_picture: Tensor, size: int) -> Tensor:
    """Cut squares out of pictures: (batch, c, h, w) and (batch, 2, 3) square px -> picture px; (batch, c,
    size, size).

    Samples bilinearly. Where samples would lie more than `SPARSE` px apart, the picture is averaged down
    first, so that a large face is not sampled into noise. Beyond its edge a picture is continued by its
    outermost px.
    """
    shrink = (to_picture[:, :, 0].norm(dim=1) / SPARSE).ceil().clamp_min(1).to(torch.int64)
    factors = shrink.unique().tolist()
    if len(factors) == 1:
        return _warp(pictures, to_picture, size, factors[0])
    out = pictures.new_empty((len(pictures), pictures.shape[1], size, size))
    for factor in factors:
        rows = (shrink == factor).nonzero().squeeze(1)
        out[rows] = _warp(pictures[rows], to_picture[rows], size, factor)
    return out


def _warp(pictures: Tensor, to_picture: Tensor, size: int, factor: int) -> Tensor:
    if factor > 1:
        pictures = F.avg_pool2d(pictures, factor, ceil_mode=True, count_include_pad=False)
    height, width = pictures.shape[-2:]
    steps = torch.arange(size, dtype=torch.float32, device=pictures.device) + 0.5
    across = (to_picture[:, :, 0, None] * steps)[:, :, None, :]
    down = (to_picture[:, :, 1, None] * steps)[:, :, :, None]
    places = across + down + to_picture[:, :, 2, None, None]
    extent = torch.tensor([width * factor, height * factor], dtype=torch.float32, device=pictures.device)
    grid = places.permute(0, 2, 3, 1) * (2 / extent) - 1
    return F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


def cut(picture: Image.Image, square: Tensor, size: int) -> Tensor:
    """(1, 3, size, size) along a (2, 3) matrix, square px -> picture px, as `warp`; reads only that part of
    the picture."""
    corners = apply(square, torch.tensor([[0, 0], [size, 0], [0, size], [size, size]], dtype=torch.float32))
    factor = max(1, int(np.ceil(float(square[:, 0].norm()) / SPARSE)))
    low = ((corners.amin(dim=0) / factor).floor() - 2) * factor  # on the grid on which `warp` averages
    high = ((corners.amax(dim=0) / factor).ceil() + 2) * factor
    left, top = (
        min(max(0, int(v)), (extent - 1) // factor * factor)
        for v, extent in zip(low, picture.size, strict=True)
    )
    right, bottom = (
        max(start + 1, min(int(v), extent))
        for v, extent, start in zip(high, picture.size, (left, top), strict=True)
    )
    part = as_tensor(np.asarray(picture.crop((left, top, right, bottom))))
    moved = torch.cat((square[:, :2], square[:, 2:] - torch.tensor([[left], [top]])), dim=1)
    return warp(part, moved[None], size)


def face_coordinates(points: Tensor) -> Tensor:
    """(batch, 68, 2) px -> (batch, 136): x0, y0, x1, y1, ... in face units, free of place, size and
    rotation."""
    return apply(inverse(frames(points)), points).flatten(1)


def as_tensor(picture: np.ndarray) -> Tensor:
    """(height, width, 3) or (batch, height, width, 3) uint8 -> (batch, 3, height, width) float, 0..1."""
    batch = torch.from_numpy(np.require(picture, requirements=("C", "W")))
    batch = batch if batch.ndim == 4 else batch[None]
    return batch.permute(0, 3, 1, 2).to(torch.float32).div_(255)


def as_pixels(pictures: Tensor) -> np.ndarray:
    """(batch, 3, height, width) float, 0..1 -> (batch, height, width, 3) uint8."""
    return (pictures * 255).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()
