"""What was written, row by row and in order, until it is safe elsewhere; see `db.events`."""

from uuid import UUID

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AUTOINCREMENT, Base, one_of

OPERATIONS = ("put", "remove")


class Event(Base):
    """One row written or removed. `content`: the row as JSON text, of a removed one its primary key."""

    __tablename__ = "events"
    __table_args__ = (one_of("operation", OPERATIONS), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(50))
    operation: Mapped[str] = mapped_column(String(10))
    content: Mapped[str]


class Outbox(Base):
    """How far the events are sent: one row, once this database has sent any or was filled from some.

    `writer`: this database's own id. `number`, `digest`: the last segment's, after which the next comes.
    """

    __tablename__ = "outbox"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    writer: Mapped[UUID]
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
