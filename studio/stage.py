"""The face on the page: one SVG with the picture, the landmarks and the action units' regions over it.

Coordinates inside the SVG are the upright picture's own pixels; what is in view is its viewBox. The
picture travels inside the page (data URIs), so no file of it is served. Everything returned is HTML, with
all text escaped.
"""

import base64
import html
import io

import numpy as np
from PIL import Image

from model.facs import ACTION_UNITS
from studio.draw import area, au_regions

WHOLE_PX = 1200  # longest side of the whole picture as sent to the page
FACE_PX = 1000  # side of the sharper square around the face, sent where the whole picture would be blurred
THUMB_PX = 112
ZOOM = 1.75  # side of the square in view, in face sides

Window = tuple[float, float, float, float]
"""x, y, width, height in picture px."""


def data_uri(picture: Image.Image, longest: int) -> str:
    """The picture as a JPEG inside a URI, scaled down to the given longest side in px, never up."""
    small = picture.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=90)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def face_window(size: tuple[int, int], box: tuple[float, float, float, float]) -> Window:
    """The square to look at for a face: its box with room around, slid into the picture; all of it if it
    is no larger.
    """
    width, height = size
    left, top, right, bottom = box
    side = ZOOM * max(right - left, bottom - top)
    if side >= min(width, height):
        side = (
            min(width, height)
            if max(right - left, bottom - top) <= min(width, height)
            else max(width, height)
        )
    x = _slid((left + right - side) / 2, side, width)
    y = _slid((top + bottom - side) / 2 - 0.05 * side, side, height)
    return x, y, side, side


def _slid(start: float, side: float, extent: int) -> float:
    return (extent - side) / 2 if side >= extent else float(min(max(start, 0), extent - side))


def thumbnail(picture: Image.Image, box: tuple[float, float, float, float]) -> str:
    """A small square around a face as a data URI, for the row of faces to pick from."""
    x, y, side, _ = face_window(picture.size, box)
    return data_uri(picture.crop((round(x), round(y), round(x + side), round(y + side))), THUMB_PX)


def face_stage(picture: Image.Image, faces: list, chosen: int) -> str:
    """A picture whose faces were found: the chosen one large, its landmarks and regions over it.

    faces are the landmark expert's (`box`, `points`); `chosen` is an index into them.
    """
    face = faces[chosen]
    window = face_window(picture.size, face.box)
    boxes = (
        "".join(_box(other, index, index == chosen) for index, other in enumerate(faces))
        if len(faces) > 1
        else ""
    )
    many = f"face {chosen + 1} of {len(faces)}" if len(faces) > 1 else "the face found in it"
    inner = (
        f'{_pictures(picture, window)}<g class="boxes">{boxes}</g>{regions(face.points)}{dots(face.points)}'
    )
    return _figure("ready", _svg(window, picture.size, f"Your picture: {many}, with its landmarks", inner))


def waiting_stage(picture: Image.Image) -> str:
    """The picture as it was given, while it is being read and its faces are looked for."""
    return _figure("loading", _plain(picture), '<p class="stage-say" role="status">Looking for a face</p>')


def failed_stage(picture: Image.Image | None, rest: np.ndarray, title: str, message: str) -> str:
    """What went wrong and what to do next, over the picture or, where there is none, over the landmarks
    of a face.
    """
    words = f"<h2>{html.escape(title)}</h2><p>{html.escape(message)}</p>"
    drawing = _plain(picture) if picture else _resting(rest)
    return _figure("failed", drawing, f'<div class="stage-fail" role="alert">{words}</div>')


def empty_stage(rest: np.ndarray, drop: str) -> str:
    """Nothing given yet: a face made of landmarks (68, 2), whose regions light up as a real face's do."""
    return _figure("empty", _resting(rest), f'<p class="stage-say">{html.escape(drop)}</p>')


def _resting(points: np.ndarray) -> str:
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max()) * 1.42
    x, y = (low + high - side) / 2 - (0, side * 0.02)
    drawing = regions(points) + outline(points) + dots(points)
    return _svg((x, y, side, side), None, "Outline of a face made of 68 landmarks", drawing)


