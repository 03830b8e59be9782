"""Who a drawn person is: everything that an expression does not change.

Lengths are in face units (see `model.mini.geometry`), colours RGB 0..255. Ranges were chosen for faces
that differ at first sight, not after any population.
"""

from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Identity:
    """One drawn person. `seed` decides what no other field says: red of the cheeks, backdrop, noise.

    squareness: exponent of the jaw's superellipse, 2 is round. age: 0..1, strength of the lines at rest.
    hairstyle: 0 none, 1-3 ever longer, 4 full and round, 5 high forehead, 6 short. beard: 0 none, 1 stubble,
    2 full, 3 moustache. glasses: 0 none, 1 dark, 2 round.
    """

    seed: int
    face_width: float
    chin: float
    squareness: float
    eye_size: float
    eye_gap: float
    eye_tilt: float
    brow_height: float
    brow_arch: float
    brow_thickness: float
    nose_width: float
    nose_length: float
    mouth_width: float
    mouth_height: float
    lip_thickness: float
    mouth_tilt: float
    age: float
    skin: Colour
    hair: Colour
    iris: Colour
    lips: Colour
    hairstyle: int
    hair_volume: float
    beard: int
    glasses: int


SKINS = (
    (255, 224, 196),
    (246, 205, 172),
    (232, 184, 148),
    (214, 160, 120),
    (186, 128, 90),
    (150, 98, 66),
    (112, 70, 48),
    (82, 52, 38),
)
HAIRS = (
    (28, 22, 20),
    (52, 34, 24),
    (92, 58, 36),
    (140, 92, 50),
    (196, 158, 96),
    (150, 66, 36),
    (170, 170, 172),
    (222, 220, 214),
    (60, 60, 64),
)
IRISES = ((72, 44, 26), (98, 66, 36), (70, 96, 60), (64, 104, 140), (110, 120, 126))


def sample_identity(rng: np.random.Generator) -> Identity:
    """Draw a person. The same generator state gives the same person: the order of draws is part of it."""

    def about(mean: float, spread: float) -> float:
        return float(mean + spread * np.clip(rng.normal(), -2, 2))

    def tinted(colour: Colour, spread: float) -> Colour:
        shade = 1 + 0.1 * np.clip(rng.normal(), -1.5, 1.5)
        return tuple(int(c) for c in np.clip(np.array(colour) * shade + rng.normal(0, spread, 3), 12, 255))

    skin = tinted(SKINS[rng.integers(len(SKINS))], 5)
    lip = np.array(skin) * (0.80, 0.56, 0.54) + np.array((26, 4, 8)) * rng.uniform(0, 2.2)
    return Identity(
        seed=int(rng.integers(2**31)),
        face_width=about(1.0, 0.05),
        chin=about(1.27, 0.05),
        squareness=float(rng.uniform(2.0, 2.7)),
        eye_size=about(1.0, 0.06),
        eye_gap=about(0.43, 0.015),
        eye_tilt=about(0.0, 0.012),
        brow_height=about(-0.41, 0.014),
        brow_arch=about(0.07, 0.014),
        brow_thickness=about(0.055, 0.012),
        nose_width=about(0.17, 0.018),
        nose_length=about(0.36, 0.022),
        mouth_width=about(0.35, 0.02),
        mouth_height=about(0.73, 0.022),
        lip_thickness=about(0.075, 0.010),
        mouth_tilt=about(0.0, 0.008),
        age=float(max(0.0, rng.uniform(-0.6, 1.0))),
        skin=skin,
        hair=tinted(HAIRS[rng.integers(len(HAIRS))], 8),
        iris=tinted(IRISES[rng.integers(len(IRISES))], 6),
        lips=tuple(int(c) for c in np.clip(lip, 20, 245)),
        hairstyle=int(rng.integers(7)),
        hair_volume=float(rng.uniform(0.9, 1.2)),
        beard=int(rng.choice(4, p=(0.78, 0.08, 0.07, 0.07))),
        glasses=int(rng.choice(3, p=(0.84, 0.08, 0.08))),
    )
