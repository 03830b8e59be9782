"""An export as Parquet, as Hugging Face's `datasets` reads it: `load_dataset("parquet", data_files=...)`.

The picture is in the column `image` (its Image feature); `labels` holds the complete labels as JSON, beside
`emotion` and `action_units`, which are easier to read. Written in row groups of `GROUP` rows.
"""

import json
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from db.exports.choice import Choice
from db.exports.columns import about, present
from db.exports.rows import Row

GROUP = 100
"""Rows whose pictures are held in memory at once; also what `datasets` reads at once."""

_IMAGE = pa.struct({"bytes": pa.binary(), "path": pa.string()})


def schema(choice: Choice) -> pa.Schema:
    """Return the columns of a choice, with what tells `datasets` that `image` is a picture."""
    text = pa.string()
    fields = {
        "face": pa.int64(),
        **dict.fromkeys(("sha256", "source", "original_name", "split"), text),
        "neutral": pa.bool_(),
        **dict.fromkeys(("width", "height"), pa.int32()),
        **({"subject": text} if choice.subjects else {}),
        **dict.fromkeys(("origin", "kind", "annotator"), text),
        "at": pa.timestamp("us", tz="UTC"),
        "emotion": text,
        "action_units": pa.list_(text),
        **dict.fromkeys(("rationale_emotion", "rationale_au", "labels"), text),
        **({"history": text} if choice.history else {}),
        **({"image": _IMAGE} if choice.pictures else {}),
    }
    known = {"image": {"_type": "Image"}} if choice.pictures else {}
    told = json.dumps({"info": {"features": known}})
    return pa.schema(fields, metadata={"huggingface": told} if known else None)


def write_parquet(
    path: Path, rows: Iterable[Row], choice: Choice, read: Callable[[Row], bytes | None]
) -> int:
    """Write the rows and return their number. read: gives a picture's bytes."""
    columns, rows, written = schema(choice), iter(rows), 0
    with pq.ParquetWriter(path, columns, compression="zstd") as file:
        while some := list(islice(rows, GROUP)):
            lines = [_line(row, choice, read) for row in some]
            file.write_table(pa.Table.from_pylist(lines, columns), row_group_size=GROUP)
            written += len(lines)
    return written


def _line(row: Row, choice: Choice, read: Callable[[Row], bytes | None]) -> dict[str, Any]:
    labels, texts = row.labels or {}, row.rationales or {}
    line = about(row, choice) | {
        "emotion": labels.get("emotion"),
        "action_units": present(labels) if "au" in labels else None,
        "rationale_emotion": texts.get("emotion"),
        "rationale_au": texts.get("au"),
        "labels": json.dumps(row.labels) if row.labels is not None else None,
    }
    if choice.history:
        line["history"] = json.dumps(row.history, ensure_ascii=False)
    if choice.pictures:
        data = read(row)
        line["image"] = {"bytes": data, "path": row.picture} if data is not None else None
    return line
