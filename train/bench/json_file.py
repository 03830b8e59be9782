"""A JSON or JSON-lines file as entries, with the place named where it is broken.

JSON alone lets pass what would make a figure wrong: a key given twice (the last wins) and NaN, which is no
JSON at all. Both are refused here, as is a file cut short.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from train.bench.errors import BenchError


class NotANumber:
    """Stands where a file has NaN or Infinity, until the entry that holds it is known."""

    def __init__(self, name: str):
        self.name = name


def read(path: Path) -> Any:
    """Return the file's value: of JSON as it is, of JSON lines (.jsonl, or several lines of objects) a list.

    Raises BenchError for a file that is missing, empty, not UTF-8, cut short or has a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BenchError(f"{path} cannot be read ({error.strerror}). Give a JSON file.") from error
    except UnicodeDecodeError as error:
        raise BenchError(f"{path} is not UTF-8 text (byte {error.start}). Give a JSON file.") from error
    if not text.strip():
        raise BenchError(f"{path} is empty. Give a JSON file with entries.")
    lines = text.splitlines()
    if path.suffix == ".jsonl" or (len(lines) > 1 and _is_object(lines[0]) and lines[1].strip()):
        numbered = ((i, line) for i, line in enumerate(lines, 1) if line.strip())
        return [_parse(line, f"{path}, line {i}") for i, line in numbered]
    return _parse(text, str(path))


def _is_object(line: str) -> bool:
    return bool(re.fullmatch(r"\s*\{.*\}\s*", line))


def _parse(text: str, where: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise BenchError(f"{where}: {key!r} stands there twice in one object. Remove one of the two.")
            found[key] = value
        return found

    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=NotANumber)
    except json.JSONDecodeError as error:
        entries = sum(1 for _ in _whole_entries(text))
        raise BenchError(
            f"{where} is no whole JSON: {error.msg} at line {error.lineno}, column {error.colno}, after "
            f"{entries} whole {'entry' if entries == 1 else 'entries'}; entry {entries + 1} is cut short or "
            "damaged. Copy the file again."
        ) from error
    except RecursionError as error:
        raise BenchError(f"{where} is nested too deeply to be a list of entries.") from error


def _whole_entries(text: str) -> Iterator[Any]:
    """Yield what can be read of a damaged list or object, in order."""
    decoder = json.JSONDecoder()
    opened = re.match(r"\s*([\[{]?)", text)
    key = r'(?:"(?:[^"\\]|\\.)*"\s*:\s*)?' if opened[1] == "{" else ""
    before = re.compile(r"[\s,]*" + key)
    position = opened.end()
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, before.match(text, position).end())
        except (ValueError, RecursionError):
            return
        yield value


def refuse_nan(value: Any, where: str) -> None:
    """Raise BenchError if the value holds NaN or Infinity; `where` names the file and the entry."""
    if isinstance(value, NotANumber):
        raise BenchError(f"{where} holds {value.name}, which is no value. Put a label or a text there.")
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        refuse_nan(part, where)
