"""Invites people from the command line, on the computer that the studio runs on.

    python -m studio.people.invite                              # a link for an admin
    python -m studio.people.invite "Anna K" --role reviewer --days 7
    python -m studio.people.invite --list
    python -m studio.people.invite --deactivate "Anna K"

Uses the studio's own settings (database, address). A running studio goes by it within seconds.
"""

import argparse
from datetime import UTC, datetime

from db import invitations, people
from db.errors import DataError, NotFound
from db.migrate import migrate
from db.models.work import ROLES
from db.session import Database, open_database
from studio.people.person import PROVIDERS

FIRST_DAYS = 1


def invite(database: Database, role: str, name: str | None, days: float, address: str) -> str:
    """Make an invitation and return its link. Raises NameRefused, InvitationRefused."""
    with database.sessions.begin() as session:
        _, token = invitations.invite(session, role, name=name, days=days)
    return f"{address.rstrip('/')}/invitation/{token}"


def first_admin(database: Database, address: str) -> str | None:
    """Return a link for the first admin; None where an admin is there already."""
    with database.reads.begin() as session:
        if people.has_admin(session):
            return None
    return invite(database, "admin", None, FIRST_DAYS, address)


def reached_at(values: dict[str, str]) -> str:
    """Return the address at which people reach the studio: as set, else by host and port."""
    # A Space with a domain of its own names both; sign-in with the hub works at its own only, the first.
    if given := values["address"].split(",")[0].strip():
        return given if "://" in given else f"https://{given}"
    host = "localhost" if values["host"] in ("0.0.0.0", "::", "") else values["host"]
    return f"http://{f'[{host}]' if ':' in host else host}:{values['port']}"


def listed(database: Database) -> list[str]:
    """Return a line for each person."""
    at = datetime.now(UTC)
    with database.reads.begin() as session:
        return [
            f"{row.name}: {row.role}"
            + (f", by {PROVIDERS.get(row.provider, row.provider)}" if row.provider else "")
            + ("" if row.active else ", deactivated")
            + (", locked" if people.is_locked(row, at) else "")
            + ("" if row.password_hash or row.provider else ", cannot sign in")
            for row in people.everyone(session)
        ]


def deactivate(database: Database, name: str) -> str:
    """Let somebody in no more, and say so. Raises NotFound, LastAdmin."""
    with database.sessions.begin() as session:
        row = people.find(session, name)
        if row is None:
            raise NotFound(f"Nobody here is called {name!r}. --list says who is.")
        people.set_active(session, row.id, False)
        return f"{row.name} is deactivated and signed out."


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    import settings

    parser = argparse.ArgumentParser(
        prog="python -m studio.people.invite", description=__doc__.splitlines()[0]
    )
    parser.add_argument("name", nargs="?", help="what they are called; without it they choose")
    parser.add_argument("--role", choices=ROLES, default="admin", help="what they may do (default admin)")
    parser.add_argument("--days", type=float, default=7, help="how long the link is good for (default 7)")
    parser.add_argument("--list", action="store_true", help="say who is here, and invite nobody")
    parser.add_argument("--deactivate", metavar="NAME", help="let somebody in no more")
    options = parser.parse_args(arguments)
    values = settings.read()
    try:
        database = open_database(values["database"])
        try:
            migrate(database)
            if options.list:
                print("\n".join(listed(database)) or "Nobody is here yet.")
            elif options.deactivate:
                print(deactivate(database, options.deactivate))
            else:
                print(invite(database, options.role, options.name, options.days, reached_at(values)))
        finally:
            database.close()
    except DataError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
