"""A round as a record: a JSON file that says all that the database of another machine must know of it.

    rounds/00000012-0a1b2c3d4e5f6071.json     its number and its own digest

Rows are named by what they are on every machine, not by the ids that they happen to have there: an adapter by
its revision, a snapshot by its hash, what served by how many promotions there had been and whose adapter the
last one named. Faces and labels keep their ids, since both databases have them from the same events.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from db.errors import SchemaError

FOLDER = "rounds"
FORMAT = 1
STATES = ("promoted", "rejected", "failed", "stopped")
_NAME = re.compile(rf"{FOLDER}/([0-9]{{8,}})-([0-9a-f]{{16}})\.json")


@dataclass(frozen=True)
class Frozen:
    """A snapshot: its dataset and hash, and for each face (id, gold label, annotation, split)."""

    dataset: str
    sha256: str
    options: dict[str, Any]
    rows: tuple[tuple[int, int | None, int | None, str | None], ...]


@dataclass(frozen=True)
class Made:
    """An adapter: what its row says, and `place`, the hub id by which every machine can have its bundle."""

    revision: str
    place: str
    base_revision: str
    expert: str
    tasks: tuple[str, ...]
    manifest: dict[str, Any]


@dataclass(frozen=True)
class Served:
    """What answered a task when the round began: how many promotions there had been, and the revision of the
    last one's adapter (None: the base alone).
    """

    promotions: int
    revision: str | None


@dataclass(frozen=True)
class Record:
    """A round: how it ended, on what it was trained, from what, and what it made.

    started_at, finished_at: ISO 8601 in UTC. served: task -> what it was promoted over; empty unless it was.
    report: as the run's row has it, its answers' places being paths within the repository.
    """

    state: str
    message: str
    options: dict[str, Any]
    progress: dict[str, Any] | None
    report: dict[str, Any] | None
    started_at: str
    finished_at: str
    snapshot: Frozen | None
    parent: str | None
    adapter: Made | None
    served: dict[str, Served]

    def data(self) -> bytes:
        """Return the file that says so."""
        told = {"format": FORMAT, **asdict(self)}
        return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def path(number: int, data: bytes) -> str:
    """Return the name of the number-th record."""
    return f"{FOLDER}/{number:08d}-{sha256(data).hexdigest()[:16]}.json"


def number(name: str) -> int:
    """Return a record's number, 0 for a file that is none."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else 0


def is_of(name: str, data: bytes) -> bool:
    """Return whether a record, whatever its number, holds just this."""
    return name == path(number(name), data)


def in_order(names: Iterable[str]) -> list[str]:
    """Return the names of records in their order; other files are left out."""
    return sorted(name for name in names if _NAME.fullmatch(name))


def read(data: bytes, name: str) -> Record:
    """Return the record stored under a name. Raises SchemaError where it is damaged, not what its name says,
    or of a format that this studio does not know.
    """
    if not is_of(name, data):
        raise SchemaError(f"{name} was changed since it was written. Nothing is taken over from it.")
    try:
        told = json.loads(data)
        form = told.pop("format")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SchemaError(f"{name} is no record of a round: it cannot be read ({error!r}).") from error
    if form != FORMAT:
        raise SchemaError(
            f"{name} is of format {form!r}; this studio reads format {FORMAT}. A newer version wrote it: "
            "update this studio, then it is taken over."
        )
    try:
        return _record(told)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise SchemaError(f"{name} is no record of a round: {error!r}.") from error


def _record(told: dict[str, Any]) -> Record:
    """Return what a record's JSON says, each part of the kind that it must be."""
    snapshot, adapter = told.pop("snapshot"), told.pop("adapter")
    served = {str(task): Served(**one) for task, one in told.pop("served").items()}
    found = Record(
        **told,
        snapshot=Frozen(**{**snapshot, "rows": _rows(snapshot["rows"])}) if snapshot else None,
        adapter=Made(**{**adapter, "tasks": tuple(map(str, adapter["tasks"]))}) if adapter else None,
        served=served,
    )
    if found.state not in STATES:
        raise ValueError(f"its state is {found.state!r}; known are {', '.join(STATES)}")
    if not isinstance(found.options, dict) or found.state == "promoted" and not (adapter and served):
        raise ValueError("its options are no table, or it was promoted without an adapter")
    for moment in (found.started_at, found.finished_at):
        if datetime.fromisoformat(moment).tzinfo is None:
            raise ValueError(f"{moment} has no time zone")
    return found


def _rows(rows: list[list[Any]]) -> tuple[tuple[int, int | None, int | None, str | None], ...]:
    found = tuple((int(face), gold, annotation, split) for face, gold, annotation, split in rows)
    if len({face for face, *_ in found}) != len(found):
        raise ValueError("a face is in its snapshot twice")
    return found
