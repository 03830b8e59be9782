"""Faces and gold labels from a Parquet file, as `db.exports.parquet` writes it: row group by row group.

Needs the column `image` ({"bytes", "path"}); takes `labels` (JSON) with the rationales as gold labels where
`origin` is "gold", and split, subject, source, neutral and original_name where they are there. Annotators'
own labels are not taken over: they are saves of people that this studio need not have.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from db.errors import DataError
from db.imports.incoming import LARGEST, Incoming, Refused, storable

_KEPT = ("split", "subject", "source", "neutral", "original_name")
_TAKEN = (*_KEPT, "origin", "labels", "rationale_emotion", "rationale_au", "image")
ROWS = 64
"""Rows whose pictures are held in memory at once."""


class Parquet:
    """The faces in a Parquet file. Raises DataError where it is none, or has no pictures."""

    def __init__(self, path: str | Path, *, largest: int = LARGEST):
        self.path, self._largest = Path(path), largest
        try:
            self._file = pq.ParquetFile(self.path)
        except (pa.ArrowInvalid, OSError) as error:
            raise DataError(f"{self.path.name} is no Parquet file, or a damaged one ({error}).") from error
        names = self._file.schema_arrow.names
        if "image" not in names:
            raise DataError(
                f"{self.path.name} has no column image, but {', '.join(names[:12])}. Export it with pictures."
            )
        self._columns = [name for name in _TAKEN if name in names]

    @property
    def place(self) -> str:
        """What this place is: its path, and its size and time, since a file may be replaced by another."""
        facts = self.path.stat()
        return f"{self.path.resolve()}:{facts.st_size}:{facts.st_mtime_ns}"

    def count(self) -> int:
        """Return the number of rows."""
        return self._file.metadata.num_rows

    def files(self) -> Iterator[Incoming | Refused]:
        """Yield the rows, one by one."""
        number = 0
        for batch in self._file.iter_batches(ROWS, columns=self._columns):
            for row in batch.to_pylist():
                number += 1
                yield self._incoming(number, row)

    def _incoming(self, number: int, row: dict[str, Any]) -> Incoming | Refused:
        image = row.get("image") or {}
        data = image.get("bytes") if isinstance(image, dict) else None
        name = storable(f"{number} {row.get('original_name') or image.get('path') or ''}".strip())
        if not data:
            return Refused(name, 0, "This row has no picture.")
        if len(data) > self._largest:
            return Refused(name, len(data), f"More than {self._largest / 2**20:.0f} MB.")
        face = {key: row[key] for key in _KEPT if row.get(key) is not None}
        try:
            gold = _gold(row)
        except ValueError as error:
            return Refused(name, len(data), f"Its labels are no JSON object ({error}).")
        return Incoming(name, len(data), partial(bytes, data), face, gold)


def _gold(row: dict[str, Any]) -> dict[str, Any] | None:
    """Return a row's gold labels and rationales; None where it has none. Raises ValueError."""
    if row.get("origin") != "gold" or not row.get("labels"):
        return None
    labels = json.loads(row["labels"])
    if not isinstance(labels, dict):
        raise ValueError(f"it is a {type(labels).__name__}")
    texts = {task: row.get(f"rationale_{task}") for task in ("emotion", "au")}
    return {"labels": labels, "rationales": {task: text for task, text in texts.items() if text} or None}
