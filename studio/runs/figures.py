"""A run's figures as its report has them: REGE with its interval, on the gold set and on the original one.

REGE is 0..200, the mean over the tasks; its interval is of that mean, from faces that the gate drew for all
tasks at once. Values that a report lacks are None.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SIDES = ("candidate", "current")


@dataclass(frozen=True)
class Rege:
    """REGE with the edges of its 95 % interval."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Change:
    """Candidate less the one before, paired on the same faces, with its 95 % interval and p."""

    difference: float
    low: float | None
    high: float | None
    p: float | None


def rege(report: Mapping[str, Any] | None, side: str, of: str = "gold") -> Rege | None:
    """Return one side's REGE on a set."""
    found = _set(report, of)
    value = found.get(side)
    if value is None:
        return None
    low, high = (found.get("intervals") or {}).get(side) or (None, None)
    return Rege(value, low, high)


def change(report: Mapping[str, Any] | None, of: str = "gold") -> Change | None:
    """Return by how much a candidate is better on a set."""
    found = _set(report, of).get("rege") or {}
    if found.get("difference") is None:
        return None
    return Change(*(found.get(name) for name in ("difference", "low", "high", "p")))


def faces(report: Mapping[str, Any] | None, of: str = "gold") -> int | None:
    """Return how many faces a set has."""
    return _set(report, of).get("faces")


def asked(report: Mapping[str, Any] | None, of: str = "gold") -> str:
    """Return which faces and questions these were, as one word; "" where the report does not say."""
    return ((report or {}).get("answers") or {}).get(of, {}).get("asked", "")


def labels(report: Mapping[str, Any] | None, of: str = "gold") -> list[dict[str, Any]]:
    """Return what changed for each label that faces show, in points of F1 (0..100), the best first."""
    found = (_set(report, of).get("labels") or {}).items()
    rows = [
        {"name": name, **{key: row.get(key) for key in ("support", "difference", "low", "high")}}
        for name, row in found
        if row.get("support") and row.get("difference") is not None
    ]
    return sorted(rows, key=lambda row: -row["difference"])


def plain(one: Rege | Change | None) -> dict[str, Any] | None:
    """Return a figure as JSON's types."""
    return asdict(one) if one else None


def _set(report: Mapping[str, Any] | None, of: str) -> Mapping[str, Any]:
    return ((report or {}).get("sets") or {}).get(of) or {}
