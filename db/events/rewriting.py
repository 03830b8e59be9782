"""Writes the line of events anew from the rows as they are: so an erasure reaches what was sent before.

Each row is told of once, and nothing that was removed or was otherwise before is told of any more; only that
its id is taken. In memory: the rows as JSON, some hundred bytes each.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from db.events import capture, outbox
from db.events.segments import FORMAT, Head, Segment, write
from db.models import Face, Outbox

MANY = 1000  # segments, above which a start from an empty disk would be slow


class Line(NamedTuple):
    """A new line of segments, what it tells of (all events up to `last`), and which pictures belong to it."""

    segments: list[Segment]
    last: int
    pictures: set[str]


def is_due(session: Session, state: Outbox, segments: int) -> bool:
    """Return whether the line is to be written anew instead of going on: something was erased, it was lost
    track of, or it has become very long.
    """
    erased = text(
        "SELECT 1 FROM events WHERE operation = 'put' AND (place = 'erasures' "
        "OR place = 'subjects' AND json_extract(content, '$.erased_at') IS NOT NULL) LIMIT 1"
    )
    return outbox.has_lost_track(state) or segments >= MANY or session.execute(erased).first() is not None


def write_anew(session: Session, schema: str, writer: str, limit: int = outbox.LIMIT) -> Line:
    """Return the rows as a line of segments that begins at 1. The session must see one moment throughout."""
    events, last = _events(session), outbox.high_water(session)
    made: list[Segment] = []
    while some := list(islice(events, limit)):
        previous = made[-1].digest if made else ""
        made.append(write(Head(FORMAT, schema, writer, len(made) + 1, previous, 1, last), some))
    pictures = set(session.scalars(select(Face.sha256).where(Face.sha256.is_not(None))))
    return Line(made, last, pictures)


def _events(session: Session) -> Iterator[tuple[str, str, str]]:
    """Yield the events that make the rows; first those by which no id that was ever taken is given again."""
    taken = {name: seq for name, seq in session.execute(text("SELECT name, seq FROM sqlite_sequence"))}
    for table in capture.tables():
        if taken.get(table.name):
            yield table.name, "remove", f'{{"id": {taken[table.name]}}}'
    for table in capture.tables():
        yield from session.execute(text(capture.rows(table)))
