"""What every landmark expert is: a picture in, its faces out.

Pixels are those of the upright picture that `model.images.open_image` gives: x to the right, y down, (0, 0)
the upper left corner of the upper left pixel. Scores run from 0 to 1. An expert's vector is the facial prior
of one face, `width` numbers, exactly as the adapters trained with that expert saw it: it is not made
comparable between experts.

Does not cover tracking over time, recognition of persons, or faces in profile.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from PIL import Image

from model.errors import LandmarkExpertError, NoFaceFound
from model.images import MEAN_COLOUR, open_image

MARGIN = 0.25  # of the face's longer side, added on each side of the crop
FILLS = 0.55  # a face whose longer side is at least this part of the picture's longer edge fills the picture

Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Face:
    """One face: where it is, how sure the expert is, its landmarks, and the facial prior computed from them.

    box is (left, top, right, bottom) in px and may reach beyond the picture; score is 0..1; points is (N, 2)
    float32 px, (x, y) each; vector is (width,) float32.
    """

    box: Box
    score: float
    points: np.ndarray
    vector: np.ndarray

    @property
    def side(self) -> float:
        """The longer side of the box in px: the size by which faces are ordered."""
        left, top, right, bottom = self.box
        return max(right - left, bottom - top)


class LandmarkExpert(ABC):
    """Finds faces and their landmarks; subclasses fill in `find` and the three facts about themselves.

    name is the key in `model.landmarks.EXPERTS`, which adapters store; width is the length of the vector;
    notice is one sentence to show wherever the expert is offered (terms of its weights, downloads), or empty.
    """

    name: ClassVar[str]
    width: ClassVar[int]
    notice: ClassVar[str] = ""

    @property
    def revision(self) -> str:
        """What exactly ran (library version, hash of the weights), as predictions record it."""
        return self.name

    @abstractmethod
    def find(self, picture: Image.Image) -> list[Face]:
        """The faces of an upright RGB picture, in any order; an empty list where there is none."""

    def detect(self, image) -> list[Face]:
        """The faces in whatever `open_image` reads, largest first.

        Raises ImageError where it is not a picture, NoFaceFound where no face was found, LandmarkExpertError
        where the expert gives something other than `width` finite numbers for a face.
        """
        picture = open_image(image)
        faces = sorted(self.find(picture), key=lambda face: face.side, reverse=True)
        if not faces:
            raise NoFaceFound(
                f"No face was found in this picture of {picture.width}x{picture.height} px by the "
                f"{self.name} expert. Try one where the face is larger, sharper and seen from the front."
            )
        for face in faces:
            if face.vector.shape != (self.width,) or not np.isfinite(face.vector).all():
                raise LandmarkExpertError(
                    f"The {self.name} expert gave a facial prior of shape {face.vector.shape} where "
                    f"{self.width} finite numbers are expected: its weights are damaged or made for "
                    "something else. Replace them."
                )
        return faces

    def crop(self, image, face: Face) -> Image.Image:
        """The face as the vision tower should see it: a square around its box, or all of a picture it fills.

        The square is slid into the picture where it sticks out; what still sticks out is filled with CLIP's
        mean colour.
        """
        picture = open_image(image)
        return cut(picture, region(picture, face.box))


def fills(picture: Image.Image, box: Box) -> bool:
    """Whether a face with this box fills the picture, as in an aligned data set: then nothing is cut off."""
    left, top, right, bottom = box
    return max(right - left, bottom - top) >= FILLS * max(picture.size)


def region(picture: Image.Image, box: Box) -> tuple[int, int, int, int]:
    """The part of a picture that stands for a face: all where the face fills it, else a wider square."""
    if fills(picture, box):
        return 0, 0, picture.width, picture.height
    left, top, right, bottom = box
    side = max(1, round(max(right - left, bottom - top) * (1 + 2 * MARGIN)))
    x = _slide(round((left + right - side) / 2), side, picture.width)
    y = _slide(round((top + bottom - side) / 2), side, picture.height)
    return x, y, x + side, y + side


def cut(picture: Image.Image, part: tuple[int, int, int, int]) -> Image.Image:
    """That part of the picture, with CLIP's mean colour where it lies outside."""
    left, top, right, bottom = part
    piece = Image.new("RGB", (right - left, bottom - top), MEAN_COLOUR)
    piece.paste(picture, (-left, -top))
    return piece


def _slide(start: int, side: int, extent: int) -> int:
    """The start nearest to the given one at which the square lies inside, or is centred if it is larger."""
    if side >= extent:
        return (extent - side) // 2
    return min(max(start, 0), extent - side)


def box_normalised(points: np.ndarray) -> np.ndarray:
    """(N, 2) points in px -> (2N,) float32 x0, y0, x1, ... in [-1, 1], whatever the face's place and size.

    The origin is the centre of the points' own bounding box and 1 is half of its longer side, so the face
    keeps its proportions. The detector's box is not used: its jitter would become part of the prior.
    """
    points = np.asarray(points, dtype=np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    half = max(float((high - low).max()) / 2, 1e-6)  # all points in one place: zeros, not a division by zero
    return ((points - (low + high) / 2) / half).astype(np.float32).reshape(-1)
