"""The answers file: which text, or which labels, a model gave for each face.

Read are an object id -> answer, a list of objects with `id` and the answer, and JSON lines of such. The
answer is a text, or an object with a text and labels (see `train.bench.structured`).
"""

from pathlib import Path
from typing import Any

from train.bench import json_file
from train.bench.errors import BenchError
from train.bench.structured import TEXT_KEYS, Answer

_IDS = ("id", "question_id", "image_id", "image")
_BESIDE = ("action_units", "emotion", "aus")


def read_answers(path: Path, known: set[str]) -> dict[str, Answer]:
    """Return id -> answer; `known` are the truth's ids.

    Raises BenchError that names the file and the entry: no id, an id given twice, an id that isn't in the
    truth, an answer that is neither a text nor an object with one.
    """
    answers: dict[str, Answer] = {}
    for where, name, raw in _entries(json_file.read(path), path):
        json_file.refuse_nan(raw, where)
        if name in answers:
            raise BenchError(f"{where}: that id has an answer already. One answer for each face.")
        if name not in known:
            raise BenchError(
                f"{where}: that face isn't in the truth. Give the truth file that the answers were made for."
            )
        answers[name] = _answer(raw, where)
    if not answers:
        raise BenchError(f"{path} holds no answers. Give an object id -> text, or a list with id and text.")
    return answers


def _entries(value: Any, path: Path) -> list[tuple[str, str, Any]]:
    """(place, id, raw answer) of each entry, in the file's order."""
    if isinstance(value, dict):
        return [
            (f"{path}, entry {i} (id {key!r})", key, raw) for i, (key, raw) in enumerate(value.items(), 1)
        ]
    if not isinstance(value, list):
        raise BenchError(f"{path} is neither an object id -> text nor a list of answers.")
    found = []
    for i, raw in enumerate(value, 1):
        where = f"{path}, entry {i}"
        if not isinstance(raw, dict):
            raise BenchError(f"{where} is {type(raw).__name__}, not an object with an id and a text.")
        json_file.refuse_nan(raw, where)
        name = next((raw[key] for key in _IDS if isinstance(raw.get(key), str | int)), None)
        if name is None and len(raw) == 1:
            # Some tools write a list of {id: text}.
            ((name, raw),) = raw.items()
        if name is None or str(name) == "":
            raise BenchError(f"{where} has no id. Allowed names for it: {', '.join(_IDS)}.")
        found.append((f"{where} (id {str(name)!r})", str(name), raw))
    return found


def _answer(raw: Any, where: str) -> Answer:
    if raw is None:
        return ""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, dict):
        texts = {key: raw[key] for key in TEXT_KEYS if key in raw}
        wrong = next((key for key, text in texts.items() if not isinstance(text, str | None)), None)
        if wrong is not None:
            raise BenchError(f"{where}: {wrong} is {raw[wrong]!r}, not a text.")
        if texts or any(key in raw for key in _BESIDE):
            return {**raw, "text": next((text for text in texts.values() if text), "")}
    raise BenchError(
        f"{where} has no answer. Allowed: a text, or an object with {', '.join(TEXT_KEYS)}, "
        f"{' or '.join(_BESIDE)}."
    )
