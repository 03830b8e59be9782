"""What training pictures of the mini landmark expert are cut from, and how cameras disturb them.

Every function draws its randomness from the generator that it is given, so a batch is decided by that
generator's state. Pictures are (batch, 3, height, width) float 0..1; points are px.
"""

import io
import math
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from model.landmarks import mini_geometry as geometry
from model.mini import landmark_photos as photos

DECOY = 64  # px


@dataclass
class Source:
    """Where batches come from: drawn faces (memory-mapped), background windows, photographed faces."""

    faces: np.ndarray
    points: np.ndarray
    backgrounds: Tensor
    lfw: Tensor
    lfw_points: Tensor

    @classmethod
    def of(cls, faces: np.ndarray, points: np.ndarray, seed: int) -> "Source":
        some = torch.from_numpy(np.array(points[:2000]))
        average = geometry.face_coordinates(some).mean(dim=0).view(68, 2)
        return cls(
            faces, points, photos.backgrounds(600, seed), photos.lfw_faces(), photos.lfw_points(average)
        )

    def drawn(self, count: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        rows = torch.randint(len(self.faces), (count,), generator=rng).sort().values.numpy()
        return geometry.as_tensor(self.faces[rows]), torch.from_numpy(self.points[rows])

    def decoys(self, count: int, rng: torch.Generator) -> Tensor:
        """Faces upside down or with their halves swapped, which are none: (count, 3, DECOY, DECOY)."""
        lfw = self.lfw[torch.randint(len(self.lfw), (count // 2,), generator=rng)]
        lfw = tinted(F.interpolate(lfw, size=DECOY, mode="bicubic").clamp(0, 1), rng)
        pictures, points = self.drawn(count - count // 2, rng)
        drawn = geometry.warp(
            pictures, geometry.box_to_square(geometry.face_boxes(points), DECOY, 1.0), DECOY
        )
        decoys = torch.cat((lfw, drawn))[torch.randperm(count, generator=rng)]
        quarter, half = count // 4, DECOY // 2
        decoys[:quarter] = decoys[:quarter].flip(-2)
        decoys[quarter : 2 * quarter] = decoys[quarter : 2 * quarter].roll(half, dims=-2)
        decoys[2 * quarter : 3 * quarter] = decoys[2 * quarter : 3 * quarter].roll(half, dims=-1)
        decoys[3 * quarter :] = decoys[3 * quarter :].roll((half, half), dims=(-2, -1))
        return decoys

    def with_decoys(self, scenes: Tensor, sides: tuple[float, float], rng: torch.Generator) -> Tensor:
        """Paste one decoy into each of these scenes, in place; sides are px."""
        size = scenes.shape[-1]
        for scene, decoy in zip(scenes, self.decoys(len(scenes), rng), strict=True):
            side = int(between(1, math.log(sides[0]), math.log(sides[1]), rng).exp())
            x, y = torch.randint(size - side + 1, (2,), generator=rng).tolist()
            scene[:, y : y + side, x : x + side] = F.interpolate(
                decoy[None], size=side, mode="bilinear", antialias=True
            )[0]
        return scenes

    def scenery(self, count: int, size: int, rng: torch.Generator) -> Tensor:
        """Backgrounds turned and scaled at random, (count, 3, size, size)."""
        rows = torch.randint(len(self.backgrounds), (count,), generator=rng)
        turn = turned(between(count, -0.6, 0.6, rng), (between(count, -0.7, 1, rng)).exp() * 128 / size)
        turn[:, :, 2] = 128 + between((count, 2), -60, 60, rng) - turn[:, :, :2].sum(dim=2) * size / 2
        return geometry.warp(self.backgrounds[rows].float() / 255, turn, size)


def between(shape, low: float, high: float, rng: torch.Generator) -> Tensor:
    """Uniform numbers."""
    return torch.rand(shape, generator=rng) * (high - low) + low


def turned(angle: Tensor, scale: Tensor) -> Tensor:
    """(batch,) radians and scales -> (batch, 2, 3) without shift."""
    a, b = angle.cos() * scale, angle.sin() * scale
    zero = torch.zeros_like(a)
    return torch.stack((torch.stack((a, -b, zero), -1), torch.stack((b, a, zero), -1)), -2)


def disturb(pictures: Tensor, rng: torch.Generator) -> Tensor:
    """Colour, light, blur, noise and JPEG as cameras and the web add them, in place; a fifth of the pictures
    stay clean.

    Each kind touches only its rows, because passes over whole batches cost more than a training step of a
    small net.
    """
    count, _, size, _ = pictures.shape

    def chosen(chance: float) -> Tensor:
        return (torch.rand(count, generator=rng) < chance).nonzero().squeeze(1)

    rows = chosen(0.2)
    half = F.interpolate(F.avg_pool2d(pictures[rows], 2), size=size, mode="bilinear")
    pictures[rows] = pictures[rows].lerp(half, between((len(rows), 1, 1, 1), 0.2, 1, rng))
    rows = chosen(0.15)
    pictures[rows] = grey(pictures[rows]).expand(-1, 3, -1, -1)
    rows = chosen(0.6)
    gain = between((len(rows), 1, 1, 1), 0.5, 1.3, rng) * between((len(rows), 3, 1, 1), 0.75, 1.25, rng)
    pictures[rows] = pictures[rows] * gain + between((len(rows), 1, 1, 1), -0.15, 0.15, rng)
    rows = chosen(0.3)
    noise = torch.randn((len(rows), 1, size, size), generator=rng)
    pictures[rows] += noise * between((len(rows), 3, 1, 1), 0, 0.04, rng)
    pictures.clamp_(0, 1)
    for row in chosen(0.08).tolist():
        pictures[row] = _jpeg(pictures[row], int(torch.randint(30, 85, (1,), generator=rng)))
    return pictures


def _jpeg(picture: Tensor, quality: int) -> Tensor:
    stream = io.BytesIO()
    Image.fromarray((picture * 255).byte().permute(1, 2, 0).contiguous().numpy()).save(
        stream, "JPEG", quality=quality
    )
    return geometry.as_tensor(np.array(Image.open(stream)))[0]


def tinted(grey: Tensor, rng: torch.Generator) -> Tensor:
    """(batch, 1, h, w) -> RGB in skin-like tints, so that colour does not tell photographs from drawings."""
    tint = torch.tensor([1.1, 0.95, 0.85]).view(1, 3, 1, 1) + between((len(grey), 3, 1, 1), -0.12, 0.12, rng)
    return (grey * torch.where(torch.rand(len(grey), 1, 1, 1, generator=rng) < 0.6, tint, 1.0)).clamp(0, 1)


def grey(pictures: Tensor) -> Tensor:
    """(batch, 3, h, w) -> (batch, 1, h, w) by luma."""
    return (pictures * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
