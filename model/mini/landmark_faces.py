"""Drawn faces on disk, to train and judge the mini landmark expert: pictures and points as memory-mapped
arrays.

`faces.npy` is (n, SIDE, SIDE, 3) uint8 RGB and `points.npy` (n, 68, 2) float32 px. Face number i of a split
is decided by (split seed, i) alone, so any number of processes gives the same file. Held-out faces are other
persons than those trained on. 30,000 faces take 3.3 GB and about a minute on two cores.
"""

import multiprocessing
import os
from pathlib import Path

import numpy as np
from tqdm import tqdm

from model.mini.draw import draw_face, sample_identity, sample_view
from model.mini.expressions import sample_expression

SIDE = 192
SEEDS = {"train": 6801, "held-out": 6802}
CHUNK = 100


def drawn_face(split: str, index: int, size: int = SIDE) -> tuple[np.ndarray, np.ndarray]:
    """Face number `index` of a split: picture (size, size, 3) uint8, points (68, 2) float32 px."""
    rng = np.random.default_rng([SEEDS[split], index])
    identity = sample_identity(rng)
    _, intensities = sample_expression(rng)
    return draw_face(identity, intensities, sample_view(rng), size)


def _chunk(task: tuple[str, int, int]) -> tuple[int, np.ndarray, np.ndarray]:
    split, start, end = task
    pictures, points = zip(*(drawn_face(split, i) for i in range(start, end)), strict=True)
    return start, np.stack(pictures), np.stack(points)


def drawn_faces(folder: Path, split: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first `count` faces of a split, drawn into `folder` where they are not there yet; read-only
    arrays."""
    folder = Path(folder) / f"{split}-{count}"
    done = folder / "done"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pictures = np.lib.format.open_memmap(
            folder / "faces.npy", mode="w+", dtype=np.uint8, shape=(count, SIDE, SIDE, 3)
        )
        points = np.lib.format.open_memmap(
            folder / "points.npy", mode="w+", dtype=np.float32, shape=(count, 68, 2)
        )
        tasks = [(split, start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
        # Spawned, because a fork after torch has started its threads can hang.
        with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
            progress = tqdm(
                pool.imap_unordered(_chunk, tasks), total=len(tasks), desc=f"drawing {split} faces"
            )
            for start, some_pictures, some_points in progress:
                pictures[start : start + len(some_pictures)] = some_pictures
                points[start : start + len(some_points)] = some_points
        pictures.flush()
        points.flush()
        done.write_text(f"{count} faces\n")
    return np.load(folder / "faces.npy", mmap_mode="r"), np.load(folder / "points.npy", mmap_mode="r")


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("runs/landmark-faces"))
    parser.add_argument("--faces", type=int, default=30_000)
    parser.add_argument("--held-out", type=int, default=1_500)
    args = parser.parse_args()
    drawn_faces(args.data, "held-out", args.held_out)
    drawn_faces(args.data, "train", args.faces)
