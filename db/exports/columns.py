"""What a row of an export says of its face, by column: the same names in CSV and Parquet."""

from typing import Any

from db.exports.choice import Choice
from db.exports.rows import Row


def about(row: Row, choice: Choice) -> dict[str, Any]:
    """Return the columns before the labels. `subject` only where it is asked for."""
    face = row.face
    values = {
        "face": face.id,
        "sha256": face.sha256,
        "source": face.source,
        "original_name": face.original_name,
        "split": face.split,
        "neutral": face.neutral,
        "width": face.width,
        "height": face.height,
    }
    if choice.subjects:
        values["subject"] = row.subject
    return values | {"origin": row.origin, "kind": row.kind, "annotator": row.annotator, "at": row.at}


def present(labels: dict[str, Any] | None) -> list[str]:
    """Return the names of the AUs that labels say are present."""
    units = (labels or {}).get("au") or {}
    return [name for name, said in units.items() if said.get("state") == "present"]
