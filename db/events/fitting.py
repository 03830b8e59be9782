"""Brings a database and a repository to where they agree, where they differ only by an answer that was lost.

A studio may be killed between a commit and its own note of it, or never hear that a commit was done. What it
then finds in the repository is its own, event for event, and counts as sent. Everything else that does not
fit is refused: nothing is written to either, and both are kept.
"""

from sqlalchemy.orm import Session

from db.errors import HubRefused
from db.events import outbox
from db.events.repository import Contents, Repository
from db.events.segments import Segment
from db.models import Outbox
from db.session import Database


def fit(database: Database, repository: Repository, contents: Contents) -> None:
    """Note as sent what is there already. Raises HubRefused where the two do not fit.

    Nobody waits for the hub: the database is written to between what is read from there.
    """
    with database.reads.begin() as session:
        number, renewed = outbox.own(session).number, _is_renewed(session, contents)
    if renewed:
        last = repository.segment(contents.segments[-1]) if contents.segments else None
        with database.sessions.begin() as session:
            outbox.follow(session, last)
            outbox.forget(session, contents.holder.replaced.last)
        return
    for path in contents.segments[number:]:
        theirs = repository.segment(path)
        with database.sessions.begin() as session:
            if not _noted(session, theirs):
                raise _misfit(repository, f"{path} is not of this database")
    with database.reads.begin() as session:
        state, there = outbox.own(session), contents.segments
    last = there[state.number - 1] if 0 < state.number <= len(there) else ""
    if len(there) != state.number or state.digest[:16] not in last:
        raise _misfit(repository, f"it holds {len(there)} segments, this database sent {state.number}")


def _is_renewed(session: Session, contents: Contents) -> bool:
    """Return whether we wrote all segments anew and never heard that it was done."""
    holder, state = contents.holder, outbox.own(session)
    replaced = holder.replaced if holder else None
    if replaced is None or (replaced.number, replaced.digest) != (state.number, state.digest):
        return False
    return _is_of_ours(session, state, holder.writer, replaced.last)


def _noted(session: Session, theirs: Segment) -> bool:
    """Note a segment as sent where it is ours, event for event; return whether it is."""
    mine = outbox.again(session, theirs.head)
    if mine is not None:
        if mine.data == theirs.data:
            outbox.sent(session, theirs)
        return mine.data == theirs.data
    state = outbox.own(session)
    if not _is_of_ours(session, state, theirs.head.writer, theirs.head.last):
        return False
    # Its events were set aside meanwhile, so what follows is written anew from the rows.
    state.number, state.digest = theirs.head.number, ""
    return True


def _is_of_ours(session: Session, state: Outbox, writer: str, last: int) -> bool:
    """Return whether events up to an id were this database's: a backup of before has not had them."""
    return writer == str(state.writer) and last <= outbox.high_water(session)


def _misfit(repository: Repository, why: str) -> HubRefused:
    return HubRefused(
        f"This database does not go on from what {repository.name} holds: {why}. Both are left as they are. "
        "To use the repository's, move the database file away and start again; to use the database, name a "
        "new repository."
    )
