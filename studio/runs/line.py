"""The history as a picture: each revision's REGE on the gold set with its interval, and a run's falling loss.

Strings of SVG, coloured by the page (static/runs.css); what they show stands in the page as a table too. All
text is escaped.
"""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

from studio.runs.figures import Rege

HIGH, LEAST_WIDE, STEP = 264, 760, 84
LEFT, RIGHT, TOP, FOOT = 46, 34, 26, 40


@dataclass(frozen=True)
class Point:
    """A revision: its name, its REGE, what became of it (kept, rejected, overruled, back, base), whether it
    serves, and by which faces it was measured: points of different faces are not joined.
    """

    name: str
    rege: Rege
    kind: str
    serving: bool
    asked: str
    run: int | None


def history(points: Sequence[Point]) -> str:
    """Return the picture, the oldest revision first; "" for none."""
    if not points:
        return ""
    low, high, ticks = _scale(points)
    wide = max(LEAST_WIDE, LEFT + RIGHT + STEP * len(points))
    step = (wide - LEFT - RIGHT) / len(points)

    def x(number: int) -> float:
        return LEFT + step * (number + 0.5)

    def y(value: float) -> float:
        return TOP + (HIGH - TOP - FOOT) * (high - value) / (high - low)

    grid = "".join(
        f'<line x1="{LEFT}" x2="{wide - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text x="{LEFT - 10}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
        for tick in ticks
    )
    lines = "".join(_stretch([(x(n), y, points[n].rege) for n in part]) for part in _joined(points))
    fences = "".join(_fence(x(n) - step / 2) for n in range(1, len(points)) if _parted(points, n))
    dots = "".join(_dot(x(n), y, point) for n, point in enumerate(points))
    said = "; ".join(f"{point.name}: {_told(point)}" for point in points)
    return (
        f'<svg viewBox="0 0 {wide} {HIGH}" style="--wide:{wide}px" role="img" '
        f'aria-label="REGE on the gold set. {html.escape(said)}">'
        f'<g class="grid">{grid}</g>{fences}{lines}{dots}</svg>'
    )


def loss(curve: Sequence[Sequence[float]], steps: int) -> str:
    """Return a run's loss so far, [[step, loss], ...], over the width of all its steps."""
    if len(curve) < 2:
        return ""
    wide, high = 320, 56
    values = [math.log(max(1e-6, value)) for _, value in curve]
    most, least = max(values), min(values)
    spread = (most - least) or 1.0
    path = "L".join(
        f"{wide * step / max(1, steps):.1f} {2 + (high - 4) * (most - value) / spread:.1f}"
        for (step, _), value in zip(curve, values, strict=True)
    )
    said = f"Loss from {curve[0][1]:.3g} to {curve[-1][1]:.3g}, logarithmic."
    return (
        f'<svg class="loss" viewBox="0 0 {wide} {high}" role="img" preserveAspectRatio="none" '
        f'aria-label="{html.escape(said)}"><path d="M{path}"/></svg>'
    )


def _scale(points: Sequence[Point]) -> tuple[float, float, list[float]]:
    """Return the edges of the drawing and the values with a line, all in REGE."""
    values = [
        edge
        for point in points
        for edge in (point.rege.low, point.rege.high, point.rege.value)
        if edge is not None
    ]
    low, high = min(values), max(values)
    spread = max(high - low, 4.0)
    size = 10 ** math.floor(math.log10(spread / 4))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor * 5 >= spread)
    first = math.floor(low / step)
    last = max(first + 2, math.ceil(high / step))
    return first * step, last * step, [round(step * n, 6) for n in range(first, last + 1)]


def _joined(points: Sequence[Point]) -> list[list[int]]:
    """Return the places of the points that one line joins: those that were served, on the same faces."""
    parts: list[list[int]] = [[]]
    for number, point in enumerate(points):
        if _parted(points, number):
            parts.append([])
        if point.kind != "rejected":
            parts[-1].append(number)
    return [part for part in parts if len(part) > 1]


def _parted(points: Sequence[Point], number: int) -> bool:
    """Whether a point was measured on other faces than the one before."""
    return number > 0 and points[number].asked != points[number - 1].asked


def _stretch(places) -> str:
    middle = "L".join(f"{x:.1f} {y(rege.value):.1f}" for x, y, rege in places)
    upper = [f"{x:.1f} {y(rege.high if rege.high is not None else rege.value):.1f}" for x, y, rege in places]
    lower = [f"{x:.1f} {y(rege.low if rege.low is not None else rege.value):.1f}" for x, y, rege in places]
    return (
        f'<path class="band" d="M{"L".join(upper)}L{"L".join(reversed(lower))}Z"/>'
        f'<path class="stroke" d="M{middle}"/>'
    )


def _fence(x: float) -> str:
    return (
        f'<g class="fence"><line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{HIGH - FOOT}"/>'
        f'<text x="{x + 6:.1f}" y="{TOP - 10}">other gold faces</text></g>'
    )


def _dot(x: float, y, point: Point) -> str:
    low, high = point.rege.low, point.rege.high
    whisker = ""
    if low is not None and high is not None:
        whisker = f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{y(high):.1f}" y2="{y(low):.1f}"/>'
    top = y(high if high is not None else point.rege.value) - 9
    words = {"rejected": "rejected", "overruled": "overruled", "back": "rolled back"}.get(point.kind, "")
    above = f"serving {point.rege.value:.1f}" if point.serving else words
    mark = f'<text class="mark" x="{x:.1f}" y="{max(12, top):.1f}" text-anchor="middle">{above}</text>'
    size = 7.5 if point.serving else 5.5
    kind = f"point is-{point.kind}{' is-serving' if point.serving else ''}"
    return (
        f'<g class="{kind}" data-run="{point.run or 0}">'
        f"<title>{html.escape(f'{point.name}: {_told(point)}')}</title>{whisker}"
        f'<circle cx="{x:.1f}" cy="{y(point.rege.value):.1f}" r="{size}"/>{mark if above else ""}'
        f'<text class="name" x="{x:.1f}" y="{HIGH - 12}" text-anchor="middle">'
        f"{html.escape(point.name)}</text></g>"
    )


def _told(point: Point) -> str:
    edges = ""
    if point.rege.low is not None and point.rege.high is not None:
        edges = f" (95 % interval {point.rege.low:.1f} to {point.rege.high:.1f})"
    became = {
        "rejected": ", rejected",
        "overruled": ", promoted by a person against the gate",
        "back": ", rolled back",
        "base": ", before any training",
    }.get(point.kind, "")
    return f"REGE {point.rege.value:.1f}{edges}{became}{', serving' if point.serving else ''}"
