"""An export as CSV (UTF-8, with a byte order mark, which spreadsheets need): a row a face and annotator.

An AU has three columns: AU12 (present, absent, not_visible; empty: not asked), AU12_intensity, AU12_side.
A text that a spreadsheet would take for a formula gets an apostrophe before it.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from db.datasets.labels import FABA, au
from db.exports.choice import Choice
from db.exports.columns import about
from db.exports.rows import Row

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_table(path: Path, rows: Iterable[Row], choice: Choice, units: Iterable[str] = ()) -> int:
    """Write the rows and return their number. units: AUs that get columns beside FABA-Instruct's 20."""
    columns = [*(au(number) for number in FABA)]
    columns += sorted(set(units).difference(columns), key=lambda name: int(name.removeprefix("AU")))
    written = 0
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        table = None
        for values in _lines(rows, choice, columns):
            if table is None:
                table = csv.DictWriter(file, list(values))
                table.writeheader()
            table.writerow({name: _cell(value) for name, value in values.items()})
            written += 1
        if table is None:
            file.write("face\r\n")
    return written


def units_of(rows: Iterable[Row]) -> set[str]:
    """Return the names of all AUs that rows have labels of."""
    return {name for row in rows for name in (row.labels or {}).get("au", {})}


def _lines(rows: Iterable[Row], choice: Choice, units: list[str]) -> Iterator[dict[str, Any]]:
    for row in rows:
        labels, texts = row.labels or {}, row.rationales or {}
        line = about(row, choice) | {"emotion": labels.get("emotion")}
        said = labels.get("au", {})
        line |= {name: said.get(name, {}).get("state") for name in units}
        for part in ("intensity", "side"):
            line |= {f"{name}_{part}": said.get(name, {}).get(part) for name in units}
        line |= {f"rationale_{task}": texts.get(task) for task in ("emotion", "au")}
        if choice.pictures:
            line["picture"] = row.picture
        if choice.history:
            line["history"] = json.dumps(row.history, ensure_ascii=False)
        yield line


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if hasattr(value, "isoformat") else value
