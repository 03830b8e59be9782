"""Makes a copy of the database while people work, and proves that a copy is whole.

    python -m db.backup [COPY] [--database URL]     # COPY: a file, by default named after the time
    python -m db.backup --verify COPY

The copy is of one moment; nobody waits meanwhile (on a network file system writers do). Beside it goes
COPY.json: its hash, schema revision, and the number of rows of each table, counted in the original at that
same moment. --verify reads every page, every reference and every count. Not covered: the pictures, which
never change once written, so any file copy of their folder is consistent; and PostgreSQL, whose own pg_dump
does this.
"""

import argparse
import json
import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

from db.errors import BackupError
from db.session import DEFAULT_URL, normal_url


def back_up(url: str, copy: Path) -> dict:
    """Copy the SQLite database at a URL, and return what is written beside it. Raises BackupError."""
    parsed = normal_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise BackupError(
            f"{parsed.render_as_string()} is not SQLite. PostgreSQL makes its own backups, while people "
            f"work: pg_dump --format=custom --file={copy} URL."
        )
    source = Path(parsed.database or "")
    if not source.is_file():
        raise BackupError(f"There is no database at {source}. Name it with --database sqlite:///PATH.")
    if copy.exists():
        raise BackupError(f"{copy} is there already, and a backup is not written over. Give another name.")
    copy.parent.mkdir(parents=True, exist_ok=True)
    partial = copy.with_name(f".{copy.name}.partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(source, timeout=60, isolation_level=None)) as original:
        original.execute("BEGIN")
        # The first read fixes the moment; the copy is made in the same transaction, so of the same moment.
        described = {"tables": _counts(original), "schema": _schema(original)}
        with closing(sqlite3.connect(partial)) as target:
            original.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, that can be read from anywhere
    described |= {"sha256": _digest(partial), "made_at": datetime.now(UTC).isoformat(timespec="seconds")}
    _sync(partial)
    beside = _beside(copy)
    beside.write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
    _sync(beside)
    os.replace(partial, copy)
    return described


def verify(copy: Path) -> dict:
    """Return what is written beside a copy, having proved it true of the copy. Raises BackupError."""
    try:
        described = json.loads(_beside(copy).read_text(encoding="utf-8"))
        if _digest(copy) != described["sha256"]:
            raise BackupError(f"{copy} has changed since it was made. Use another backup.")
        # immutable: reading must not make files beside the copy.
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?immutable=1", uri=True)) as database:
            damage = database.execute("PRAGMA integrity_check").fetchone()[0]
            if damage != "ok":
                raise BackupError(f"{copy} is damaged: {damage}. Use another backup.")
            if broken := database.execute("PRAGMA foreign_key_check").fetchall():
                raise BackupError(f"{copy} has {len(broken)} rows that refer to rows that are not there.")
            found = {"tables": _counts(database), "schema": _schema(database)}
    except FileNotFoundError as error:
        raise BackupError(
            f"{error.filename} is not there; a backup is two files, COPY and COPY.json."
        ) from error
    except (sqlite3.DatabaseError, json.JSONDecodeError, KeyError) as error:
        raise BackupError(f"{copy} cannot be read as a backup: {error}. Use another one.") from error
    for part, value in found.items():
        if described.get(part) != value:
            raise BackupError(f"{copy} has {part} {value}, but was made from {described.get(part)}.")
    return described


def _counts(database: sqlite3.Connection) -> dict[str, int]:
    """Return each table's number of rows."""
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    ).fetchall()
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables}


def _schema(database: sqlite3.Connection) -> str | None:
    """Return the schema's revision; None where the database was never migrated."""
    if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return None
    row = database.execute("SELECT version_num FROM alembic_version").fetchone()
    return row[0] if row else None


def _beside(copy: Path) -> Path:
    return copy.with_name(copy.name + ".json")


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    from settings import read

    default = read().get("database") or DEFAULT_URL
    parser = argparse.ArgumentParser(prog="python -m db.backup", description=__doc__.splitlines()[0])
    parser.add_argument("copy", nargs="?", type=Path, help="the copy (default: backups/emola-TIME.db)")
    parser.add_argument(
        "--database", default=default, metavar="URL", help="what to copy (default: the studio's)"
    )
    parser.add_argument("--verify", action="store_true", help="prove that COPY is whole, and copy nothing")
    options = parser.parse_args(arguments)
    if options.verify and options.copy is None:
        parser.error("--verify needs the name of a copy")
    copy = options.copy or Path("backups") / f"emola-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"
    try:
        described = verify(copy) if options.verify else back_up(options.database, copy)
    except (BackupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    rows = sum(described["tables"].values())
    state = "is whole" if options.verify else "is written"
    print(f"{copy} {state}: {rows:,} rows, made {described['made_at']}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
