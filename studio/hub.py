"""The studio's line to the hub: what is written here is sent there, and an empty disk is filled from it.

Off unless a repository is named (EMOLA_HUB_DATA). Where another studio holds it, or it is otherwise not ours
to write to, this one reads and takes nothing, since what it took would never be on the hub; the only way out
is to name no repository. What scheduled jobs learned comes from another one (EMOLA_HUB_MODELS,
`studio.rounds`). The work is `db.events`'; this opens it at the start, says in the top line how it stands,
and ends it.
"""

import os
import socket

from db.errors import DataError
from db.events.repository import Repository
from db.events.restore import record, require_sqlite, restore, stop_recording
from db.events.sync import Sync
from db.hub import patiently
from db.migrate import migrate
from db.rounds.repository import ModelRepository
from db.session import Database, open_database
from db.store import PictureStore
from studio.people.guard import publish
from studio.people.person import Person
from studio.workplace import Workplace


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
    sync.claim()
    return database, pictures, sync


def forgets(values: dict[str, str], database: Database, pictures: PictureStore) -> bool:
    """Return whether what is written goes with the next restart: on a Space's disk, without a repository."""
    here = database.url.get_backend_name() == "sqlite" or pictures.local
    return bool(values["space"]) and not values["hub_data"] and here


def use_token(token: str) -> None:
    """Let the hub's library, too, use the studio's token: what serves may be in a private repository."""
    if token:
        os.environ["HF_TOKEN"] = token


def model_repository(values: dict[str, str]) -> ModelRepository | None:
    """Return the repository that scheduled jobs fill, None where none is named. Raises HubRefused."""
    if not values["hub_models"]:
        return None
    return ModelRepository(values["hub_models"], values["hub_token"])


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

    def fill() -> None:
        if count := restore(url, repository):
            print(f"The database was filled from {repository.name}: {count:,} events.", flush=True)

    patiently(fill, lambda why: print(why, flush=True))


def _seconds(value: str) -> float:
    if not value.isdigit() or int(value) < 1:
        raise DataError(f"EMOLA_HUB_EVERY is {value!r}; give whole seconds, 30 or more as the hub allows.")
    return float(value)
