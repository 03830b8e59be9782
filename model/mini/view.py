"""How a drawn face is seen: where it stands, how it is turned and lit, and what the camera does to it.

Angles are radians within about 25 degrees, places and scale fractions of the picture's side. Does not
cover profiles, occlusion or more than one light.
"""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class View:
    """One way of seeing a face.

    scale: half the width of a face. light: how much brighter one side is, in the direction light_angle.
    brightness, contrast, tint (R, G, B): factors. noise: standard deviation, of 255. blur: px of a 192 px
    picture. backdrop: its seed; 1 is plain.
    """

    centre: tuple[float, float]
    scale: float
    roll: float
    yaw: float
    pitch: float
    light: float
    light_angle: float
    brightness: float
    contrast: float
    tint: tuple[float, float, float]
    grey: bool
    noise: float
    blur: float
    backdrop: int


def plain_view(backdrop: int = 1) -> View:
    """The view of exemplars and samples: straight, evenly lit, clean."""
    return View(
        centre=(0.5, 0.53),
        scale=0.30,
        roll=0,
        yaw=0,
        pitch=0,
        light=0.16,
        light_angle=0.8,
        brightness=1.0,
        contrast=1.0,
        tint=(1, 1, 1),
        grey=False,
        noise=0.0,
        blur=0.0,
        backdrop=backdrop,
    )


def sample_view(rng: np.random.Generator) -> View:
    """Draw a view. The same generator state gives the same view: the order of draws is part of it."""
    turn = np.clip(rng.normal(0, 1, 3), -2.2, 2.2)
    return View(
        centre=(float(rng.uniform(0.43, 0.57)), float(rng.uniform(0.47, 0.57))),
        scale=float(rng.uniform(0.23, 0.32)),
        roll=float(turn[0] * 0.08),
        yaw=float(turn[1] * 0.13),
        pitch=float(turn[2] * 0.08),
        light=float(rng.uniform(0.05, 0.4)),
        light_angle=float(rng.uniform(0, 2 * np.pi)),
        brightness=float(rng.uniform(0.75, 1.15)),
        contrast=float(rng.uniform(0.8, 1.15)),
        tint=tuple(float(x) for x in rng.uniform(0.92, 1.08, 3)),
        grey=bool(rng.random() < 0.1),
        noise=float(rng.uniform(0, 9) if rng.random() < 0.7 else 0),
        blur=float(rng.uniform(0.2, 0.8) if rng.random() < 0.35 else 0),
        backdrop=int(rng.integers(1, 2**31)),
    )


def turned(view: View, **changes) -> View:
    """The same view with some of its parts changed."""
    return replace(view, **changes)
