"""Writes FABA-Instruct's JSON as it came, with entries corrected in place.

A corrected entry keeps all its keys, their order and its way of writing JSON (indentation, escapes,
separators); only the answer, or the label and its reference text, are other. What FABA-Instruct has no place
for is not written: intensity, side, "not visible" (as absent), "can't tell", AUs that are no column of its.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from db.datasets.base import Layout
from db.datasets.errors import DatasetError
from db.datasets.faba_entry import answer_turn
from db.datasets.labels import EMOTIONS, FABA, au


class _Style(NamedTuple):
    """How an entry in a list is written."""

    indent: int | str | None
    separators: tuple[str, str] | None
    ascii_only: bool


_INDENTS = (2, 4, None, 1, 3, "\t", 8)
_SEPARATORS = (None, (",", ":"), (", ", ": "), (",", ": "))


def corrected(text: str, task: str, label: Any, answer: str) -> str:
    """Return an entry's text with another label and answer, all else as it was.

    label: as in `db.models.Annotation`; None leaves an evaluation entry's. Raises DatasetError where the
    layout has no place for it.
    """
    entry = json.loads(text)
    style = _style(text, entry)
    if turn := answer_turn(entry):
        turn["value"] = answer
    else:
        if label is not None:
            entry["label"] = _as_written(entry["label"], task, label)
        entry["gpt4"] = answer
    return _dumped(entry, style)


def joined(texts: Iterable[str], layout: Layout) -> Iterator[str]:
    """Yield a file's text from its entries' texts."""
    yield layout.opening
    for number, text in enumerate(texts):
        yield layout.separator + text if number else text
    yield layout.closing


def present(label: Mapping[str, Any]) -> list[int]:
    """Return the numbers of FABA-Instruct's columns that an AU label says are present."""
    return [n for n in FABA if label.get(au(n), {}).get("state") == "present"]


def _as_written(old: Any, task: str, label: Any) -> Any:
    """Return a label in the way the one before was written."""
    if task == "au":
        comma = "," if isinstance(old, str) and "," in old and ", " not in old else ", "
        return comma.join(map(str, present(label)))
    if label not in EMOTIONS:
        raise DatasetError(
            f"{label!r} is no label of FABA-Instruct's evaluation. It has {', '.join(EMOTIONS)}."
        )
    place = EMOTIONS.index(label)
    if isinstance(old, int):
        return place
    if old.strip().isdecimal():
        return str(place)
    return label if old.islower() else label.capitalize()


def _style(text: str, entry: Any) -> _Style:
    """Return the way in which an entry is written; the nearest, where none is exactly it."""
    for parts in product(_INDENTS, _SEPARATORS, (False, True)):
        if _dumped(entry, style := _Style(*parts)) == text:
            return style
    indent = 2 if "\n" in text else None
    return _Style(indent, None, text.isascii())


def _dumped(entry: Any, style: _Style) -> str:
    """Return an entry's text as it stands in a list of that style."""
    text = json.dumps(
        [entry], indent=style.indent, separators=style.separators, ensure_ascii=style.ascii_only
    )
    return text[1:-1].strip()
