"""The drawn faces as EmoLA gets to see them, kept on disk between runs.

A split becomes three arrays: crops (n, 16, 16, 3) uint8, vectors (n, 136) float32 and truth (n, 27)
float32 (20 AUs as 0/1, then the emotion one-hot). Crops and vectors are those that the mini landmark
expert would make of the drawn points, give or take `JITTER`, about its own error: running its nets on
every face would take ten times as long, and what is trained so reads the expert's own landmarks as well
(within half a point of F1). Measuring always runs the expert.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from model.facs import FABA
from model.landmarks.mini import MiniExpert
from model.mini.expressions import EMOTIONS
from model.mini.faces import DrawnFace, faces
from model.mini.fresh import IMAGE_SIDE, LANDMARK_WIDTH

CHUNK = 256
JITTER = 0.0035
"""Standard deviation of a landmark's noise, of the distance between the jaw's ends."""
LABELS = (*FABA, *EMOTIONS)


@dataclass(frozen=True)
class Seen:
    """One split as the model sees it: crops, vectors and truth as the module says, face by face."""

    crops: np.ndarray
    vectors: torch.Tensor
    truth: torch.Tensor

    def __len__(self) -> int:
        return len(self.crops)

    def pixels(self, indices: np.ndarray, rng: np.random.Generator | None = None) -> torch.Tensor:
        """Crops as the image processor would give them, (n, 3, 16, 16) float32, in the order of `indices`.

        With `rng`, brightness and contrast vary a little from face to face.
        """
        # The crops lie on disk, which is read faster in its own order.
        order = np.argsort(np.argsort(indices))
        x = torch.from_numpy(self.crops[np.sort(indices)][order]).permute(0, 3, 1, 2).float() / 255
        if rng is not None:
            gain = torch.from_numpy(rng.uniform(0.8, 1.2, (len(indices), 1, 1, 1)).astype(np.float32))
            bias = torch.from_numpy(rng.uniform(-0.1, 0.1, (len(indices), 1, 1, 1)).astype(np.float32))
            x = (x * gain + bias).clamp(0, 1)
        return (x - MEAN) / STD

    def labels(self, index: int) -> tuple[str, list[str]]:
        """(emotion, action units) of one face."""
        units, emotions = self.truth[index].split((len(FABA), len(EMOTIONS)))
        present = [code for code, on in zip(FABA, units.tolist(), strict=True) if on > 0]
        return EMOTIONS[int(emotions.argmax())], present


# CLIP's, as in the processor's configuration.
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)


def seen(folder: Path, split: str, count: int, expert: MiniExpert, workers: int = 2) -> Seen:
    """Faces 0 .. count-1 of a split; from `folder` where they are there already."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{split}-{count}-{IMAGE_SIDE}px-{expert.revision}"
    done, crops_file = folder / f"{name}.npz", folder / f"{name}-crops.npy"
    if not done.exists():
        crops = np.lib.format.open_memmap(crops_file, "w+", np.uint8, (count, IMAGE_SIDE, IMAGE_SIDE, 3))
        vectors = np.zeros((count, LANDMARK_WIDTH), np.float32)
        truth = np.zeros((count, len(LABELS)), np.float32)
        start = 0
        bar = tqdm(total=count, desc=f"faces for {split}", mininterval=5)
        for chunk in _chunks(faces(split, range(count), workers=workers)):
            stop = start + len(chunk)
            points = near(np.stack([f.points for f in chunk]), start)
            crops[start:stop] = resized(expert.crops(np.stack([f.picture for f in chunk]), points))
            vectors[start:stop] = expert.vectors(points)
            for row, drawn in enumerate(chunk, start):
                truth[row] = [label in drawn.intensities or label == drawn.emotion for label in LABELS]
            bar.update(len(chunk))
            start = stop
        bar.close()
        crops.flush()
        np.savez(done, vectors=vectors, truth=truth)
    arrays = np.load(done)
    return Seen(
        np.load(crops_file, mmap_mode="r"),
        torch.from_numpy(arrays["vectors"]),
        torch.from_numpy(arrays["truth"]),
    )


def near(points: np.ndarray, start: int) -> np.ndarray:
    """Points (n, 68, 2) px with noise, decided by the number of the first face."""
    noise = np.random.default_rng((9, start)).standard_normal(points.shape).astype(np.float32)
    width = np.linalg.norm(points[:, 16] - points[:, 0], axis=1)[:, None, None]
    return points + noise * width * JITTER


def resized(crops: np.ndarray) -> np.ndarray:
    """(n, side, side, 3) uint8 to the tower's side, as its image processor does it."""
    size = (IMAGE_SIDE, IMAGE_SIDE)
    return np.stack(
        [np.asarray(Image.fromarray(crop).resize(size, Image.Resampling.BICUBIC)) for crop in crops]
    )


def _chunks(drawn: Iterator[DrawnFace]) -> Iterator[list[DrawnFace]]:
    while chunk := list(islice(drawn, CHUNK)):
        yield chunk
