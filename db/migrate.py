"""Brings a database's tables up to this version of the studio; the app calls `migrate` at its start.

    python -m db.migrate [URL]                  # bring a database up to date
    python -m db.migrate URL --new "message"    # write the next migration from what changed in db.models

All in one transaction: a migration that fails leaves the database as it was. Several processes may start at
once; one migrates, the others wait.
"""

import argparse
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from db.errors import SchemaError
from db.events import capture
from db.session import DEFAULT_URL, Database, open_database

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x454D6F4C41  # any number of our own: PostgreSQL's advisory lock, held while migrating


def migrate(database: Database, revision: str = "head") -> str:
    """Bring the database to a revision, by default the newest, and return it.

    Raises SchemaError where the database was made by a newer studio.
    """
    known = ScriptDirectory.from_config(configuration())
    with _exclusive(database) as connection:
        current = schema_revision(connection)
        _require_known(known, current)
        target = known.as_revision_number(revision)
        if current != target:
            recorded = capture.set_aside(connection)
            command.upgrade(configuration(connection), revision)
            _require_sound(connection)
            if recorded:
                capture.install(connection)
        return schema_revision(connection) or ""


def schema_revision(connection: Connection) -> str | None:
    """Return the revision that a database's tables are of; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's settings, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _exclusive(database: Database):
    """Give a connection in a transaction that no other migration shares."""
    with database.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        driver = connection.connection.driver_connection
        if sqlite:
            # A batch drops and remakes tables that others refer to. This has no effect inside a transaction.
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                yield connection
        finally:
            if sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


def _require_known(known: ScriptDirectory, current: str | None) -> None:
    """Raise SchemaError where a revision is not one of ours."""
    revisions = {script.revision for script in known.walk_revisions()}
    if current is not None and current not in revisions:
        raise SchemaError(
            f"The database is at schema revision {current}, which this studio does not know; it knows up to "
            f"{known.get_current_head()}. A newer studio has used it: update this one. Nothing was changed."
        )


def _require_sound(connection: Connection) -> None:
    """Raise SchemaError where a migration left a row that refers to none (SQLite, its foreign keys off)."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise SchemaError(
            f"The migration would leave {len(broken)} rows that refer to rows that are not there, the first "
            f"in table {broken[0][0]}. Nothing was changed; keep the file and report this."
        )


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m db.migrate", description=__doc__.splitlines()[0])
    parser.add_argument("url", nargs="?", default=DEFAULT_URL, help=f"the database (default {DEFAULT_URL})")
    parser.add_argument("--new", metavar="MESSAGE", help="write a migration from what changed in db.models")
    options = parser.parse_args(arguments)
    database = open_database(options.url)
    try:
        if options.new:
            with _exclusive(database) as connection:
                command.revision(configuration(connection), options.new, autogenerate=True)
        else:
            print(f"{database.url.render_as_string()} is at schema revision {migrate(database)}.")
    finally:
        database.close()


if __name__ == "__main__":
    main()
