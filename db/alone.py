"""That one process at a time does a piece of work, of all that share a PostgreSQL database.

    claim = Claim(database, "import")
    if claim.take(): ...            # and, at the end, claim.give_up()

PostgreSQL holds the claim with a connection of its own, so a process that dies lets go of it at once, and a
clock has no part in it (`db.leases` is for what must outlive a connection). On SQLite, which is one studio
process's, it is always had. Not covered: a connection that breaks in the middle of the work, since the work
goes on; and poolers that lend a connection for one transaction only.
"""

from hashlib import sha256

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from db.session import Database


class Claim:
    """The claim of one process on work of a name."""

    def __init__(self, database: Database, name: str):
        self._database = database
        self._key = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Take the claim; return False where another process has it."""
        if self._database.url.get_backend_name() == "sqlite":
            return True
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}):
            self._connection = connection
            return True
        connection.close()
        return False

    def give_up(self) -> None:
        """Give the claim up; nothing happens where it is not had."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": self._key})
        except SQLAlchemyError:
            connection.invalidate()  # and with the connection goes the claim
        finally:
            connection.close()
