"""The painted parts that tell who a drawn person is: backdrop, hair, head, beard, glasses.

Each function paints on a `Canvas`; those that follow an expression take the face's landmarks `p` (68, 2)
in face units. Numbers are places in face units, chosen by eye.
"""

import aggdraw
import numpy as np

from model.mini.canvas import CIRCLE, Canvas, darker, whole


def backdrop(b: Canvas) -> None:
    """A plain wall or some random shapes, then shoulders and neck."""
    rng, size, plain = b.rng, b.size, b.view.backdrop == 1
    wall = (222, 218, 210) if plain else whole(rng.integers(20, 240, 3))
    b.agg.rectangle((0, 0, size, size), None, aggdraw.Brush(wall))
    for _ in range(0 if plain else int(rng.integers(0, 6))):
        corners = rng.uniform(-0.2, 1.2, (int(rng.integers(3, 7)), 2)) * size
        brush = aggdraw.Brush(whole(rng.integers(10, 250, 3)), int(rng.integers(60, 255)))
        b.agg.polygon(corners.ravel().tolist(), None, brush)
    shirt = (96, 122, 128) if plain else whole(rng.integers(20, 230, 3))
    b.fill(np.array([(-1.9, 3.4), (-1.7, 2.1), (-0.6, 1.62), (0.6, 1.62), (1.7, 2.1), (1.9, 3.4)]), shirt)
    b.fill(np.array([(-0.5, 0.7), (0.5, 0.7), (0.56, 1.72), (0, 1.95), (-0.56, 1.72)]), b.shade)


def hair_behind(b: Canvas) -> None:
    """Long or round hair, and the ears on it."""
    volume, style, w = b.who.hair_volume, b.who.hairstyle, b.who.face_width
    if style in (1, 2, 3):
        low = {1: 0.7, 2: 1.35, 3: 1.8}[style]
        x = 1.16 * w * volume
        right = [(0.7, -1.45), (x, -0.7), (x * 1.04, 0.3), (x, low), (0.6, low + 0.1)]
        left = [(-0.6, low + 0.1), (-x, low), (-x * 1.04, 0.3), (-x, -0.7)]
        b.fill(np.array([(-0.7, -1.45), *right, *left]), darker(b.who.hair, 0.8))
    elif style == 4:
        b.ellipse(0, -0.65, 1.35 * w * volume, 1.15 * volume, b.who.hair)
    for side in (-1, 1):
        b.ellipse(side * 1.0 * w, -0.02, 0.13, 0.24, b.shade)


def head(b: Canvas, p: np.ndarray) -> None:
    """Jaw and skull, lighter in the middle, with cheeks."""
    jaw, w = p[:17], b.who.face_width
    right = [(0.98 * w, -0.45), (0.86 * w, -0.95), (0.45 * w, -1.32)]
    left = [(-0.45 * w, -1.32), (-0.86 * w, -0.95), (-0.98 * w, -0.45)]
    b.fill(np.concatenate([jaw, np.array([*right, (0, -1.42), *left])]), b.who.skin)
    for step in range(4):
        b.ellipse(0, -0.05, 0.72 - 0.16 * step, 1.05 - 0.22 * step, b.glow, 16)
    b.line(jaw, b.crease, 0.018, 120)
    for side in (-1, 1):
        b.ellipse(side * 0.52, 0.28, 0.24, 0.2, (214, 90, 84), 14 + 8 * (b.who.seed % 4))


def hair_front(b: Canvas) -> None:
    """The hair over the forehead."""
    style, w, volume = b.who.hairstyle, b.who.face_width, b.who.hair_volume
    if style == 0:
        return
    left = [(-1.04 * w, -0.35), (-1.08 * w, -0.9), (-0.62 * w, -1.44 * volume)]
    right = [(0.62 * w, -1.44 * volume), (1.08 * w, -0.9), (1.04 * w, -0.35)]
    crown = np.array([*left, (0, -1.56 * volume), *right])
    part = 0.25 if style % 2 else -0.15
    fringe = np.array([(0.93 * w, -0.72), (0.6, -1.02), (part, -1.16), (-0.6, -1.02), (-0.93 * w, -0.72)])
    if style == 5:
        fringe = fringe + (0, -0.1)
    b.fill(np.concatenate([crown, fringe]), b.who.hair)


def beard(b: Canvas, p: np.ndarray) -> None:
    """Stubble, beard or moustache; it follows jaw and lips."""
    kind = b.who.beard
    hair, jaw, lips = darker(b.who.hair, 0.8), p[:17], p[48:60]
    if kind in (1, 2):
        x, y = np.split(jaw[2:15][::-1] * (0.80, 1) + (0, -0.02), 2, axis=1)
        # Below the mouth the upper edge comes down, so that lips stay free.
        upper = np.where(np.abs(x) < 0.45, np.maximum(y - 0.2, lips[9, 1] + 0.12), y)
        b.fill(np.concatenate([jaw[2:15], np.concatenate([x, upper], 1)]), hair, 70 if kind == 1 else 215)
    if kind in (2, 3):
        top, corner, bow = p[33, 1] + 0.04, lips[2, 1] - 0.03, lips[3, 1] - 0.03
        above = [(-0.27, corner), (-0.12, top + 0.03), (0, top + 0.05), (0.12, top + 0.03), (0.27, corner)]
        below = [(0.12, bow), (0, lips[3, 1] - 0.025), (-0.12, bow)]
        b.fill(np.array([*above, *below]), hair, 200)


def glasses(b: Canvas) -> None:
    """Rims, temples and bridge."""
    if b.who.glasses == 0:
        return
    dark, gap = b.who.glasses == 1, b.who.eye_gap
    colour = (24, 24, 28) if dark else (140, 110, 70)
    for side in (-1, 1):
        rim = CIRCLE * (0.29, 0.23 if dark else 0.26) + (side * gap, -0.13)
        b.line(np.concatenate([rim, rim[:1]]), colour, 0.03, 235, smooth=False)
        temple = np.array([(side * (gap + 0.29), -0.15), (side * 0.99, -0.17)])
        b.line(temple, colour, 0.03, 235, smooth=False)
    b.line(np.array([(-gap + 0.28, -0.14), (0, -0.17), (gap - 0.28, -0.14)]), colour, 0.03, 235)
