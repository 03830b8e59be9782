"""The mini landmark expert: faces and 68 points in drawn pictures and, more roughly, photographs; nothing to
download.

A detector looks for faces in an image pyramid (faces from about 5 % of the picture's longer side); for each
candidate, a coarse net finds rough points in the upright crop, and a fine net exact ones in a crop along the
face's own frame. Both nets may say that it is no face. Points follow iBUG-68. The vector is x0, y0, x1, y1,
... in face units (see `mini_geometry`), minus their mean and divided by their deviation over drawn faces:
place, size and rotation don't matter.

Trained on drawn faces (`model.mini.pretrain_landmarks`). Does not cover profiles, faces turned upside down,
or faces that are mostly hidden. Points on photographs are approximate.
"""

import hashlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor
from torch.nn import functional as F

from model.errors import LandmarkExpertError
from model.images import open_image
from model.landmarks import mini_geometry as geometry
from model.landmarks.base import Face, LandmarkExpert
from model.landmarks.mini_nets import COARSE_SIZE, DETECTOR_STRIDE, FINE_SIZE, POINTS, MiniNets, fused

WEIGHTS = Path(__file__).parent.parent / "mini" / "weights" / "landmarks.safetensors"
CROP_SIZE = 112  # px; the image processor scales a crop to its tower's side
COARSE_MARGIN = 1.35  # side of the coarse net's crop, in box sides
FINE_MARGIN = 1.12  # side of the fine net's crop, in sides of the aligned crop
LONGEST, SHORTEST = 512, 32  # px: longer side of the pyramid's finest and coarsest level
BORDER = 16  # px by which each level is continued, so that faces at the picture's edge have surroundings
PROPOSED = 0.25  # detector probability from which a place is looked at closely
CANDIDATES = 24  # looked at closely in one picture, the most probable first
IS_FACE = 0.7  # score from which it is a face; nearly all drawn faces score above .98


