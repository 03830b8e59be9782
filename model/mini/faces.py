"""The drawn faces that mini EmoLA is trained and measured on, each decided by a split name and a number.

Splits never share a person: every (split, index) seeds its own identity. Nothing is stored; a face is
drawn again whenever it is asked for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from model.mini.draw import SIDE, draw_face, sample_identity, sample_view
from model.mini.expressions import sample_expression

SPLITS = {"train": 1, "validation": 2, "test": 3}


@dataclass(frozen=True)
class DrawnFace:
    """A picture (size, size, 3) uint8 RGB with its truth: points (68, 2) px, emotion, AU intensities 0..1."""

    picture: np.ndarray
    points: np.ndarray
    emotion: str
    intensities: dict[str, float]

    @property
    def action_units(self) -> list[str]:
        """Names of the AUs that are present."""
        return list(self.intensities)


def face(split: str, index: int, size: int = SIDE) -> DrawnFace:
    """Face number `index` of a split ("train", "validation", "test")."""
    rng = np.random.default_rng((SPLITS[split], index))
    who = sample_identity(rng)
    emotion, intensities = sample_expression(rng)
    picture, points = draw_face(who, intensities, sample_view(rng), size)
    return DrawnFace(picture, points, emotion, intensities)


def faces(split: str, indices: Iterable[int], size: int = SIDE, workers: int = 0) -> Iterator[DrawnFace]:
    """Faces of a split in order, drawn by `workers` processes (0: in this one)."""
    jobs = ((split, int(i), size) for i in indices)
    if workers == 0:
        yield from (face(*job) for job in jobs)
        return
    with get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(_face, jobs, chunksize=64)


def _face(job: tuple[str, int, int]) -> DrawnFace:
    return face(*job)
