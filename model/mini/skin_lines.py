"""Wrinkles, furrows and dimples that action units press into the skin, plus faint ones that come with age.

Lines follow the face's landmarks, so that they stay where the expression puts the parts beside them.
Places and widths in face units (see `model.mini.geometry`), strengths 0..1, all chosen by eye to be seen
at 112 px.
"""

from collections.abc import Iterator

import numpy as np

from model.mini.geometry import strengths
from model.mini.identity import Identity

Line = tuple[np.ndarray, float, float]
"""A skin line: points (n, 2) in face units, width in face units, strength 0..1."""


def skin_lines(who: Identity, au: dict[str, float], points: np.ndarray) -> list[Line]:
    """The lines of a person who shows these AUs, in the order in which they are painted.

    points: this face's landmarks (68, 2) in face units, as `face_landmarks` gives them.
    """
    t, p, age = strengths(au), points.astype(float), 0.2 * who.age
    return [
        *_brows(t, p, age),
        *_eyes(t, p, age),
        *_nose(t, p),
        *_corners(t, p, age),
        *_chin(t, p),
        *_lips(t, p),
    ]


def _arc(x0: float, y0: float, x1: float, y1: float, bend: float, n: int = 7) -> np.ndarray:
    """A bowed line (n, 2) between two points; `bend` is its sagitta, positive to the left of the way."""
    s = np.linspace(0, 1, n)
    dx, dy = x1 - x0, y1 - y0
    length = max(np.hypot(dx, dy), 1e-6)
    bow = 4 * bend * s * (1 - s)
    return np.stack([x0 + dx * s + dy / length * bow, y0 + dy * s - dx / length * bow], 1)


def _both(points: np.ndarray, width: float, strength: float) -> Iterator[Line]:
    """A line and its mirror image."""
    yield points, width, strength
    yield points * (-1, 1), width, strength


def _brows(t: np.ndarray, p: np.ndarray, age: float) -> Iterator[Line]:
    inner, outer = p[22, 1], p[25, 1]
    across = ((-0.70, 0.34, 1.0, 0.7), (-0.82, 0.30, 0.9, 0.6), (-0.94, 0.22, 0.6, 0.3))
    for y, reach, raised, old in across:
        strength = t[1] * raised or age * old
        if strength > 0.05:
            y = y + 0.25 * (inner + 0.40)
            yield _arc(-reach, y, reach, y, 0.05 if t[1] else -0.05), 0.022, strength
    if t[2]:
        for y, raised in ((-0.68, 1.0), (-0.79, 0.85), (-0.90, 0.55)):
            end = y + 0.2 + 0.2 * (outer + 0.45)
            yield from _both(_arc(0.40, y + 0.02, 0.84, end, 0.07), 0.022, t[2] * raised)
    if t[4]:
        yield from _both(_arc(0.055, -0.50, 0.075, -0.24, 0.015), 0.028, t[4])
        yield _arc(-0.05, -0.20, 0.05, -0.20, -0.01), 0.02, 0.7 * t[4]


def _eyes(t: np.ndarray, p: np.ndarray, age: float) -> Iterator[Line]:
    out, low = p[45, 0], p[46, 1]
    crow = t[6] or 0.6 * age
    if crow > 0.05:
        for dy, tip in ((-0.06, -0.15), (0.0, -0.03), (0.05, 0.09)):
            end = out + 0.10 + 0.16 * max(t[6], 0.4)
            yield from _both(_arc(out + 0.06, -0.15 + dy, end, -0.15 + tip * 1.1, 0.01), 0.02, crow)
    if t[6]:
        yield from _both(_arc(0.24, low + 0.12, 0.70, low + 0.06, -0.075), 0.032, t[6])
    if t[7]:
        yield from _both(_arc(0.25, low + 0.045, 0.60, low + 0.04, -0.035), 0.022, t[7])
        lid = _arc(0.27, p[43, 1] - 0.035, 0.60, p[44, 1] - 0.03, 0.02)
        yield from _both(lid, 0.022, 0.8 * t[7])


