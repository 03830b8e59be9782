"""A start: the database is filled from the repository where the disk is empty, and its writes become events.

    restore(url, repository)       # only where there is no row yet
    database = open_database(url)
    record(database)               # migrates; from here on each write is an event

Filled beside its place and moved there whole: a start that is cut short leaves nothing half. Pictures come
later, as they are asked for: see `db.store`.
"""

import os
from pathlib import Path

from sqlalchemy import URL, inspect

from db.errors import DataError
from db.events import capture, outbox
from db.events.replay import Batch, fill, is_empty
from db.events.repository import Repository
from db.events.segments import Segment, require_chain
from db.migrate import migrate
from db.session import Database, normal_url, open_database


def require_sqlite(url: str | URL) -> Path:
    """Return the file of a SQLite database. Raises DataError for a database server."""
    parsed = normal_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise DataError(
            "Events are sent to the hub from a SQLite file only; a PostgreSQL server has backups and "
            "replicas of its own. Leave EMOLA_HUB_DATA empty, or use SQLite."
        )
    return Path(parsed.database or "")


def restore(url: str | URL, repository: Repository) -> int:
    """Fill the database from the repository where it has no rows; return how many events there were.

    Raises HubError where the repository cannot be read, SchemaError where its events cannot be understood;
    nothing is changed then.
    """
    file = require_sqlite(url)
    if not _is_blank(url, file):
        return 0
    paths = repository.look().segments
    if not paths:
        return 0
    beside = file.with_name(f"{file.name}.restoring")
    _remove(beside)
    database = open_database(normal_url(url).set(database=str(beside)))
    try:
        last: list[Segment] = []
        count = fill(database, _batches(repository, paths, last))
        with database.sessions.begin() as session:
            outbox.follow(session, last[0])
    except BaseException:
        database.close()
        _remove(beside)
        raise
    database.close()
    _remove(file)
    os.replace(beside, file)
    return count


def record(database: Database) -> None:
    """Bring a SQLite database's tables up to date, and let each write be an event from now on."""
    migrate(database)
    with database.engine.begin() as connection:
        capture.install(connection)


def stop_recording(database: Database) -> None:
    """Let writes be no events any more, where they were: nobody would send them."""
    with database.sessions.begin() as session:
        connection = session.connection()
        if (
            connection.dialect.name == "sqlite"
            and inspect(connection).has_table("events")
            and capture.remove(connection)
        ):
            outbox.lose_track(session)


def _batches(repository: Repository, paths: tuple[str, ...], last: list[Segment]):
    """Yield the events of segments that follow each other; `last` holds the last one when all are read."""
    previous = ""
    for path in paths:
        segment = repository.segment(path)
        require_chain([segment], previous)
        previous, last[:] = segment.digest, [segment]
        yield Batch(segment.head.schema, segment.events())


def _is_blank(url: str | URL, file: Path) -> bool:
    if not file.exists():
        return True
    database = open_database(url)
    try:
        return is_empty(database)
    finally:
        database.close()


def _remove(file: Path) -> None:
    """Remove a SQLite file with what SQLite keeps beside it."""
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        file.with_name(name).unlink(missing_ok=True)
