"""Tries whether the database can be written, by a write that is taken back: nothing of it stays.

On SQLite a file beside the database is written and removed as well, since a transaction that is taken back
does not reach a full disk. Not covered: how long a commit takes, and whether the next one fits.
"""

import errno
import os
import tempfile
from pathlib import Path
from uuid import uuid4

from sqlalchemy.exc import DBAPIError

from db import leases
from db.session import Database

BYTES = 64 * 1024
"""Written beside a SQLite file: more than a save needs."""


def try_write(database: Database) -> None:
    """Write a row and take it back; stands in line with all others who write. Raises SQLAlchemyError or
    OSError where it cannot be written.
    """
    if database.url.get_backend_name() == "sqlite":
        _try_disk(Path(database.url.database or "").absolute().parent)
    with database.sessions() as session:
        # A lease, which no event tells of; a name of its own, so that nobody waits for another's.
        leases.take(session, f"writable {uuid4()}", "nobody", 0)
        session.rollback()


def code_of(error: BaseException) -> str:
    """Return a failure's code, which holds no value: "SQLITE_BUSY", "ENOSPC", a SQLSTATE such as "25006"; ""
    where it has none.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OSError) and cause.errno is not None:
        return errno.errorcode.get(cause.errno, "")
    return getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""


def _try_disk(folder: Path) -> None:
    """Write a file and remove it."""
    with tempfile.TemporaryFile(dir=folder, prefix=".writable-") as file:
        file.write(bytes(BYTES))
        file.flush()
        os.fsync(file.fileno())
