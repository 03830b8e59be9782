"""Checks what a client sends before anything is done with it: endpoints get whatever JSON somebody posts.

Every function takes the argument's name and value, and returns the value or raises BadArgument, which says
what was got and what is allowed. Labels and rationales have a module of their own (`studio.annotate.labels`).
"""

import json
import math
from typing import Any
from uuid import UUID

from model.errors import EmolaError

LARGEST_ID = 2**31 - 1
"""What PostgreSQL keeps as a row's id."""
MOST_TEXT = 5_000
"""Characters of one text: three times the longest rationale; reading more would keep others waiting."""
MOST_DRAFT = 65_536
"""Bytes of a draft as JSON."""
MOST_SECONDS = 86_400.0


class BadArgument(EmolaError):
    """What was sent to this endpoint is not what it takes. The message says what it takes."""


def whole(name: str, value: Any, *, least: int = 1, most: int = LARGEST_ID) -> int:
    """Return a whole number from least to most."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadArgument(f"{name} is {told(value)}. Give a whole number from {least} to {most}.")
    return value


def short(name: str, value: Any, most: int = 100) -> str:
    """Return a name or an id of at most that many characters; None is an empty one."""
    return text(name, "" if value is None else value, most) or ""


def text(name: str, value: Any, most: int = MOST_TEXT) -> str | None:
    """Return a text of at most that many characters that databases can store, None where none is given."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadArgument(f"{name} is {told(value)}. Give a text, or nothing.")
    if len(value) > most:
        raise BadArgument(f"{name} has {len(value):,} characters. Give at most {most:,}.")
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value):
        raise BadArgument(f"{name} holds a character that cannot be stored as text. Remove it.")
    return value


def own_id(name: str, value: Any) -> UUID:
    """Return the id that a client gave its save."""
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadArgument(
            f"{name} is {told(value)}. Give a UUID, as crypto.randomUUID() or Python's uuid4() makes one: a "
            "new one for each save, the same one when that save is sent again."
        ) from error


def seconds(name: str, value: Any) -> float | None:
    """Return a time in seconds from 0 to a day, None where none is given; a longer time counts as a day."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise BadArgument(f"{name} is {told(value)}. Give the time at this face in seconds, 0 or more.")
    return min(float(value), MOST_SECONDS)


def draft(name: str, value: Any) -> dict[str, Any] | None:
    """Return an object of at most MOST_DRAFT bytes as JSON, None where the draft is to be forgotten."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise BadArgument(f"{name} is {told(value)}. Give an object, or null to forget it.")
    try:
        size = len(json.dumps(value, allow_nan=False, ensure_ascii=False).encode())
    except (ValueError, RecursionError) as error:  # NaN, half a surrogate pair, nesting without end
        raise BadArgument(
            f"{name} holds what JSON has no place for. Give numbers, texts and lists."
        ) from error
    if size > MOST_DRAFT:
        raise BadArgument(f"{name} has {size:,} bytes. Give at most {MOST_DRAFT:,}.")
    if "\\u0000" in json.dumps(value):
        raise BadArgument(f"{name} holds a null character, which no database can store as text. Remove it.")
    return value


def box(name: str, value: Any, width: int, height: int) -> tuple[float, float, float, float]:
    """Return a box (left, top, right, bottom) in px, clipped to its picture; at least 8 px wide and high."""
    numbers = list(value) if isinstance(value, list | tuple) else []
    good = [n for n in numbers if isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n)]
    if len(good) != 4 or len(numbers) != 4:
        raise BadArgument(
            f"{name} is {told(value)}. Give [left, top, right, bottom] in the picture's pixels."
        )
    left, right = (min(max(float(x), 0.0), float(width)) for x in sorted((good[0], good[2])))
    top, bottom = (min(max(float(y), 0.0), float(height)) for y in sorted((good[1], good[3])))
    if right - left < 8 or bottom - top < 8:
        raise BadArgument(
            f"The box is {right - left:.0f}x{bottom - top:.0f} px inside the picture of {width}x{height} px. "
            "Draw it around the whole face, at least 8 px wide and high."
        )
    return left, top, right, bottom


def told(value: Any) -> str:
    """Return what was got in a few words, whatever it is."""
    if value is None:
        return "missing"
    if isinstance(value, dict | list | tuple):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    shown = ascii(value)[:60] if isinstance(value, str) else str(value)[:60]
    return shown
