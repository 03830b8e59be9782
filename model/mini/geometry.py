"""The shape of a drawn face: identity and action units in, 68 landmarks out.

Face units: origin between eyes and mouth, x to the picture's right, y down, half the width of the face is
about 1. Landmarks follow the iBUG-68 order (jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, outer lips
48-59, inner lips 60-67). Displacements per AU are ours, drawn after photographs' directions, sized to be
seen at 112 px; they are no measurement of anatomy. Does not cover the head's turn (`model.mini.canvas`)
or lines in the skin (`model.mini.skin_lines`).
"""

import numpy as np

from model.mini.identity import Identity, sample_identity

__all__ = ["Identity", "face_landmarks", "sample_identity", "strengths"]


def face_landmarks(who: Identity, au: dict[str, float]) -> np.ndarray:
    """The 68 landmarks (68, 2) float32 of this person showing these AUs, in face units, before any view.

    au: AU name to intensity 0..1; AUs that are missing are absent.
    """
    t = strengths(au)
    drop = 0.20 * t[26] + 0.40 * t[27]
    angle = np.linspace(np.pi, 0, 17)
    c, s = np.cos(angle), np.sin(angle)
    power = 2 / who.squareness
    jaw_x = who.face_width * np.sign(c) * np.abs(c) ** power
    jaw_y = -0.12 + (who.chin + 0.12 + drop * 0.85 - 0.035 * t[17]) * np.abs(s) ** power
    jaw = np.stack([jaw_x, jaw_y], 1)
    parts = [jaw, *_brows(who, t), _nose(who, t), *_eyes(who, t), *_lips(who, t, drop)]
    return np.concatenate(parts).astype(np.float32)


def strengths(au: dict[str, float]) -> np.ndarray:
    """Intensities (48,) by AU number: strengths({"AU12": 0.8})[12] is 0.8, the rest 0."""
    t = np.zeros(48)
    for name, strength in au.items():
        t[int(name[2:])] = strength
    return t


def _brows(who: Identity, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    u = np.linspace(0, 1, 5)  # inner to outer end
    x = 0.16 + 0.55 * u - 0.075 * t[4] * (1 - u)
    inner = 0.17 * t[1] * (1 - u) ** 1.3
    outer = 0.17 * t[2] * np.sin(np.pi * np.clip(0.05 + 0.72 * u, 0, 1)) * u**0.6
    y = who.brow_height - who.brow_arch * np.sin(np.pi * (0.1 + 0.8 * u)) + 0.035 * (1 - u)
    y = y - inner - outer
    y = y + 0.13 * t[4] * (1 - 0.6 * u) + 0.05 * t[9] * (1 - u)
    right = np.stack([x, y], 1)
    return (right * (-1, 1))[::-1], right


def _nose(who: Identity, t: np.ndarray) -> np.ndarray:
    bridge = np.stack([np.zeros(4), np.linspace(-0.15, who.nose_length - 0.05, 4)], 1)
    x = who.nose_width * np.array([-1, -0.52, 0, 0.52, 1]) * (1 + 0.12 * t[9])
    wing = -0.065 * t[9] - 0.02 * t[10]
    side, middle = 0.03 + wing, 0.065 + wing * 0.6
    y = who.nose_length + np.array([side, middle, 0.08 + wing * 0.3, middle, side])
    return np.concatenate([bridge, np.stack([x, y], 1)])


def _eyes(who: Identity, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    half = 0.19 * who.eye_size
    upper = 0.086 * who.eye_size + 0.085 * t[5] - 0.024 * t[7]
    lower = 0.058 * who.eye_size - 0.052 * t[7] - 0.03 * t[6] + 0.012 * t[5]
    if t[43]:
        shut = 0.7 + 0.3 * t[43]
        upper, lower = upper + (-0.03 - upper) * shut, max(lower, 0.02) * 0.7 + 0.012
    x = who.eye_gap + half * np.array([-1, -0.36, 0.36, 1, 0.36, -0.36])
    tilt = who.eye_tilt * np.array([1, 0.4, -0.4, -1, -0.4, 0.4])
    y = -0.15 + tilt + np.array([0.015, -upper, -upper * 0.98, 0.0, lower, lower * 0.96])
    right = np.stack([x, y], 1)
    left = (right * (-1, 1))[[3, 2, 1, 0, 5, 4]]
    return left, right


def _lips(who: Identity, t: np.ndarray, drop: float) -> tuple[np.ndarray, np.ndarray]:
    """Outer lips (12, 2) and inner lips (8, 2). `drop` is the jaw's; it pulls closed lips along."""
    half = who.mouth_width + 0.10 * t[12] + 0.15 * t[20] - 0.075 * t[23] - 0.05 * t[27]
    half = half + 0.035 * t[14] + 0.02 * t[15]
    corner = -0.14 * t[12] + 0.14 * t[15] + 0.03 * t[20] - 0.02 * t[14]
    thick = who.lip_thickness * (1 - 0.72 * t[24]) * (1 - 0.42 * t[23]) * (1 - 0.3 * t[20])
    gap = t[25] * (0.05 + 0.045 * t[25]) + (0.85 * drop if t[25] else 0.0)
    lift = 0.105 * t[10] + 0.03 * t[9] + 0.055 * t[17]
    sink = 0.10 * t[16] - 0.06 * t[17] + (drop * 0.35 if not t[25] else 0.0)
    open_lift = lift if t[25] else lift * 0.35
    open_sink = gap + (0.6 * sink if t[25] else min(0.0, 0.9 * sink) - 0.02 * t[17])

    def bowed(u: np.ndarray, middle: np.ndarray) -> np.ndarray:
        """Points at u in -1..1 across the mouth, `middle` below its height, ever less towards the corners."""
        weight = np.abs(u) ** 1.6
        ends = corner + 0.25 * drop * bool(t[25])
        y = who.mouth_height + middle * (1 - weight) + ends * weight + who.mouth_tilt * u
        return np.stack([u * half, y], 1)

    bow = np.array([0, 0.7, 1.05, 0.88, 1.05, 0.7, 0])
    top = bowed(np.array([-1, -0.62, -0.22, 0, 0.22, 0.62, 1]), -(thick * 0.95 * bow) - lift)
    bow = np.array([0.75, 1.0, 1.04, 1.0, 0.75])
    under = bowed(np.array([0.62, 0.24, 0, -0.24, -0.62]), thick * 1.15 * bow + sink + gap)
    inner_top = bowed(np.array([-0.86, -0.38, 0, 0.38, 0.86]), np.full(5, -open_lift))
    # Inner lips touch but never cross.
    opening = np.maximum(np.full(3, open_sink), -open_lift + 0.002)
    inner_low = bowed(np.array([0.38, 0, -0.38]), opening)
    return np.concatenate([top, under]), np.concatenate([inner_top, inner_low])
