"""A picture that is drawn on in face units: projection, smooth outlines, filled and stroked.

Face units as in `model.mini.geometry`; colours RGB 0..255, opacity 0..255. Knows nothing about faces but
that a head is an ellipsoid with a nose.
"""

from functools import lru_cache

import aggdraw
import numpy as np
from PIL import Image

from model.mini.identity import Colour, Identity
from model.mini.view import View

_ANGLES = np.linspace(0, 2 * np.pi, 25)[:-1]
CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], 1)
"""24 points (24, 2) on the unit circle."""


class Canvas:
    """A square picture of `size` px with one person's colours and one view's projection.

    `image` holds what was drawn once `agg` is flushed. `rng` serves backdrop and noise, decided by view
    and person.
    """

    def __init__(self, who: Identity, view: View, size: int):
        self.who, self.view, self.size = who, view, size
        self.unit = view.scale * size
        self.rng = np.random.default_rng((view.backdrop, who.seed))
        self.image = Image.new("RGB", (size, size))
        self.agg = aggdraw.Draw(self.image)
        skin = np.array(who.skin, float)
        self.crease = whole(skin * (0.50, 0.40, 0.36))
        self.shade = whole(skin * (0.80, 0.72, 0.68))
        self.glow = whole(np.minimum(skin * (1.12, 1.1, 1.08) + 8, 255))
        c, s = np.cos(view.roll), np.sin(view.roll)
        self.turn = np.array([[c, s], [-s, c]])

    def project(self, points: np.ndarray) -> np.ndarray:
        """Face units (n, 2) to px (n, 2). The head is an ellipsoid with a nose, turned by yaw and pitch."""
        x, y = points[:, 0], points[:, 1]
        z = 0.75 * np.sqrt(np.clip(1.25 - (x / 1.1) ** 2 - (y / 1.75) ** 2, 0, None))
        z = z + 0.22 * np.exp(-((x / 0.14) ** 2) - ((y - 0.28) / 0.2) ** 2)
        yaw, pitch = self.view.yaw, self.view.pitch
        x2 = x * np.cos(yaw) + (z - 0.4) * np.sin(yaw)
        y2 = y * np.cos(pitch) + (z - 0.4) * np.sin(pitch)
        flat = np.stack([x2, y2], 1) @ self.turn
        return flat * self.unit + np.array(self.view.centre) * self.size

    def fill(self, points: np.ndarray, colour: Colour, opacity: float = 255, smooth: bool = True) -> None:
        """Fill a closed outline (n, 2); smooth: a curve through its points."""
        outline = self.project(curve(points, closed=True) if smooth else points)
        self.agg.polygon(outline.ravel().tolist(), None, aggdraw.Brush(tuple(colour), int(opacity)))

    def line(
        self, points: np.ndarray, colour: Colour, width: float, opacity: float = 255, smooth: bool = True
    ) -> None:
        """Stroke an open line (n, 2); width in face units, never below half a px."""
        path = self.project(curve(points, closed=False) if smooth else points)
        pen = aggdraw.Pen(tuple(colour), max(0.5, width * self.unit), int(min(opacity, 255)))
        self.agg.line(path.ravel().tolist(), pen)

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: Colour, opacity: float = 255) -> None:
        """Fill an upright ellipse with its centre at (x, y)."""
        self.fill(CIRCLE * (rx, ry) + (x, y), colour, opacity, smooth=False)


def whole(colour: np.ndarray) -> Colour:
    """A computed colour (3,) as whole numbers."""
    return tuple(int(c) for c in colour)


def darker(colour: Colour, factor: float) -> Colour:
    """A colour times a factor."""
    return tuple(int(c * factor) for c in colour)


def curve(points: np.ndarray, closed: bool) -> np.ndarray:
    """A Catmull-Rom curve through points (n, 2), as about four times as many."""
    return _weights(len(points), closed) @ points


@lru_cache(maxsize=64)
def _weights(count: int, closed: bool) -> np.ndarray:
    """Rows of weights that turn `count` points into a curve: (4 count, count), open (4 count - 3, count)."""
    rows = []
    for i in range(count if closed else count - 1):
        for s in np.arange(4) / 4:
            basis = 0.5 * np.array(
                [-s + 2 * s**2 - s**3, 2 - 5 * s**2 + 3 * s**3, s + 4 * s**2 - 3 * s**3, s**3 - s**2]
            )
            row = np.zeros(count)
            for k, b in zip((i - 1, i, i + 1, i + 2), basis, strict=True):
                row[k % count if closed else min(max(k, 0), count - 1)] += b
            rows.append(row)
    if not closed:
        rows.append(np.eye(count)[-1])
    return np.array(rows)
