"""Small pictures of numbers as HTML: bars with intervals, a line over days, a matrix. Nothing but strings.

Each is a table or carries one, so a reader of the screen gets the numbers that others see. Colours are the
page's own (static/review.css), given by class and by custom properties in 0..1; so dark mode needs nothing
here. All text
is escaped. Not covered: what the numbers mean.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

WIDE, HIGH = 640, 170
"""The line's drawing in px; it is scaled to its card."""


@dataclass(frozen=True)
class Bar:
    """A row: its name, a value on the bars' scale (None: none is drawn), the interval, what is said beside
    it.

    tone: "" (teal), "pale", or "amber" for what is to be looked at. cells: further columns, as text. why:
    there is no value.
    """

    name: str
    value: float | None
    said: str
    low: float | None = None
    high: float | None = None
    tone: str = ""
    cells: Sequence[str] = field(default=())
    why: str = ""


@dataclass(frozen=True)
class Cell:
    """A matrix's cell: its text, how strong its colour is (0..1), and what is told of it on demand."""

    text: str
    strength: float = 0.0
    title: str = ""
    tone: str = ""


def bars(caption: str, rows: Sequence[Bar], heads: Sequence[str], scale: tuple[float, float] = (0, 1)) -> str:
    """Return a table of bars.

    heads: of the name, the bar, the value's words, and of each further cell. scale: where the bar begins and
    ends; values beyond are drawn at its edge.
    """
    body = "".join(_bar(row, scale) for row in rows)
    return _table("bars-table", caption, heads, body)


def line(caption: str, points: Sequence[tuple[str, float]], unit: str) -> str:
    """Return values over equal steps (days), as a line and, on demand, as a table.

    points: (label, value >= 0), the oldest first.
    """
    if not points:
        return ""
    most = _round_up(max(value for _, value in points))
    left, right, top, foot = 40, 14, 12, 26
    step = (WIDE - left - right) / max(1, len(points) - 1)
    at = [
        (
            left + index * step if len(points) > 1 else WIDE / 2,
            HIGH - foot - (HIGH - foot - top) * value / most,
        )
        for index, (_, value) in enumerate(points)
    ]
    ground = HIGH - foot
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
    area = f"{path}L{at[-1][0]:.1f} {ground}L{at[0][0]:.1f} {ground}Z"
    grid = "".join(
        f'<line x1="{left}" x2="{WIDE - right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{most * part:,.3g}</text>'
        for part in (0, 0.5, 1)
        for y in [ground - (ground - top) * part]
    )
    every = max(1, -(-len(points) // 7))
    names = "".join(
        f'<text x="{x:.1f}" y="{HIGH - 6}" text-anchor="middle">{html.escape(label)}</text>'
        for index, ((label, _), (x, _)) in enumerate(zip(points, at, strict=True))
        if (len(points) - 1 - index) % every == 0
    )
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6">'
        f"<title>{html.escape(f'{label}: {value:,.4g} {unit}')}</title></circle>"
        for (label, value), (x, y) in zip(points, at, strict=True)
    )
    rows = "".join(
        f'<tr><th scope="row">{html.escape(label)}</th><td>{value:,.4g}</td></tr>' for label, value in points
    )
    return (
        f'<figure class="chart line"><svg viewBox="0 0 {WIDE} {HIGH}" role="img" '
        f'aria-label="{html.escape(caption)}"><g class="grid">{grid}{names}</g>'
        f'<path class="area" d="{area}"/><path class="stroke" d="{path}"/>{dots}</svg>'
        "<details><summary>As a table</summary><table><thead><tr>"
        f'<th scope="col">When</th><th scope="col">{html.escape(unit)}</th></tr></thead><tbody>{rows}</tbody>'
        "</table></details></figure>"
    )


def matrix(
    caption: str,
    corner: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Cell]]],
) -> str:
    """Return a table whose cells are coloured by their strength; rows: (name, cells)."""
    body = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th>{"".join(_cell(cell) for cell in cells)}</tr>'
        for name, cells in rows
    )
    return _table("matrix-table", caption, [corner, *columns], body)


def _table(kind: str, caption: str, heads: Sequence[str], body: str) -> str:
    """Return a table in a frame that scrolls sideways, by keyboard too, where there is no room."""
    named = html.escape(caption)
    return (
        f'<div class="chart-scroll" tabindex="0" role="region" aria-label="{named}">'
        f'<table class="chart {kind}"><caption class="sr-only">{named}</caption>'
        f"<thead><tr>{_heads(heads)}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _bar(row: Bar, scale: tuple[float, float]) -> str:
    tone = f" is-{row.tone}" if row.tone else ""
    drawn = ""
    if row.value is not None:
        drawn = f"<i{_span(min(0, row.value), max(0, row.value), scale)}></i>"
    if row.low is not None and row.high is not None:
        drawn += f"<b{_span(row.low, row.high, scale)}></b>"
    zero = f' style="--zero:{_on(0, scale):.4f}"' if scale[0] < 0 else ""
    more = "".join(f"<td>{_quieter(cell)}</td>" for cell in row.cells)
    why = f' title="{html.escape(row.why)}"' if row.why else ""
    said = _quieter(row.said) + (f'<span class="sr-only">{html.escape(row.why)}</span>' if row.why else "")
    return (
        f'<tr><th scope="row">{html.escape(row.name)}</th>'
        f'<td class="track-cell"><span class="track{tone}"{zero} aria-hidden="true">{drawn}</span></td>'
        f"<td{why}>{said}</td>{more}</tr>"
    )


def _quieter(words: str) -> str:
    """Return escaped words, an interval at their end set apart."""
    value, bracket, edges = words.partition(" [")
    return html.escape(value) + (f" <small>[{html.escape(edges)}</small>" if bracket else "")


def _cell(cell: Cell) -> str:
    title = f' title="{html.escape(cell.title)}"' if cell.title else ""
    tone = f' class="is-{cell.tone}"' if cell.tone else ""
    strength = f' style="--strength:{min(1, max(0, cell.strength)):.3f}"'
    return f"<td{tone}{title}{strength}>{html.escape(cell.text)}</td>"


def _heads(names: Sequence[str]) -> str:
    return "".join(
        f'<th scope="col">{html.escape(name)}</th>' if name else '<td aria-hidden="true"></td>'
        for name in names
    )


def _span(start: float, end: float, scale: tuple[float, float]) -> str:
    return f' style="--from:{_on(start, scale):.4f};--to:{_on(end, scale):.4f}"'


def _on(value: float, scale: tuple[float, float]) -> float:
    """Return where a value is on a scale, 0..1."""
    return min(1.0, max(0.0, (value - scale[0]) / (scale[1] - scale[0])))


def _round_up(value: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten."""
    size = 1.0
    while size < value:
        size = next((size * factor for factor in (2, 5) if size * factor >= value), size * 10)
    return max(size, 2.0)
