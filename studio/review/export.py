"""The numbers as files: JSON as they are, CSV with a row a number."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from typing import Any

from studio.review.measure import Measure

HEAD = ("section", "of", "number", "value", "low", "high", "n", "why")


def as_json(found: dict[str, Any]) -> str:
    """Return the numbers as indented JSON."""
    return json.dumps(plain(found), indent=2, ensure_ascii=False)


def as_csv(found: dict[str, Any]) -> str:
    """Return the numbers as CSV: section, what it is of, number's name, value, 95 % interval, n, why none."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEAD)
    table.writerows([_safe(cell) for cell in row] for row in _rows(found))
    return text.getvalue()


def plain(value: Any) -> Any:
    """Return a value with its measures as dictionaries."""
    if is_dataclass(value):
        return asdict(value)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _rows(found: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    for section in ("progress", "throughput", "people", "labels", "agreement", "corrections"):
        yield from ((section, *row) for row in _leaves(found[section], ()))


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield (of, number, value, low, high, n, why) of each number inside a value."""
    if isinstance(value, Measure):
        yield " / ".join(path[:-1]), path[-1], value.value, value.low, value.high, value.n, value.why
    elif isinstance(value, dict):
        named = [str(value[key]) for key in ("name", "when") if key in value]
        if "people" in value and isinstance(value["people"], list) and "faces" in value:
            named = [" and ".join(value["people"])]
        if "model" in value and "said" in value:
            named = [f"{value['model']} to {value['said']}"]
        for name, inner in value.items():
            yield from _leaves(inner, (*path, *named, str(name)))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            if isinstance(inner, tuple) and len(inner) == 2:
                yield " / ".join(path), inner[0], inner[1], None, None, None, ""
            else:
                yield from _leaves(inner, path if isinstance(inner, dict) else (*path, str(place + 1)))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield " / ".join(path[:-1]), path[-1], value, None, None, None, ""


def _safe(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: names are people's own words."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@")) else cell
