"""What is still to be sent: the events since the last segment, and how the database remembers how far it is.

A segment is made from the oldest events and forgotten once it is safe elsewhere, in one transaction with the
number and digest that the next one follows. Made again before that, from the same events, it is the same
segment, byte for byte.
"""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import Connection, delete, func, select, text
from sqlalchemy.orm import Session

from db.events.segments import FORMAT, Head, Segment, write
from db.models import Event, Outbox

LIMIT = 20_000  # events a segment: some MB


def next_segment(session: Session, schema: str, limit: int = LIMIT) -> Segment | None:
    """Return the segment to send next, None where nothing waits. Needs a session that may write: the first
    call gives this database its id.
    """
    state = own(session)
    events = waiting(session, limit)
    if not events:
        return None
    head = Head(
        FORMAT, schema, str(state.writer), state.number + 1, state.digest, events[0].id, events[-1].id
    )
    return _segment(head, events)


def again(session: Session, head: Head) -> Segment | None:
    """Return the segment of a head, from the events that wait; None where there are none of it any more."""
    chosen = select(Event).where(Event.id <= head.last).order_by(Event.id)
    events = session.scalars(chosen).all()
    return _segment(head, events) if events else None


def sent(session: Session, segment: Segment) -> None:
    """Forget a segment's events: it is safe elsewhere."""
    follow(session, segment)
    forget(session, segment.head.last)


def follow(session: Session, last: Segment | None) -> None:
    """Go on after a segment that this database was filled from; None: there was none."""
    state = own(session)
    state.number, state.digest = (last.head.number, last.digest) if last else (0, "")


def forget(session: Session, last: int) -> None:
    """Forget the events up to an id: what they tell is safe elsewhere."""
    session.execute(delete(Event).where(Event.id <= last), execution_options={"synchronize_session": False})


def lose_track(session: Session) -> None:
    """Let the events that wait not be sent as they are, since they no longer tell all, or no longer of these
    tables. What was sent is then written anew from the rows.
    """
    state = own(session)
    state.digest = ""
    forget(session, high_water(session))


def has_lost_track(state: Outbox) -> bool:
    """Return whether what was sent is to be written anew from the rows."""
    return state.number > 0 and not state.digest


def high_water(session: Session | Connection) -> int:
    """Return the highest id that an event of this database ever had."""
    query = text("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
    return session.scalar(query) or 0


def position(session: Session) -> Outbox | None:
    """Return how far this database has sent; None where it never did."""
    return session.get(Outbox, 1)


def waiting(session: Session, limit: int = LIMIT) -> Sequence[Event]:
    """Return the events that were not yet sent, the oldest first."""
    return session.scalars(select(Event).order_by(Event.id).limit(limit)).all()


def count_waiting(session: Session) -> int:
    """Return how many events were not yet sent; at least one where what was sent is to be written anew."""
    count = session.scalar(select(func.count()).select_from(Event)) or 0
    state = position(session)
    return max(count, 1) if state and has_lost_track(state) else count


def own(session: Session) -> Outbox:
    """Return how far this database has sent; needs a session that may write where it never did."""
    state = session.get(Outbox, 1)
    if state is None:
        state = Outbox(id=1, writer=uuid4(), number=0, digest="")
        session.add(state)
        session.flush()
    return state


def _segment(head: Head, events: Sequence[Event]) -> Segment:
    return write(head, ((event.place, event.operation, event.content) for event in events))
