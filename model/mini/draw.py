"""Paint a drawn face: identity, AU intensities and view in; picture and exact landmarks out.

Pictures are RGB uint8; landmarks are iBUG-68 points in picture px. Everything is decided by its
arguments, so the same arguments give the same picture. Frontal faces within about 25 degrees; nothing
here imitates photographs.
"""

import numpy as np
from PIL import ImageFilter

from model.mini.canvas import Canvas
from model.mini.features import brows_and_eyes, mouth, nose
from model.mini.geometry import face_landmarks
from model.mini.identity import Identity, sample_identity
from model.mini.person import backdrop, beard, glasses, hair_behind, hair_front, head
from model.mini.skin_lines import skin_lines
from model.mini.view import View, plain_view, sample_view, turned

__all__ = ["SIDE", "Identity", "View", "draw_face", "plain_view", "sample_identity", "sample_view", "turned"]

SIDE = 192
"""Side of a picture in px that blur is stated for, and the usual one."""


def draw_face(
    who: Identity, au: dict[str, float], view: View, size: int = SIDE
) -> tuple[np.ndarray, np.ndarray]:
    """Paint one face, from back to front.

    Returns (picture (size, size, 3) uint8 RGB, landmarks (68, 2) float32 px). `au` maps AU names to
    intensities in 0..1; AUs that are missing are absent.
    """
    shape = face_landmarks(who, au)
    canvas = Canvas(who, view, size)
    backdrop(canvas)
    hair_behind(canvas)
    head(canvas, shape)
    brows_and_eyes(canvas, shape, au)
    nose(canvas, shape)
    beard(canvas, shape)
    mouth(canvas, shape, au)
    for points, width, strength in skin_lines(who, au, shape):
        canvas.line(points, canvas.crease, width * (0.75 + 0.4 * strength), 95 + 140 * strength)
    hair_front(canvas)
    glasses(canvas)
    return _camera(canvas), canvas.project(shape).astype(np.float32)


def _camera(canvas: Canvas) -> np.ndarray:
    """What the camera makes of the canvas: blur, light across the picture, colour, the sensor's noise."""
    view, size = canvas.view, canvas.size
    canvas.agg.flush()
    image = canvas.image
    if view.blur:
        image = image.filter(ImageFilter.GaussianBlur(view.blur * size / SIDE))
    picture = np.asarray(image, np.float32)
    ramp = np.linspace(-1, 1, size, dtype=np.float32)
    slope = np.cos(view.light_angle) * ramp[None, :] + np.sin(view.light_angle) * ramp[:, None]
    light = 1 + view.light * slope
    gain = light[:, :, None] * (np.array(view.tint, np.float32) * view.brightness * view.contrast)
    picture = picture * gain + 118 * (1 - view.contrast)
    if view.noise:
        picture += canvas.rng.standard_normal((size, size, 1), np.float32) * view.noise
    if view.grey:
        picture[:] = (picture @ np.array([0.299, 0.587, 0.114], np.float32))[:, :, None]
    return np.clip(picture, 0, 255).astype(np.uint8)
