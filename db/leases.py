"""That one process at a time does a thing ("retrain"), over all processes that share the database.

A lease is for some seconds and is renewed by taking it again; a process that died holds it no longer than
that.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from db import clock
from db.models import Lease
from db.upsert import upsert


def take(session: Session, name: str, holder: str, seconds: float, *, now: datetime | None = None) -> bool:
    """Take or renew a lease; return False where another holder has it."""
    now = now or clock.now(session)
    until = now + timedelta(seconds=seconds)
    insert = upsert(session, Lease).values(name=name, holder=holder, until=until)
    taken = insert.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "until": until},
        where=or_(Lease.holder == holder, Lease.until < now),
    )
    return session.scalar(taken.returning(Lease.name)) is not None


def give_up(session: Session, name: str, holder: str) -> None:
    """Give a lease up before its time; nothing happens where another holds it."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
