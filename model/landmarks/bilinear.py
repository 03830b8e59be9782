"""OpenCV's bilinear stretch of an 8-bit picture, bit for bit, without OpenCV.

The released EmoLA checkpoints saw landmarks computed from pictures that `cv2.resize` had stretched, and
importing cv2 needs libGL, which slim machines lack. This follows its fixed-point arithmetic: weights of 11
bits, rows blended with truncation, and the mean of four pixels where both edges shrink by exactly two.

Does not cover other interpolations, target shapes or types.
"""

import numpy as np

_ONE = 2048  # 1.0 with 11 fractional bits


def stretch(picture: np.ndarray, side: int) -> np.ndarray:
    """(height, width, channels) uint8 -> (side, side, channels), as `cv2.resize(picture, (side, side))`."""
    height, width = picture.shape[:2]
    if (height, width) == (side, side):
        return picture.copy()
    if (height, width) == (2 * side, 2 * side):
        quads = picture.reshape(side, 2, side, 2, -1).astype(np.int32).sum(axis=(1, 3))
        return ((quads + 2) >> 2).astype(np.uint8)
    left, right, toward_left, toward_right = _columns(width, side)
    above, below, toward_above, toward_below = _rows(height, side)
    upper = _blend_columns(picture[above], left, right, toward_left, toward_right)
    lower = _blend_columns(picture[below], left, right, toward_left, toward_right)
    blended = (toward_above[:, None, None] * upper >> 16) + (toward_below[:, None, None] * lower >> 16)
    return ((blended + 2) >> 2).clip(0, 255).astype(np.uint8)


def _blend_columns(rows, left, right, toward_left, toward_right) -> np.ndarray:
    """Rows of uint8 blended sideways: values with 7 fractional bits (of 11, the lowest 4 are dropped)."""
    return (
        rows[:, left].astype(np.int32) * toward_left[:, None] + rows[:, right] * toward_right[:, None]
    ) >> 4


def _positions(length: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    """For each target pixel the source pixel before it, and how far it lies beyond: float32, as in OpenCV."""
    exact = ((np.arange(side) + 0.5) * (length / side) - 0.5).astype(np.float32)
    before = np.floor(exact).astype(np.int64)
    return before, exact - before.astype(np.float32)


def _weights(beyond: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    one = np.float32(1)
    return np.rint((one - beyond) * _ONE).astype(np.int32), np.rint(beyond * _ONE).astype(np.int32)


def _columns(width: int, side: int):
    """Source columns and weights: beyond the edge all weight is on the edge pixel."""
    before, beyond = _positions(width, side)
    beyond = np.where((before < 0) | (before >= width - 1), np.float32(0), beyond)
    before = before.clip(0, width - 1)
    return before, np.minimum(before + 1, width - 1), *_weights(beyond)


def _rows(height: int, side: int):
    """Source rows and weights: beyond the edge both are the edge row, each truncated by its own weight."""
    before, beyond = _positions(height, side)
    return before.clip(0, height - 1), (before + 1).clip(0, height - 1), *_weights(beyond)
