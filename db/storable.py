"""Whether text can be stored: engines refuse a null character, and half of a surrogate pair."""

from collections.abc import Iterator
from typing import Any

from db.errors import DataError


def require_storable(value: Any) -> None:
    """Raise DataError where a JSON value, or a text in it, names included, cannot be stored."""
    for text in _texts(value):
        if text.isascii() and "\0" not in text:
            continue
        if bad := next((letter for letter in text if letter == "\0" or "\ud800" <= letter <= "\udfff"), None):
            raise DataError(f"A text holds {bad!r}, which no database can store as text. Remove it.")


def _texts(value: Any) -> Iterator[str]:
    """Yield each text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
