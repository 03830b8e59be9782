"""The truth file: the authors' evaluation JSON, checked entry by entry before anything is scored.

A list of entries (or an object of them by id) with `label`, `gpt4` (the reference text) and `image`. The
id is `id`, or the picture's path where an entry has none. `subject`, if present, marks the faces of one
person.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.bench import json_file, labels
from train.bench.errors import BenchError
from train.bench.paper import read_emotion_label
from train.bench.paper_au import read_label
from train.bench.tables import dataset_for


@dataclass(frozen=True)
class Truth:
    """Checked entries, each with `id`, `label` and `gpt4`, and what was odd about them, as sentences."""

    path: Path
    entries: list[dict[str, Any]]
    notes: tuple[str, ...]


def read_truth(path: Path, task: str, dataset: str) -> Truth:
    """Read and check a truth file; raises BenchError that names the file and the entry."""
    value = json_file.read(path)
    if isinstance(value, dict):
        value = [{"id": key, **_entry(each, f"{path}, entry {key!r}")} for key, each in value.items()]
    if not isinstance(value, list) or not value:
        raise BenchError(f"{path} holds no entries. A truth file is a list of {{id, label, gpt4}} objects.")
    entries, first = [], {}
    for number, raw in enumerate(value, 1):
        where = f"{path}, entry {number}"
        entry = dict(_entry(raw, where))
        name = entry.get("id", entry.get("image"))
        if not isinstance(name, str | int) or isinstance(name, bool) or not str(name):
            json_file.refuse_nan(raw, where)
            raise BenchError(f"{where} has neither an id nor an image to be known by.")
        entry["id"] = str(name)
        where = f"{where} (id {entry['id']!r})"
        json_file.refuse_nan(entry, where)
        if entry["id"] in first:
            raise BenchError(
                f"{where}: entry {first[entry['id']]} has the same id. Each face needs an id of its own."
            )
        first[entry["id"]] = number
        entries.append(_checked(entry, where, task))
    return Truth(path, entries, tuple(_notes(entries, task, dataset)))


def _entry(raw: object, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        json_file.refuse_nan(raw, where)
        raise BenchError(f"{where} is {type(raw).__name__}, not an object with id, label and gpt4.")
    return raw


def _checked(entry: dict[str, Any], where: str, task: str) -> dict[str, Any]:
    if "label" not in entry:
        raise BenchError(f"{where} has no label. Give the evaluation file, not the one for training.")
    if not isinstance(entry.get("gpt4", ""), str | None):
        raise BenchError(f"{where}: gpt4, the reference text, is {entry['gpt4']!r} and not a text.")
    entry["gpt4"] = entry.get("gpt4") or ""
    try:
        if task == "au":
            labels.action_units(entry["label"])
        else:
            read_emotion_label(entry["label"])
    except BenchError as error:
        raise BenchError(f"{where}: {error}") from error
    return entry


def _notes(entries: list[dict[str, Any]], task: str, dataset: str) -> list[str]:
    """What makes a figure say less than it seems to."""
    notes = []
    if silent := sum(not entry["gpt4"].strip() for entry in entries):
        notes.append(f"{silent} of {len(entries)} entries have no reference text (gpt4); left out of S_ge.")
    if task == "au":
        columns = dataset_for(task, dataset).columns
        written = [(entry, labels.action_units(entry["label"])) for entry in entries]
        others = {code for _, codes in written for code in codes} - set(columns)
        if others:
            named = ", ".join(sorted(others, key=lambda code: int(code[2:])))
            notes.append(f"Labels name {named}, which {dataset} doesn't code: passed over.")
        unread = sum(
            set(read_label(entry["label"], dataset)) != set(codes).intersection(columns)
            for entry, codes in written
        )
        if unread:
            notes.append(
                f"The paper's rule reads {unread} label strings otherwise than they mean "
                '(it splits at ", " only).'
            )
    return notes
