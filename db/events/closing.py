"""Closes a database to what would be an event, while its studio may not write to its repository.

What is written then would never be safe on the hub, so it is refused when it is to be committed, whoever
writes it; nothing of it stays. Reading goes on, and so does what no event tells of: sign-ins, leases, how far
the events are sent. What was acknowledged before stays, and so does what was begun before. Not covered: other
processes that write to the same file (a retraining, an import by command), whose events wait like any others.
"""

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from db.errors import ReadOnly
from db.events import outbox
from db.session import Database

_BEGUN = "last event when this transaction began"


class Closing:
    """Whether a database is closed, and why. `why`: a sentence; "" while it is open."""

    def __init__(self, database: Database):
        self.why = ""
        event.listen(database.sessions, "after_begin", self._begun)
        event.listen(database.sessions, "before_commit", self._require_open)

    def _begun(self, session: Session, _transaction, connection: Connection) -> None:
        if self.why:
            session.info[_BEGUN] = outbox.high_water(connection)

    def _require_open(self, session: Session) -> None:
        """Raise ReadOnly where the transaction began while closed, and would leave an event."""
        before = session.info.pop(_BEGUN, None)
        if before is None or not self.why:
            return
        session.flush()
        if outbox.high_water(session) > before:
            raise ReadOnly(
                f"Nothing can be saved here just now, because it would not be safe on the hub: {self.why} "
                "You can go on reading."
            )
