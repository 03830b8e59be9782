"""Fills an empty database from events, to the same rows; and rows only: nothing in an event is run as SQL.

Events come in batches, each with the schema revision under which it was written; the tables are brought to
each revision in turn, as they were when the events happened. What cannot be understood (a table, a column or
a revision that this studio does not know, an event out of order) ends the filling, and nothing of the batch
is kept.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Float, Table, inspect, select, text

from db import guards
from db.errors import DataError, SchemaError
from db.events import capture
from db.migrate import migrate
from db.session import Database


class Batch(NamedTuple):
    """Events of one schema revision, in order: (table, "put" or "remove", the row as JSON text)."""

    schema: str
    events: Iterable[tuple[str, str, str]]


def fill(database: Database, batches: Iterable[Batch]) -> int:
    """Write the rows that the events tell of into a database without rows, and return how many events there
    were. Ends at the newest schema. Raises DataError where there are rows, or an event cannot be understood.
    """
    count, schema = 0, None
    for batch in batches:
        if schema != batch.schema:
            _at_revision(database, batch.schema, first=schema is None)
            schema = batch.schema
        count += _apply(database, batch)
    migrate(database)
    with database.engine.connect() as connection:
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise DataError(
            f"{len(broken)} rows refer to rows that are not there, the first in {broken[0][0]}: the events "
            "are not complete. Keep what holds them as it is, and report this."
        )
    return count


def is_empty(database: Database) -> bool:
    """Return whether no table that events tell of has a row, or there are no tables yet."""
    with database.engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
        return not any(
            connection.execute(select(text("1")).select_from(table).limit(1)).first()
            for table in capture.tables()
            if table.name in there
        )


def _at_revision(database: Database, schema: str, *, first: bool) -> None:
    """Bring the tables to a revision."""
    if first and not is_empty(database):
        raise DataError(
            f"{database.url.render_as_string()} has rows already, and events are not written over them. Give "
            "a database that is empty."
        )
    try:
        migrate(database, schema)
    except Exception as error:  # Alembic's errors for a revision that it does not know have no common base
        if isinstance(error, DataError):
            raise
        raise SchemaError(
            f"Events of schema revision {schema!r} were written by a studio newer than this one ({error}). "
            "Update this one; nothing was changed."
        ) from error


def _apply(database: Database, batch: Batch) -> int:
    """Write one batch's rows in one transaction; return how many events it had."""
    count = 0
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")  # a row may come before the one that it refers to
        try:
            with connection.begin():
                guards.remove(connection)
                capture.remove(connection)
                writers = _writers(connection)
                for count, (place, operation, content) in enumerate(batch.events, 1):
                    if place not in writers:
                        raise SchemaError(
                            f"Event {count} is of a table {place!r}; there is none at schema {batch.schema}. "
                            "Nothing of its batch was written."
                        )
                    driver.execute(*writers[place].statement(operation, content, count))
                for name, writer in writers.items():
                    _never_again(driver, name, writer.highest_removed)
                guards.install(connection)
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
    return count


def _never_again(driver: Any, name: str, highest: int) -> None:
    """Let a table never give an id again that a row had which was removed, also where no event put it."""
    if highest:
        known = "SELECT 1 FROM sqlite_sequence WHERE name = ?"
        driver.execute(f"INSERT INTO sqlite_sequence SELECT ?, 0 WHERE NOT EXISTS ({known})", (name, name))
        driver.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (highest, name))


class _Writer:
    """Makes the statements that write a table's rows. Names come from the table, never from an event."""

    def __init__(self, table: Table, there: Sequence[str]):
        self.highest_removed = 0
        self._name, self._columns = table.name, tuple(there)
        self._key = tuple(column.name for column in table.primary_key.columns)
        self._real = {column.name for column in table.columns if isinstance(column.type, Float)}
        marks = ", ".join("?" for _ in there)
        changed = ", ".join(f"{name} = excluded.{name}" for name in there)
        # Not OR REPLACE, which would remove whatever other row is in the way instead of saying so.
        self._put = (
            f"INSERT INTO {table.name} ({', '.join(there)}) VALUES ({marks}) "
            f"ON CONFLICT ({', '.join(self._key)}) DO UPDATE SET {changed}"
        )
        self._remove = f"DELETE FROM {table.name} WHERE {' AND '.join(f'{name} = ?' for name in self._key)}"

    def statement(self, operation: str, content: str, count: int) -> tuple[str, list[Any]]:
        """Return the statement and its values for one event."""
        names = {"put": self._columns, "remove": self._key}.get(operation)
        row = _object(content)
        if names is None or row is None or row.keys() != set(names):
            raise SchemaError(
                f"Event {count} ({operation!r} of {self._name}) holds {sorted(row or ())}; to be understood "
                f"it would have to hold {sorted(names or ())}. Nothing of its batch was written."
            )
        if operation == "remove" and isinstance(row.get("id"), int):
            self.highest_removed = max(self.highest_removed, row["id"])
        return (self._put if operation == "put" else self._remove), [self._value(name, row) for name in names]

    def _value(self, name: str, row: dict[str, Any]) -> Any:
        value = row[name]
        if name in self._real and isinstance(value, str):
            return None if value == "NULL" else float(value)
        return value


def _object(content: str) -> dict[str, Any] | None:
    """Return the JSON object that a text is, with plain values only; None where it is something else."""
    try:
        row = json.loads(content)
    except json.JSONDecodeError:
        return None
    plain = isinstance(row, dict) and all(isinstance(v, str | int | float | None) for v in row.values())
    return row if plain else None


def _writers(connection: Connection) -> dict[str, _Writer]:
    """Return a writer for each table that the database has now."""
    found = inspect(connection)
    there = set(found.get_table_names())
    return {
        table.name: _Writer(table, [column["name"] for column in found.get_columns(table.name)])
        for table in capture.tables()
        if table.name in there
    }
