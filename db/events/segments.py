"""A segment: some events as a file of JSON lines, which is written once and never changed.

The first line says what it is: format and schema, whose it is and the how many-th, and the digest of the one
before, so that a missing, changed or foreign segment is seen. Each further line is one event. Its name holds
its number and its own digest: `events/00000012-0a1b2c3d4e5f6071.jsonl`.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

from db.errors import SchemaError

FOLDER = "events"
FORMAT = 1
_NAME = re.compile(rf"{FOLDER}/([0-9]{{8,}})-([0-9a-f]{{16}})\.jsonl")


@dataclass(frozen=True)
class Head:
    """A segment's first line. `first`, `last`: ids of its events in the database that wrote it."""

    format: int
    schema: str
    writer: str
    number: int
    previous: str
    first: int
    last: int


@dataclass(frozen=True)
class Segment:
    """A segment as it is stored: its bytes are what its digest and name are of."""

    head: Head
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, in hexadecimal."""
        return sha256(self.data).hexdigest()

    @property
    def path(self) -> str:
        """Its name in a repository."""
        return f"{FOLDER}/{self.head.number:08d}-{self.digest[:16]}.jsonl"

    def events(self) -> list[tuple[str, str, str]]:
        """Return its events: (table, operation, row as JSON text). Raises SchemaError for a damaged line."""
        return [_event(line, self.path) for line in self.data.splitlines()[1:]]


def write(head: Head, events: Iterable[tuple[str, str, str]]) -> Segment:
    """Return the segment of some events (table, operation, row as JSON text)."""
    lines = [json.dumps(asdict(head))]
    lines += [
        json.dumps({"table": place, "operation": operation, "row": json.loads(content)})
        for place, operation, content in events
    ]
    return Segment(head, ("\n".join(lines) + "\n").encode())


def read(data: bytes, path: str) -> Segment:
    """Return the segment stored under a name. Raises SchemaError where it is damaged, not what its name
    says, or of a format that this studio does not know.
    """
    try:
        head = Head(**json.loads(data.split(b"\n", 1)[0]))
    except (ValueError, TypeError) as error:
        raise SchemaError(
            f"{path} is no segment of events: its first line cannot be read ({error})."
        ) from error
    if head.format != FORMAT:
        raise SchemaError(
            f"{path} is of format {head.format}; this studio reads format {FORMAT}. A newer one wrote it: "
            "update this one."
        )
    segment = Segment(head, data)
    if segment.path != path:
        raise SchemaError(f"{path} was changed since it was written; its content belongs to {segment.path}.")
    return segment


def in_order(names: Iterable[str]) -> list[str]:
    """Return the names of segments in the order of their numbers; other files are left out.

    Raises SchemaError where a number is missing or there twice.
    """
    found = sorted((int(match[1]), name) for name in names if (match := _NAME.fullmatch(name)))
    for expected, (number, name) in enumerate(found, 1):
        if number != expected:
            what = (
                f"{FOLDER}/ has two segments {number}"
                if number < expected
                else f"segment {expected} is missing"
            )
            raise SchemaError(
                f"{what} (found {name}). Two studios have written to one repository, or a file was removed. "
                "Keep it as it is; nothing is written to it."
            )
    return [name for _, name in found]


def require_chain(segments: Sequence[Segment], previous: str = "") -> None:
    """Raise SchemaError where a segment does not follow the one before it; previous: the digest before."""
    for segment in segments:
        if segment.head.previous != previous:
            raise SchemaError(
                f"{segment.path} does not follow the segment before it: that one was changed, or two studios "
                "have written to one repository. Keep it as it is; nothing is written to it."
            )
        previous = segment.digest


def _event(line: bytes, path: str) -> tuple[str, str, str]:
    try:
        event = json.loads(line)
        return event["table"], event["operation"], json.dumps(event["row"])
    except (ValueError, KeyError, TypeError) as error:
        raise SchemaError(f"{path} has a line that is no event: {line[:80]!r}.") from error
