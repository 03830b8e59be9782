"""The studio's line to the hub: what is written here is sent there, and an empty disk is filled from it.

Off unless a repository is named (EMOLA_HUB_DATA). The work is `db.events`'; this opens it at the start, says
in the top line how it stands, and ends it.
"""

import socket
import time

from db.errors import DataError, HubError
from db.events.repository import Repository
from db.events.restore import record, require_sqlite, restore, stop_recording
from db.events.sync import Sync
from db.migrate import migrate
from db.session import Database, open_database
from db.store import PictureStore
from studio.people.guard import publish
from studio.people.person import Person
from studio.workplace import Workplace

PATIENCE = 600  # seconds that a start from an empty disk waits for a hub that does not answer
BETWEEN = 15


def open_kept(values: dict[str, str]) -> tuple[Database, PictureStore, Sync | None]:
    """Open the database and the pictures that the settings name, filled from the hub where they are empty.

    Raises DataError where they cannot be used, or the repository is none for this studio.
    """
    if not values["hub_data"]:
        database = open_database(values["database"])
        migrate(database)
        stop_recording(database)
        return database, PictureStore(values["pictures"]), None
    require_sqlite(values["database"])
    repository = Repository(values["hub_data"], values["hub_token"])
    _restore(values["database"], repository)
    database = open_database(values["database"])
    record(database)
    pictures = PictureStore(values["pictures"], behind=repository.picture)
    sync = Sync(
        database,
        pictures if pictures.local else None,
        repository,
        space=values["hub_name"] or socket.gethostname(),
        every=_seconds(values["hub_every"]),
        take_over=values["hub_take_over"].lower() in ("yes", "true", "1", "on"),
    )
    return database, pictures, sync


def build_state(work: Workplace) -> None:
    """Add the endpoint by which the top line asks, where there is anything to say."""
    if work.sync is not None:
        publish(work, "annotator", sync_state, visible=False)


def sync_state(work: Workplace, person: Person) -> dict:
    """How it stands with the hub: {"on", "waiting", "at", "error", "refused"}."""
    return work.sync.state().as_dict()


def _restore(url: str, repository: Repository) -> None:
    """Fill an empty disk; a hub that is away for a while is waited for, since starting without what it holds
    would begin a second history.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if count := restore(url, repository):
                print(f"The database was filled from {repository.name}: {count:,} events.", flush=True)
            return
        except HubError as error:
            if not error.passing or time.monotonic() > until:
                raise
            print(error, flush=True)
            time.sleep(max(error.after, BETWEEN))


def _seconds(value: str) -> float:
    if not value.isdigit() or int(value) < 1:
        raise DataError(f"EMOLA_HUB_EVERY is {value!r}; give whole seconds, 30 or more as the hub allows.")
    return float(value)
