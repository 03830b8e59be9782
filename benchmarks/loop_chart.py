"""Curves with intervals as SVG, a panel a figure, for `benchmarks.loop`: plain strings, no library.

Colours hold on white and on dark pages, and each line also has a dash of its own. Not covered: more than
three lines a panel, and negative numbers of corrections.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

Point = tuple[float, float, float, float]
"""x, value, and its interval (low, high)."""
WIDE, HIGH, LEFT, BELOW, ABOVE = 420, 250, 46, 40, 28
COLOURS, DASHES = ("#0f766e", "#d97706", "#7c3aed"), ("", "7 4", "2 3")
INK = "#6b7280"
STEPS = (0.5, 1, 2, 5, 10, 20, 50)
"""Between two lines of the grid; values are percents."""


@dataclass(frozen=True)
class Line:
    """A named curve, its points by rising x."""

    name: str
    points: Sequence[Point]


def chart(panels: Mapping[str, Sequence[Line]], below: str) -> str:
    """Return the SVG of some panels by title, two in a row. below: what x counts."""
    rows = (len(panels) + 1) // 2
    places = [(number % 2 * WIDE, number // 2 * HIGH) for number in range(len(panels))]
    body = "".join(
        f'<g transform="translate({x} {y})">{_panel(title, lines, below)}</g>'
        for (x, y), (title, lines) in zip(places, panels.items(), strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDE} {rows * HIGH}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#ffffff"/>'
        f"{body}</svg>\n"
    )


def _panel(title: str, lines: Sequence[Line], below: str) -> str:
    points = [point for line in lines for point in line.points]
    low, high = min(point[2] for point in points), max(point[3] for point in points)
    margin = max(0.5, 0.08 * (high - low))
    low, high, right = low - margin, high + margin, max(point[0] for point in points)

    def x(value: float) -> float:
        return LEFT + (WIDE - LEFT - 14) * value / right

    def y(value: float) -> float:
        return HIGH - BELOW - (HIGH - BELOW - ABOVE) * (value - low) / (high - low)

    found = [_text(LEFT, 16, title, "#111827", weight="bold")]
    step = next(one for one in STEPS if (high - low) / one <= 6)
    for tick in range(ceil(low / step), floor(high / step) + 1):
        at = y(tick * step)
        found.append(f'<path d="M{LEFT} {at:.1f}H{WIDE - 14}" stroke="#e5e7eb"/>')
        found.append(_text(LEFT - 5, at + 4, f"{tick * step:g}", anchor="end"))
    for value in sorted({point[0] for point in points}):
        found.append(_text(x(value), HIGH - BELOW + 15, f"{value:g}", anchor="middle"))
    found.append(_text((LEFT + WIDE) / 2, HIGH - BELOW + 31, below, anchor="middle"))
    for line, colour, dash in zip(lines, COLOURS, DASHES, strict=False):
        path = "M" + "L".join(f"{x(at):.1f} {y(value):.1f}" for at, value, _, _ in line.points)
        found.append(
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
        )
        for at, value, least, most in line.points:
            found.append(f'<path d="M{x(at):.1f} {y(least):.1f}V{y(most):.1f}" stroke="{colour}"/>')
            found.append(f'<circle cx="{x(at):.1f}" cy="{y(value):.1f}" r="3" fill="{colour}"/>')
    for number, line in enumerate(lines):
        found.append(
            _text(WIDE - 20 - 70 * (len(lines) - 1 - number), 16, line.name, COLOURS[number], anchor="end")
        )
    return "".join(found)


def _text(
    x: float, y: float, words: str, colour: str = INK, *, anchor: str = "start", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{html.escape(words)}</text>"
    )
