"""INSERT with ON CONFLICT, which both engines have but SQLAlchemy gives only by dialect.

To look first and insert then would let another session in between, and fail with an IntegrityError there.
"""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def upsert(session: Session | str, table: type) -> sqlite.Insert | postgresql.Insert:
    """Return the own INSERT into a table of the session's engine, or of the one of that name."""
    name = session if isinstance(session, str) else session.get_bind().dialect.name
    return (sqlite if name == "sqlite" else postgresql).insert(table)
