"""What the numbers' cards share: their frame, the words for a measure, a label's name, a bar of a share."""

import html
from collections.abc import Iterable

from model.facs import ACTION_UNITS
from studio.charts import Bar
from studio.review.definitions import DEFINITIONS
from studio.review.measure import Measure

KAPPA = (-0.25, 1.0)
"""Where kappa's, alpha's and ICC's bars begin and end."""


def card(title: str, definition: str, body: str, *, note: str = "") -> str:
    """Return a card with its heading, what its numbers mean on demand, and a note; body is HTML."""
    said = f'<p class="note">{html.escape(note)}</p>' if note else ""
    meant = html.escape(DEFINITIONS[definition])
    return (
        f'<section class="card"><header><h3>{html.escape(title)}</h3>'
        f'<details class="what"><summary>What is this?</summary><p>{meant}</p></details>'
        f"</header>{body}{said}</section>"
    )


def nothing(words: str) -> str:
    """Return what stands in a card without numbers: why, and what to do."""
    return f'<p class="nothing">{html.escape(words)}</p>'


def named(name: str) -> str:
    """Return a label as people read it: "AU12 lip corner puller", "can’t tell"."""
    return (
        f"{name} {ACTION_UNITS[name].name.lower()}"
        if name in ACTION_UNITS
        else name.replace("cant_tell", "can’t tell")
    )


def listed(names: Iterable[str]) -> str:
    """Return names as a list in a sentence."""
    return ", ".join(names)


def told(measure: Measure, *, percent: bool = False) -> str:
    """Return a measure in figures: "0.61 [0.48, 0.74]", "61 % [48, 74]"; a dash where it is not defined."""
    if measure.value is None:
        return "–"
    if percent:
        edges = "" if measure.low is None else f" [{100 * measure.low:.0f}, {100 * measure.high:.0f}]"
        return f"{100 * measure.value:.0f} %{edges}"
    edges = "" if measure.low is None else f" [{_two(measure.low)}, {_two(measure.high)}]"
    return f"{_two(measure.value)}{edges}"


def bar(
    name: str, measure: Measure, cells: Iterable[str] = (), *, percent: bool = False, tone: str = ""
) -> Bar:
    """Return a row with a label's name and a measure as a bar."""
    return Bar(
        named(name),
        measure.value,
        told(measure, percent=percent),
        measure.low,
        measure.high,
        tone,
        tuple(cells),
        measure.why,
    )


def _two(value: float) -> str:
    """Return two decimals, with a minus sign, and none before zero."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")
