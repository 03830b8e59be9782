"""Streams a file that is one JSON list: entry by entry with its own text, memory flat whatever its length.

Each entry's text is kept letter for letter, so that opening, texts with separators between them, and closing
are the file again (where its separators are all alike, as any writer of JSON makes them). What `json` lets
pass is told here: a key that stands twice, NaN, a file that breaks off.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from db.datasets.base import Layout
from db.datasets.errors import DatasetError

CHUNK = 1 << 16  # characters read at once
LONGEST = 1 << 26  # of one entry: longer is no entry but a file that is broken
_BLANK = re.compile(r"[ \t\r\n]*")
_BETWEEN = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")


class Item(NamedTuple):
    """One entry: its place from 0, the line it begins in from 1, its text, its value, and what is wrong."""

    position: int
    line: int
    text: str
    value: Any
    problem: str | None


def items(path: Path) -> Iterator[Item]:
    """Yield the entries of a file. Raises DatasetError where it is missing, no JSON list, or breaks off."""
    stream = _Stream(path)
    yield from stream.items()


def layout(path: Path) -> Layout:
    """Return what stands around the entries. Reads the whole file. Raises DatasetError as `items` does."""
    stream = _Stream(path)
    for _ in stream.items():
        pass
    return Layout(stream.opening, stream.separator, stream.closing)


class _Stream:
    """A file being read: `opening`, `separator`, `closing` are whole at its end."""

    def __init__(self, path: Path):
        self.path = path
        self.opening, self.separator, self.closing = "", ",\n  ", ""

    def items(self) -> Iterator[Item]:
        try:
            with open(self.path, encoding="utf-8", newline="") as self._file:
                self._buffer, self._ended, self._line = "", False, 1
                yield from self._items()
        except UnicodeDecodeError as error:
            raise DatasetError(
                f"{self.path} is not UTF-8 text ({error.reason}). Give the file as it was published."
            ) from error
        except OSError as error:
            raise DatasetError(f"{self.path} cannot be read: {error.strerror}.") from error

    def _items(self) -> Iterator[Item]:
        head = self._take(_BLANK)
        if not self._sees("["):
            self._broken(0, "the file is no JSON list, which begins with [")
        self.opening = head + self._cut(1) + self._take(_BLANK)
        position, closed = 0, self._sees("]")
        while not closed:
            line = self._line
            text, value, problem = self._entry(position)
            yield Item(position, line, text, value, problem)
            position += 1
            between = self._take(_BLANK)
            if closed := self._sees("]"):
                self.closing = between
            elif self._sees(","):
                between += self._take(_BETWEEN)
                if position == 1:
                    self.separator = between
            else:
                self._broken(position, f"neither a comma nor ] follows entry {position}")
        self.closing += self._cut(1) + self._take(_BLANK)
        if self._buffer:
            self._broken(position, "something follows the end of the list")

    def _entry(self, position: int) -> tuple[str, Any, str | None]:
        """Cut the next entry off the buffer."""
        odd: list[str] = []
        decoder = json.JSONDecoder(
            object_pairs_hook=lambda pairs: _unique(pairs, odd), parse_constant=lambda name: _odd(name, odd)
        )
        while True:
            try:
                value, end = decoder.raw_decode(self._buffer)
            except (json.JSONDecodeError, RecursionError) as error:
                if self._ended or len(self._buffer) > LONGEST:
                    self._broken(position, f"entry {position + 1} breaks off or is no JSON ({error})")
            else:
                # A number may go on in what is not read yet.
                if end < len(self._buffer) or self._ended:
                    return self._cut(end), value, "; ".join(dict.fromkeys(odd)) or None
            odd.clear()
            self._more(max(CHUNK, len(self._buffer)))

    def _more(self, size: int = CHUNK) -> None:
        read = self._file.read(size)
        self._buffer += read
        self._ended = not read

    def _sees(self, character: str) -> bool:
        if not self._buffer and not self._ended:
            self._more()
        return self._buffer.startswith(character)

    def _take(self, what: re.Pattern[str]) -> str:
        """Cut off what matches at the buffer's beginning, however far it goes on in the file."""
        while True:
            match = what.match(self._buffer)
            end = match.end() if match else 0
            if end < len(self._buffer) or self._ended:
                return self._cut(end)
            self._more()

    def _cut(self, end: int) -> str:
        text, self._buffer = self._buffer[:end], self._buffer[end:]
        self._line += text.count("\n")
        return text

    def _broken(self, entries: int, what: str) -> NoReturn:
        raise DatasetError(
            f"{self.path}, line {self._line}: {what}. {entries:,} entries before it are whole. Get the file "
            "again from where it was published."
        )


def _unique(pairs: list[tuple[str, Any]], odd: list[str]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        odd.extend(f"the key {name!r} stands twice" for name in found if names.count(name) > 1)
    return found


def _odd(name: str, odd: list[str]) -> float:
    odd.append(f"{name} is no number")
    return float(name.replace("Infinity", "inf"))
