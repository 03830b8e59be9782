"""The time that leases go by: one clock for all processes that share a database."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, func, select
from sqlalchemy.orm import Session


def now(session: Session) -> datetime:
    """Return the time in UTC: the server's where there is one, since its clients' clocks differ."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    return session.scalar(select(func.clock_timestamp(type_=DateTime(timezone=True)))).astimezone(UTC)
