"""An export in FABA-Instruct's form, which the authors' training code and `db.datasets` read.

    FABAInstruct/train/train_emotion_anno.json, train_au_anno.json    images/   landmarks/
    FABAInstruct/eval/eval_emotion_anno.json, eval_au_anno.json       images/   landmarks/    split test

A training entry says its labels in words only, so `Words` must give a text from which they can be read. Not
in this form: "can't tell", "not visible" (taken as absent), intensity, side, AUs that are none of its 20
columns, and who said so.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from db.datasets.faba_entry import QUESTIONS
from db.datasets.faba_instruct import FOLDER, PARTS
from db.datasets.labels import EMOTIONS, FABA, au
from db.exports.columns import present
from db.exports.rows import EXTENSIONS, Row

Words = Callable[[str, Any, str], str]
"""Task, its label ("happiness" or ["AU6", "AU12"]) and the rationale -> a text that says both."""


def picture(row: Row) -> str:
    """Return a picture's path in the export."""
    return f"{FOLDER}/{_part(row)}/images/{row.face.sha256}.{EXTENSIONS[row.face.media_type]}"


def landmarks(row: Row) -> str:
    """Return the path of a face's landmarks in the export, where they are known."""
    return f"{FOLDER}/{_part(row)}/landmarks/{row.face.sha256}.npy"


def write_labels(folder: Path, rows: Iterable[Row], words: Words) -> int:
    """Write the label files below a folder, and return the number of faces in them."""
    written = 0
    with ExitStack() as stack:
        files: dict[str, _List] = {}
        for row in rows:
            entries = _entries(row, words)
            for task, entry in entries.items():
                name = f"{FOLDER}/{_part(row)}/{_part(row)}_{task}_anno.json"
                if name not in files:
                    files[name] = stack.enter_context(_List(folder / name))
                files[name].add(entry)
            written += bool(entries)
    return written


def _entries(row: Row, words: Words) -> dict[str, dict[str, Any]]:
    """Return the entries about a face, by task."""
    labels, found = row.labels or {}, {}
    if labels.get("emotion") in EMOTIONS:
        found["emotion"] = labels["emotion"]
    if "au" in labels:
        columns = {au(number) for number in FABA}
        found["au"] = [name for name in present(labels) if name in columns]
    return {task: _entry(row, task, label, words) for task, label in found.items()}


def _entry(row: Row, task: str, label: Any, words: Words) -> dict[str, Any]:
    text = words(task, label, (row.rationales or {}).get(task, ""))
    places = {"image": picture(row), "landmark": landmarks(row)}
    if row.face.split == "test":
        written = label if task == "emotion" else ", ".join(name.removeprefix("AU") for name in label)
        return {**places, "label": written, "gpt4": text}
    turns = [{"from": "human", "value": QUESTIONS[task]}, {"from": "gpt", "value": text}]
    name = f"{row.face.sha256}_{task}"
    return {"source": row.face.source, **places, "id": name, "conversations": turns}


def _part(row: Row) -> str:
    return PARTS["test" if row.face.split == "test" else "train"]


class _List:
    """A JSON list in a file, written entry by entry."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._between = path, "[\n  "

    def __enter__(self):
        self._file = open(self._path, "w", encoding="utf-8")
        return self

    def add(self, entry: dict[str, Any]) -> None:
        self._file.write(self._between + json.dumps(entry, ensure_ascii=False))
        self._between = ",\n  "

    def __exit__(self, *failed):
        self._file.write("\n]\n")
        self._file.close()
