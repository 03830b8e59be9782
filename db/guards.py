"""Triggers by which the database itself refuses to change facts, whoever asks.

No fact is ever updated. Those about a face may be deleted once an `erasures` row says that the face is
erased; the others never. On both engines; on PostgreSQL also against TRUNCATE. `db.migrate` installs them
after each migration, since altering a table on SQLite makes it anew without its triggers. Not covered:
whoever owns the database can drop the triggers.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, inspect

OF_A_FACE = ("annotations", "gold_labels", "landmarks", "predictions")
FOR_EVER = ("erasures", "freezes", "promotions", "snapshot_rows", "snapshots")

REFUSAL = "{table}: a row is a fact and is never {what}; add one that supersedes it"
ERASED = "SELECT 1 FROM erasures WHERE erasures.face_id = OLD.face_id"

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%: a row is a fact and is never changed or removed; add one that supersedes it',
    TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_FUNCTION_FACE = f"""
CREATE OR REPLACE FUNCTION refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS ({ERASED}) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '%: a row is a fact and is never removed unless its face is erased', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def install(connection: Connection) -> None:
    """Put the triggers on the tables that are there, anew where they were on. Commits nothing."""
    there = set(inspect(connection).get_table_names())
    tables = [table for table in OF_A_FACE + FOR_EVER if table in there]
    statements = _sqlite if connection.dialect.name == "sqlite" else _postgresql
    for statement in statements(tables):
        connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    """Take SQLite's triggers off, for a transaction that fills in history and puts them back at its end."""
    for table in OF_A_FACE + FOR_EVER:
        for what in ("changed", "removed"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_never_{what}")


def _sqlite(tables: Sequence[str]):
    """Yield the statements for SQLite."""
    for table in tables:
        erased = f" WHEN NOT EXISTS ({ERASED})" if table in OF_A_FACE else ""
        for what, operation, when in (("changed", "UPDATE", ""), ("removed", "DELETE", erased)):
            name = f"{table}_never_{what}"
            refusal = REFUSAL.format(table=table, what=what)
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield (
                f"CREATE TRIGGER {name} BEFORE {operation} ON {table}{when} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )


def _postgresql(tables: Sequence[str]):
    """Yield the statements for PostgreSQL, 14 or newer. A percent sign is doubled for the driver."""
    yield _FUNCTION.replace("%", "%%")
    yield _FUNCTION_FACE.replace("%", "%%")
    for table in tables:
        removal = "refuse_removal" if table in OF_A_FACE else "refuse_change"
        for what, operation, each, function in (
            ("changed", "UPDATE", "ROW", "refuse_change"),
            ("removed", "DELETE", "ROW", removal),
            ("truncated", "TRUNCATE", "STATEMENT", "refuse_change"),
        ):
            yield (
                f"CREATE OR REPLACE TRIGGER {table}_never_{what} BEFORE {operation} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION {function}()"
            )
