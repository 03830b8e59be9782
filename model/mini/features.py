"""The painted parts that move with an expression: brows, eyes, nose, mouth.

Each function paints on a `Canvas` along the face's landmarks `p` (68, 2) in face units; what landmarks
cannot say (teeth, shut lids, pressed lips) it takes from the action units that are present. Numbers are
face units, chosen by eye.
"""

import numpy as np

from model.mini.canvas import CIRCLE, Canvas, curve, darker

MOUTH_INSIDE = (58, 18, 20)


def brows_and_eyes(b: Canvas, p: np.ndarray, au: dict[str, float]) -> None:
    """Both eyes, open or shut, each with its brow."""
    # Points of the left side are reordered to run as those of the right one, from the nose outwards.
    eye = _shut_eye if "AU43" in au else _open_eye
    sides = ((p[17:22][::-1], p[36:42][[3, 2, 1, 0, 5, 4]], -1), (p[22:27], p[42:48], 1))
    for brow, lids, side in sides:
        b.fill(lids + (0, -0.03), b.shade, 90)
        eye(b, lids, side)
        edge = np.array([0.7, 1.0, 0.95, 0.75, 0.25])[:, None] * (0, b.who.brow_thickness)
        b.fill(np.concatenate([brow - edge, (brow + edge)[::-1]]), darker(b.who.hair, 0.72), 235)


def _open_eye(b: Canvas, lids: np.ndarray, side: int) -> None:
    inner, upper, outer, lower = lids[0], lids[1:3], lids[3], lids[4:6]
    under = lower[::-1]
    b.fill(lids, (246, 243, 238))
    # The iris moves little with the lids, so that raised lids bare the white above it.
    centre = np.array([(inner[0] + outer[0]) / 2, -0.155 + 0.3 * (lids[:, 1].mean() + 0.15)])
    radius = 0.088 * b.who.eye_size
    iris, pupil = CIRCLE * radius + centre, CIRCLE * radius * 0.48 + centre
    top = np.interp(iris[:, 0] * side, *_lid(np.concatenate([[inner], upper, [outer]]), side))
    low = np.interp(iris[:, 0] * side, *_lid(np.concatenate([[inner], under, [outer]]), side))
    b.fill(np.stack([iris[:, 0], np.clip(iris[:, 1], top, low)], 1), b.who.iris, smooth=False)
    black = np.stack([pupil[:, 0], np.clip(pupil[:, 1], top.min(), low.max())], 1)
    b.fill(black, (14, 12, 12), smooth=False)
    b.ellipse(centre[0] + 0.03, centre[1] - 0.03, 0.018, 0.018, (255, 255, 255), 230)
    b.line(np.concatenate([[inner], upper - (0, 0.005), [outer]]), (30, 22, 20), 0.038)
    b.line(np.concatenate([[inner], under, [outer]]), b.crease, 0.016, 170)
    b.line(np.concatenate([[inner], upper - (0, 0.05), [outer]]), b.crease, 0.016, 130)


def _shut_eye(b: Canvas, lids: np.ndarray, side: int) -> None:
    inner, upper, outer, lower = lids[0], lids[1:3], lids[3], lids[4:6]
    start, end = inner + (side * -0.01, -0.02), outer + (side * 0.02, -0.03)
    lid = np.concatenate([[start], upper - (0, 0.055), [end], upper[::-1], [inner]])
    b.fill(lid, b.shade, 150)
    b.line(np.concatenate([[inner], lower[::-1], [outer]]), (28, 20, 18), 0.048)


def _lid(points: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """x and y along a lid, x growing."""
    edge = curve(points, closed=False) * (side, 1)
    return edge[:, 0], edge[:, 1]


def nose(b: Canvas, p: np.ndarray) -> None:
    """One side of the bridge in shade, wings and nostrils, light on the tip."""
    base = p[31:36]
    first, last = base[0], base[4]
    b.line(np.array([(0.05, -0.2), (0.06, 0.05), last * (0.75, 1) + (0, -0.12)]), b.shade, 0.03, 150)
    left, right = [first + (0.0, -0.09), first + (-0.035, -0.02)], [last + (0.035, -0.02), last + (0, -0.09)]
    b.line(np.concatenate([left, base, right]), b.crease, 0.026, 190)
    for side, nostril in ((-1, base[1]), (1, base[3])):
        b.ellipse(nostril[0] + side * 0.01, nostril[1] - 0.018, 0.038, 0.022, b.crease, 220)
    b.ellipse(0.0, base[2, 1] - 0.1, 0.05, 0.045, b.glow, 90)


def mouth(b: Canvas, p: np.ndarray, au: dict[str, float]) -> None:
    """Lips, and between them teeth and tongue or the line where they meet."""
    outer, inner = p[48:60], p[60:68]
    b.fill(outer, b.who.lips)
    gap = float(inner[6, 1] - inner[2, 1])
    if "AU25" in au and gap > 0.012:
        _opening(b, inner, gap, lower_teeth="AU16" in au)
    else:
        meeting = np.concatenate([outer[[0]], (inner[[1, 2, 3]] + inner[[7, 6, 5]]) / 2, outer[[6]]])
        b.line(meeting, darker(b.who.lips, 0.42), 0.05 if "AU24" in au else 0.028)
    for corner in (outer[0], outer[6]):
        b.ellipse(corner[0], corner[1], 0.018, 0.018, b.crease, 220)
    y = outer[9, 1]
    b.line(np.array([(-0.16, y + 0.04), (0, y + 0.055), (0.16, y + 0.04)]), b.shade, 0.03, 110)


def _opening(b: Canvas, inner: np.ndarray, gap: float, lower_teeth: bool) -> None:
    b.fill(inner, MOUTH_INSIDE)
    edge = inner[1:4] * (0.92, 1) + (0, min(0.09, gap * 0.5))
    b.fill(np.concatenate([inner[0:5] * (0.92, 1), edge[::-1]]), (246, 242, 232))
    if gap > 0.2:
        width = inner[4, 0] - inner[0, 0]
        b.ellipse(0, inner[6, 1] - gap * 0.14, width * 0.28, gap * 0.2, (196, 92, 92))
    if lower_teeth:
        edge = inner[[5, 6, 7]] * (0.8, 1) - (0, min(0.07, gap * 0.4))
        b.fill(np.concatenate([inner[[7, 6, 5]] * (0.8, 1), edge]), (240, 235, 224))
    b.line(inner[[0, 1, 2, 3, 4]], MOUTH_INSIDE, 0.012, 160)
