"""Opens the database: SQLite in a file, or PostgreSQL by URL.

    database = open_database("sqlite:///data/emola.db")      # or postgresql://user:secret@host/name
    with database.sessions.begin() as session: ...           # to write: committed at the end, or nothing is
    with database.reads.begin() as session: ...              # to read: refuses to write, waits for nobody

Functions of `db` take the session and never commit. On SQLite one connection writes and the others read:
writers stand in line for it instead of failing with "database is locked". A commit is on the disk when it
returns (synchronous=FULL). Not covered: SQLite in memory, which every connection would see differently.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

from db.errors import SchemaError
from db.mounts import file_system, is_network

DEFAULT_URL = "sqlite:///data/emola.db"
POSTGRESQL = "postgresql+psycopg"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Database:
    """An open database: `engine` and `sessions` write, `reads` only reads."""

    url: URL
    engine: Engine
    sessions: sessionmaker[Session]
    reads: sessionmaker[Session]

    def close(self) -> None:
        """Give back all connections; the last one of a SQLite file folds its WAL back into it."""
        self.reads.kw["bind"].dispose()
        self.engine.dispose()


def open_database(
    url: str | URL = DEFAULT_URL, *, wait_seconds: float = 30, connections: int = 16
) -> Database:
    """Return the database at a URL, its SQLite file's folder made where it was not there.

    wait_seconds: how long a writer stands in line. connections: at most, of this process. Raises SchemaError
    where the URL names another engine or SQLite in memory.
    """
    url = normal_url(url)
    if url.get_backend_name() == "sqlite":
        engine, reading = _sqlite(url, wait_seconds, connections)
    else:
        engine = create_engine(url, pool_size=connections, pool_pre_ping=True, pool_timeout=wait_seconds)
        event.listen(engine, "connect", _postgresql_settings(wait_seconds))
        reading = engine.execution_options(postgresql_readonly=True)
    return Database(
        url,
        engine,
        sessionmaker(engine, expire_on_commit=False),
        sessionmaker(reading, expire_on_commit=False),
    )


def normal_url(url: str | URL) -> URL:
    """Return the URL with the driver that we use; `postgres://`, as hosts write it, is PostgreSQL too."""
    if isinstance(url, str) and url.startswith("postgres://"):
        url = "postgresql" + url.removeprefix("postgres")
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername=POSTGRESQL)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        raise SchemaError(
            f"{parsed.render_as_string()} is not a database that the studio can use. Give "
            "sqlite:///path/to/file.db or postgresql://user:password@host/name."
        )
    return parsed


def _sqlite(url: URL, wait_seconds: float, connections: int) -> tuple[Engine, Engine]:
    """Return the engine that writes, by one connection, and the one that reads."""
    folder = Path(url.database or "").absolute().parent
    folder.mkdir(parents=True, exist_ok=True)
    kind = file_system(folder)
    journal = "TRUNCATE" if is_network(kind) else "WAL"
    if journal != "WAL":
        log.warning(
            "%s is on a network file system (%s): WAL is off, only one process may write.", folder, kind
        )
    arguments: dict[str, Any] = {"check_same_thread": False, "timeout": wait_seconds}
    pool = {"poolclass": QueuePool, "pool_timeout": wait_seconds, "connect_args": arguments}
    engine = create_engine(url, pool_size=1, max_overflow=0, **pool)
    reading = create_engine(url, pool_size=connections, max_overflow=0, **pool)
    _on_sqlite(engine, "BEGIN IMMEDIATE", f"PRAGMA journal_mode={journal}")
    _on_sqlite(reading, "BEGIN", "PRAGMA query_only=ON")
    return engine, reading


def _on_sqlite(engine: Engine, begin: str, *more: str) -> None:
    """Set up each connection of an engine, and how its transactions begin."""
    pragmas = (
        "PRAGMA foreign_keys=ON",
        "PRAGMA synchronous=FULL",
        "PRAGMA recursive_triggers=ON",  # else REPLACE removes rows past the triggers that guard them
        "PRAGMA secure_delete=ON",  # what is erased is overwritten
        *more,
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        # The driver's own transactions begin too late, and without IMMEDIATE.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _postgresql_settings(wait_seconds: float):
    """Return what sets up each connection: nobody waits for a lock for ever."""

    def set_up(connection: Any, _record: Any) -> None:
        connection.execute(f"SET lock_timeout = {int(wait_seconds * 1000)}")
        connection.commit()

    return set_up