def _plain(picture: Image.Image) -> str:
    window = (0.0, 0.0, float(picture.width), float(picture.height))
    return _svg(window, picture.size, "Your picture", _image(data_uri(picture, WHOLE_PX), window))


def _figure(state: str, *inner: str) -> str:
    tag = '<figcaption class="tag" hidden></figcaption>'
    return f'<figure class="stage" data-state="{state}">{"".join(inner)}{tag}</figure>'


def _svg(window: Window, size: tuple[int, int] | None, label: str, inner: str) -> str:
    whole = f' data-whole="0 0 {size[0]} {size[1]}"' if size else ""
    box = " ".join(f"{number:.1f}" for number in window)
    label = f'role="img" aria-label="{html.escape(label)}"'
    return f'<svg viewBox="{box}" data-face="{box}"{whole} {label}>{inner}</svg>'


def _image(uri: str, window: Window) -> str:
    x, y, width, height = window
    return f'<image href="{uri}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _pictures(picture: Image.Image, window: Window) -> str:
    """The whole picture, and over it the face at full sharpness where that adds anything."""
    x, y, side, _ = (round(number) for number in window)
    whole = _image(data_uri(picture, WHOLE_PX), (0, 0, picture.width, picture.height))
    scale = min(1.0, WHOLE_PX / max(picture.size))
    if side * scale >= min(side, FACE_PX) * 0.9:
        return whole
    return whole + _image(data_uri(picture.crop((x, y, x + side, y + side)), FACE_PX), (x, y, side, side))


def _box(face, index: int, chosen: bool) -> str:
    left, top, right, bottom = face.box
    mark = " is-chosen" if chosen else ""
    return (
        f'<g class="face-box{mark}" data-pick="{index}"><rect x="{left:.1f}" y="{top:.1f}" '
        f'width="{right - left:.1f}" height="{bottom - top:.1f}" rx="{(right - left) * 0.06:.1f}"/></g>'
    )


def dots(points: np.ndarray) -> str:
    """Every landmark as a dot of constant size on the screen: strokes of length 0 with round ends."""
    path = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points)
    return f'<path class="dots-under" d="{path}"/><path class="dots" d="{path}"/>'


def outline(points: np.ndarray) -> str:
    """Thin lines through 68 landmarks: jaw, brows, nose, eyes, lips."""
    open_lines = [points[:17], points[17:22], points[22:27], points[27:31], points[31:36]]
    closed = [points[36:42], points[42:48], points[48:60], points[60:68]]
    lines = [_smooth(line, closed=False) for line in open_lines] + [
        _smooth(line, closed=True) for line in closed
    ]
    return f'<path class="outline" d="{"".join(lines)}"/>'


def regions(points: np.ndarray) -> str:
    """One path for each action unit, invisible until it is lit; data-area lets the smallest win under the
    pointer.
    """
    parts = []
    for code, polygons in au_regions(points).items():
        path = "".join(_smooth(polygon, closed=True) for polygon in polygons)
        size = sum(area(polygon) for polygon in polygons)
        name = html.escape(ACTION_UNITS[code].name.lower())
        parts.append(
            f'<path class="region" data-au="{code}" data-name="{name}" data-area="{size:.0f}" d="{path}"/>'
        )
    return "".join(parts)


def _smooth(points: np.ndarray, *, closed: bool) -> str:
    """An SVG path through the points: Catmull-Rom splines written as cubic Beziers."""
    points = np.asarray(points, dtype=np.float64)
    ends = (points[-1:], points[:2]) if closed else (points[:1], points[-1:])
    around = np.concatenate([ends[0], points, ends[1]])
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for before, start, end, after in zip(around, around[1:], around[2:], around[3:], strict=False):
        first, second = start + (end - before) / 6, end - (after - start) / 6
        path += f"C{first[0]:.1f} {first[1]:.1f} {second[0]:.1f} {second[1]:.1f} {end[0]:.1f} {end[1]:.1f}"
    return path + ("Z" if closed else "")
