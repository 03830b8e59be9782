"""Answers as rows of a Parquet file, and what both kinds of shard say about a picture.

A row has the keys of a line of JSON (`model.predict_files`): "image", and either "error" or what
`Prediction.as_dict` gives; probabilities, texts, revisions and seconds are maps from name to value. What a
line lacks is null.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

_NUMBERS = pa.map_(pa.string(), pa.float64())
_WORDS = pa.map_(pa.string(), pa.string())
_FACE = pa.struct(
    [
        ("box", pa.list_(pa.float64())),
        ("score", pa.float64()),
        ("points", pa.list_(pa.list_(pa.float64()))),
    ]
)
SCHEMA = pa.schema(
    [
        ("image", pa.string()),
        ("error", pa.string()),
        ("face", _FACE),
        ("emotion", pa.string()),
        ("emotion_probabilities", _NUMBERS),
        ("action_units", pa.list_(pa.string())),
        ("au_probabilities", _NUMBERS),
        ("rationales", _WORDS),
        ("revisions", _WORDS),
        ("timings", _NUMBERS),
    ]
)


def write_parquet(path: Path, lines: Sequence[str]) -> None:
    """Write lines of JSON as the rows of a file."""
    parquet.write_table(pa.Table.from_pylist([json.loads(line) for line in lines], SCHEMA), path)


def read_parquet(path: Path) -> list[str]:
    """Return the rows of a file as the lines of JSON that they were."""
    return [json.dumps(_as_line(row)) for row in parquet.read_table(path).to_pylist(maps_as_pydicts="strict")]


def _as_line(row: dict) -> dict:
    """The row with the keys that its line had, in their order."""
    if row["error"] is not None:
        return {"image": row["image"], "error": row["error"]}
    return {key: value for key, value in row.items() if key != "error"}


def outcomes_of(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield each picture of a shard, and whether it had an answer rather than an error.

    Raises what reading a damaged file does: ValueError, KeyError, TypeError, pa.ArrowException.
    """
    if path.suffix == ".parquet":
        table = parquet.read_table(path, columns=["image", "error"])
        for image, error in zip(*(table[name].to_pylist() for name in ("image", "error")), strict=True):
            yield image, error is None
        return
    with open(path, encoding="utf-8") as file:
        for line in file:
            facts = json.loads(line)
            yield facts["image"], "error" not in facts