def _nose(t: np.ndarray, p: np.ndarray) -> Iterator[Line]:
    x, y = p[35]
    if t[9]:
        for bridge in (-0.12, -0.03, 0.06):
            yield _arc(-0.12, bridge, 0.12, bridge, -0.05), 0.024, t[9]
        yield from _both(_arc(0.10, -0.22, 0.17, 0.02, -0.03), 0.022, t[9])
        yield from _both(_arc(x + 0.05, y - 0.12, x + 0.09, y + 0.05, 0.03), 0.026, t[9])
    if t[10]:
        yield from _both(_arc(x + 0.03, y - 0.05, x + 0.20, y + 0.16, 0.055), 0.032, t[10])


def _corners(t: np.ndarray, p: np.ndarray, age: float) -> Iterator[Line]:
    (wing_x, wing_y), (x, y) = p[35], p[54]
    fold = t[12] or age
    if fold > 0.05:
        bend = 0.07 * (t[12] or 0.5)
        yield from _both(_arc(wing_x + 0.06, wing_y, x + 0.13, y + 0.05, bend), 0.03, fold)
    if t[14]:
        yield from _both(_arc(x + 0.055, y - 0.10, x + 0.055, y + 0.10, 0.06), 0.045, t[14])
        yield from _both(_arc(x + 0.02, y - 0.03, x + 0.02, y + 0.03, 0.01), 0.06, t[14])
    if t[15]:
        yield from _both(_arc(x + 0.02, y + 0.03, x + 0.03, y + 0.21, 0.04), 0.03, t[15])


def _chin(t: np.ndarray, p: np.ndarray) -> Iterator[Line]:
    low = p[57, 1]
    if t[16]:
        yield _arc(-0.24, low + 0.075, 0.24, low + 0.075, 0.03), 0.032, t[16]
        yield from _both(_arc(0.27, low - 0.02, 0.33, low + 0.10, 0.02), 0.024, 0.9 * t[16])
    if t[17]:
        middle = (low + p[8, 1]) / 2 + 0.03
        yield _arc(-0.20, middle - 0.02, 0.20, middle - 0.02, 0.09), 0.034, t[17]
        for x, y in ((-0.09, 0.05), (0.0, 0.03), (0.09, 0.05), (-0.045, 0.11), (0.045, 0.11)):
            pit = _arc(x - 0.022, middle + y, x + 0.022, middle + y, -0.008, 3)
            yield pit, 0.035, 0.9 * t[17]


def _lips(t: np.ndarray, p: np.ndarray) -> Iterator[Line]:
    (x, y), top, low = p[54], p[51, 1], p[57, 1]
    if t[20]:
        for dy in (-0.05, 0.03, 0.10):
            yield from _both(_arc(x + 0.05, y + dy, x + 0.19, y + dy * 1.3, 0.0, 3), 0.022, t[20])
    if t[23]:
        for across in (-0.20, -0.12, -0.04, 0.04, 0.12, 0.20):
            yield _arc(across, top - 0.095, across * 0.92, top - 0.02, 0.0, 3), 0.02, t[23]
            yield _arc(across * 0.92, low + 0.025, across, low + 0.09, 0.0, 3), 0.02, t[23]
    if t[24]:
        yield _arc(-0.24, top - 0.035, 0.24, top - 0.035, 0.045), 0.026, t[24]
        yield _arc(-0.24, low + 0.035, 0.24, low + 0.035, -0.045), 0.026, t[24]
        yield from _both(_arc(x + 0.03, y - 0.06, x + 0.03, y + 0.06, 0.03), 0.024, 0.9 * t[24])
    if t[27]:
        yield from _both(_arc(x + 0.12, y - 0.25, x + 0.13, y + 0.22, 0.05), 0.026, t[27])