class MiniExpert(LandmarkExpert):
    """Our own small nets. Raises LandmarkExpertError where the weights are missing or damaged."""

    name = "mini"
    width = 2 * POINTS
    notice = "Trained on drawn faces; on photographs its landmarks are approximate."

    def __init__(self, weights: str | Path = WEIGHTS, crop_size: int = CROP_SIZE):
        self.crop_size = crop_size
        self._nets, digest = _read(Path(weights))
        self._revision = f"mini-{digest[:12]}"

    @property
    def revision(self) -> str:
        """ "mini-" and the start of the SHA-256 of the weights file."""
        return self._revision

    @torch.inference_mode()
    def find(self, picture: Image.Image) -> list[Face]:
        """The faces of an upright RGB picture, the surest first."""
        boxes = self._propose(picture)
        if not len(boxes):
            return []
        squares = geometry.box_to_square(boxes, COARSE_SIZE, COARSE_MARGIN)
        rough, likely = self._rough(
            torch.cat([geometry.cut(picture, m, COARSE_SIZE) for m in squares]), squares
        )
        keep = (likely > IS_FACE).nonzero().squeeze(1)
        keep = keep[geometry.distinct(geometry.face_boxes(rough[keep]), likely[keep])]
        if not len(keep):
            return []
        squares = fine_squares(rough[keep])
        points, sure = self._exact(torch.cat([geometry.cut(picture, m, FINE_SIZE) for m in squares]), squares)
        scores = torch.minimum(likely[keep], sure)
        faces = geometry.face_boxes(points)
        keep = [i for i in geometry.distinct(faces, scores) if scores[i] > IS_FACE]
        vectors = self.vectors(points)
        return [
            Face(tuple(faces[i].tolist()), float(scores[i]), points[i].numpy().copy(), vectors[i].copy())
            for i in keep
        ]

    def crop(self, image, face: Face) -> Image.Image:
        """The face upright, eyes level, from the upper forehead to below the chin: a square of `crop_size`
        px."""
        return self.aligned(open_image(image), face.points)

    @torch.inference_mode()
    def aligned(self, picture: Image.Image, points: np.ndarray) -> Image.Image:
        """`crop` for a picture that is open already and points (68, 2) in its px."""
        square = _aligned_squares(torch.from_numpy(np.asarray(points, np.float32))[None], self.crop_size)[0]
        return Image.fromarray(geometry.as_pixels(geometry.cut(picture, square, self.crop_size))[0])

    @torch.inference_mode()
    def landmarks_in(self, pictures: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points of one face a picture, without looking for it: the fast path for training sets.

        pictures (n, height, width, 3) uint8; boxes (n, 4) px, roughly right (to 10 % of their side). Returns
        points (n, 68, 2) float32 px and scores (n,) float32 0..1, as `detect` would give for such boxes.
        """
        batch = geometry.as_tensor(pictures)
        squares = geometry.box_to_square(
            torch.from_numpy(np.asarray(boxes, np.float32)), COARSE_SIZE, COARSE_MARGIN
        )
        rough, likely = self._rough(geometry.warp(batch, squares, COARSE_SIZE), squares)
        squares = fine_squares(rough)
        points, sure = self._exact(geometry.warp(batch, squares, FINE_SIZE), squares)
        return points.numpy(), torch.minimum(likely, sure).numpy()

    @torch.inference_mode()
    def vectors(self, points: np.ndarray | Tensor) -> np.ndarray:
        """(n, 68, 2) px -> (n, 136) float32: the facial priors of these faces."""
        coordinates = geometry.face_coordinates(torch.as_tensor(points, dtype=torch.float32))
        return ((coordinates - self._nets.vector_mean) / self._nets.vector_std).numpy()

    @torch.inference_mode()
    def crops(self, pictures: np.ndarray, points: np.ndarray) -> np.ndarray:
        """(n, height, width, 3) uint8 and (n, 68, 2) px -> (n, crop_size, crop_size, 3) uint8: `crop` for
        many."""
        squares = _aligned_squares(torch.from_numpy(np.asarray(points, np.float32)), self.crop_size)
        return geometry.as_pixels(geometry.warp(geometry.as_tensor(pictures), squares, self.crop_size))

    def _rough(self, crops: Tensor, squares: Tensor) -> tuple[Tensor, Tensor]:
        """Points in picture px and face probabilities, from crops cut along `squares` for the coarse net."""
        points, logits, _ = self._nets.coarse(crops.contiguous(memory_format=torch.channels_last))
        return geometry.apply(squares, points), logits.sigmoid()

    def _exact(self, crops: Tensor, squares: Tensor) -> tuple[Tensor, Tensor]:
        """The same by the fine net: mean of a crop and its mirror image, a tenth more exact than either."""
        both = torch.cat((crops, crops.flip(-1))).contiguous(memory_format=torch.channels_last)
        points, logits, _ = self._nets.fine(both)
        straight, mirrored = points.chunk(2)
        mirrored = mirrored[:, geometry.MIRRORED] * torch.tensor([-1.0, 1.0]) + torch.tensor([FINE_SIZE, 0.0])
        return geometry.apply(squares, (straight + mirrored) / 2), sum(logits.chunk(2)).div(2).sigmoid()

    def _propose(self, picture: Image.Image) -> Tensor:
        """Boxes (n, 4) in px where the detector thinks that faces may be, overlapping ones merged to the
        likeliest."""
        scale = min(LONGEST / max(picture.size), max(1.0, 2 * SHORTEST / max(picture.size)))
        size = tuple(max(1, round(side * scale)) for side in picture.size)
        small = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0).convert("L")
        level = torch.from_numpy(np.array(small, np.float32) / 255)[None, None]
        stretch = torch.tensor([picture.width / size[0], picture.height / size[1]]).repeat(2)
        boxes, scores, shrink = [], [], 1.0
        while True:
            found, likely = self._scan(level)
            boxes.append(found * shrink * stretch)
            scores.append(likely)
            if max(level.shape) // 2 < SHORTEST:
                break
            level, shrink = F.avg_pool2d(level, 2, ceil_mode=True, count_include_pad=False), shrink * 2
        boxes, scores = torch.cat(boxes), torch.cat(scores)
        return boxes[geometry.distinct(boxes, scores)[:CANDIDATES]]

    def _scan(self, level: Tensor) -> tuple[Tensor, Tensor]:
        """Boxes (n, 4) in the level's px and probabilities (n,) of one level (1, 1, height, width)."""
        height, width = level.shape[-2:]
        right, bottom = BORDER + -width % DETECTOR_STRIDE, BORDER + -height % DETECTOR_STRIDE
        logits, boxes = self._nets.detector(F.pad(level, (BORDER, right, BORDER, bottom), mode="replicate"))
        chosen = logits.sigmoid() > PROPOSED
        return boxes[chosen] - BORDER, logits[chosen].sigmoid()


def _aligned_squares(points: Tensor, size: int) -> Tensor:
    return geometry.compose(geometry.frames(points), geometry.square_to_face(size))


def fine_squares(points: Tensor) -> Tensor:
    """(n, 68, 2) rough points in px -> (n, 2, 3): px of the fine net's crop to the picture's."""
    return geometry.compose(geometry.frames(points), geometry.square_to_face(FINE_SIZE, FINE_MARGIN))


def _read(path: Path) -> tuple[MiniNets, str]:
    """The nets of a weights file, ready to run, and the file's SHA-256."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LandmarkExpertError(
            f"The mini landmark expert's weights could not be read from {path}: {error.strerror}. "
            "They are part of the repository; restore the file, or make it with "
            "`python -m model.mini.pretrain_landmarks`."
        ) from error
    nets = fused(MiniNets())
    try:
        nets.load_state_dict({name: value.float() for name, value in load(content).items()})
    except (SafetensorError, RuntimeError) as error:
        raise LandmarkExpertError(
            f"{path} does not hold the mini landmark expert's nets ({str(error).splitlines()[0]}). "
            "Restore the file from the repository, or make it with `python -m model.mini.pretrain_landmarks`."
        ) from error
    return nets.to(memory_format=torch.channels_last).eval(), hashlib.sha256(content).hexdigest()
