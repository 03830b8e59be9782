"""Triggers by which SQLite itself writes an event for each row written or removed, whoever does it.

An event holds the row as SQLite stores it: texts, whole numbers, null, and real numbers as text with all
their digits (SQLite's JSON would round them). Not in the line: leases and sign-ins, which mean nothing on
another computer.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Float, Table, inspect, select, text

from db.errors import DataError
from db.models import Base, Event, Outbox

LEFT_OUT = ("events", "leases", "outbox", "sign_ins")


def tables() -> list[Table]:
    """Return the tables whose rows become events; those that others refer to come first."""
    return [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]


def install(connection: Connection) -> None:
    """Let each write be an event from now on; rows that are there become events first, where none were ever
    sent.

    Migrations keep it so. Commits nothing. Raises DataError on
    another engine than SQLite.
    """
    if connection.dialect.name != "sqlite":
        raise DataError(
            "Events are kept for SQLite only; a PostgreSQL server has backups and replicas of its own. "
            "Use SQLite, or leave out the repository that events are sent to."
        )
    known = select(Event.id).union_all(select(Outbox.id).where(Outbox.number > 0)).limit(1)
    if not remove(connection) and connection.scalar(known) is None:
        for table in tables():
            connection.exec_driver_sql(f"INSERT INTO events (place, operation, content) {rows(table)}")
    for table in tables():
        for statement in _triggers(table):
            connection.exec_driver_sql(statement)


def rows(table: Table) -> str:
    """Return the SQL that gives each row of a table as an event (table, "put", content), the oldest first."""
    content = _json(table.columns, table.name)
    return f"SELECT '{table.name}', 'put', {content} FROM {table.name} ORDER BY rowid"


def set_aside(connection: Connection) -> bool:
    """Make room for a migration: no events during it, and those that wait go; return whether there were any
    triggers, to be installed again.

    What waits tells of the tables as they were, and a segment tells of one schema only; `db.events.outbox`
    then writes all anew from the rows.
    """
    if connection.dialect.name != "sqlite" or not inspect(connection).has_table("events"):
        return False
    if connection.execute(text("SELECT 1 FROM events LIMIT 1")).first():
        connection.execute(text("UPDATE outbox SET digest = ''"))
        connection.execute(text("DELETE FROM events"))
    return remove(connection)


def remove(connection: Connection) -> bool:
    """Let writes be no events any more; return whether they were."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_is\\_event' ESCAPE '\\'"
    names = connection.execute(text(query)).scalars().all()
    for name in names:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return bool(names)


def _triggers(table: Table) -> Iterator[str]:
    """Yield the statements that make a table's three triggers."""
    put, gone = _json(table.columns, "NEW"), _json(table.primary_key.columns, "OLD")
    for when, operation, content in (
        ("INSERT", "put", put),
        ("UPDATE", "put", put),
        ("DELETE", "remove", gone),
    ):
        yield (
            f"CREATE TRIGGER {table.name}_{when.lower()}_is_event AFTER {when} ON {table.name} BEGIN "
            f"INSERT INTO events (place, operation, content) "
            f"VALUES ('{table.name}', '{operation}', {content}); END"
        )


def _json(columns, row: str) -> str:
    """Return the SQL that writes a row's columns as one JSON object."""
    pairs = []
    for column in columns:
        value = f"{row}.{column.name}"
        # quote() gives the shortest text, or 20 digits, that reads back as the same number.
        pairs.append(f"'{column.name}', {f'quote({value})' if isinstance(column.type, Float) else value}")
    return f"json_object({', '.join(pairs)})"
