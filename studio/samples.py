"""The sample faces under the picture, and the outline of landmarks that stands there before any face is
given.

Drawn by `model.mini.draw` from fixed seeds; `python -m studio.samples` draws them again after the
renderer changes.
"""

from pathlib import Path

import numpy as np

from model.mini.geometry import face_landmarks, sample_identity

FOLDER = Path(__file__).parent / "static" / "samples"
SIDE = 480  # px

SAMPLES = {
    "smile": "Drawn face, smiling with lips parted",
    "startled": "Drawn face with raised brows and open mouth",
    "sorrow": "Drawn face with the lip corners pulled down",
    "frown": "Drawn face with lowered brows",
    "nose-wrinkle": "Drawn face with wrinkled nose",
    "dread": "Drawn face with raised, drawn-together brows and stretched lips",
}
"""File stem and alternative text, in the order of the page."""

_DRAWN = {
    "smile": (26, {"AU6": 0.8, "AU12": 0.9, "AU25": 0.7}),
    "startled": (25, {"AU1": 0.8, "AU2": 0.8, "AU5": 0.8, "AU25": 0.8, "AU26": 0.8}),
    "sorrow": (14, {"AU1": 0.9, "AU4": 0.5, "AU15": 0.9, "AU17": 0.6}),
    "frown": (34, {"AU4": 0.9, "AU7": 0.8, "AU23": 0.8}),
    "nose-wrinkle": (8, {"AU9": 0.9, "AU10": 0.8, "AU16": 0.5, "AU25": 0.5}),
    "dread": (15, {"AU1": 0.9, "AU2": 0.7, "AU4": 0.6, "AU5": 0.9, "AU20": 0.8, "AU25": 0.6}),
}
"""Seed of the person, and the action units shown with their intensities 0..1."""

OUTLINE = face_landmarks(sample_identity(np.random.default_rng(3)), {}) * 100
"""68 landmarks (68, 2) of a face at rest, in hundredths of a face unit: fine enough for whole numbers to
draw it.
"""


def sample_path(name: str) -> str:
    """The file of a sample. KeyError for any other name: the name comes from a visitor's browser."""
    if name not in SAMPLES:
        raise KeyError(f"There is no sample face named {name!r}. There are: {', '.join(SAMPLES)}.")
    return str(FOLDER / f"{name}.webp")


def main() -> None:
    """Draw all samples."""
    from PIL import Image

    from model.mini.draw import draw_face, plain_view

    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (seed, units) in _DRAWN.items():
        pixels, _ = draw_face(sample_identity(np.random.default_rng(seed)), units, plain_view(), SIDE)
        Image.fromarray(pixels).save(FOLDER / f"{name}.webp", quality=88, method=6)
        print(FOLDER / f"{name}.webp")


if __name__ == "__main__":
    main()
