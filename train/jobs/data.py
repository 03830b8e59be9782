"""What a job learns from: the studio's database, as its events tell it, or the server that it shares.

From events it is filled anew into a folder of the job's own, read only as the hub is concerned: a studio
holds that repository, and a job never does. Rounds of earlier jobs that the studio has not taken over yet are
taken over here as well, so that no labels are learned twice. Not covered: pictures in a folder of another
machine; those of a server's database must be at an address (s3://..., for one).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sqlalchemy import select

from db.errors import DataError
from db.events.repository import Repository
from db.events.restore import restore
from db.hub import patiently
from db.migrate import migrate
from db.models import TrainingRun
from db.rounds.repository import ModelRepository
from db.rounds.take import take, taken
from db.session import Database, normal_url, open_database
from db.store import PictureStore
from train.rounds import runs


class Data(NamedTuple):
    """An open database and the pictures. shared: others work on this very database."""

    database: Database
    pictures: PictureStore
    shared: bool


@contextmanager
def opened(
    values: Mapping[str, str], models: ModelRepository, say: Callable[[str], object]
) -> Iterator[Data]:
    """Yield what the settings name, closed and gone at the end. Raises DataError where it cannot be had."""
    if values["hub_data"]:
        with TemporaryDirectory(prefix="emola-job-") as folder:
            data = _filled(Path(folder), values, models, say)
            try:
                yield data
            finally:
                data.database.close()
        return
    if normal_url(values["database"]).get_backend_name() == "sqlite":
        raise DataError(
            "A job on another machine cannot read a SQLite file. Set EMOLA_HUB_DATA to the repository that "
            "the studio writes, or EMOLA_DATABASE to a PostgreSQL server. On the studio's own machine, run "
            "python -m train.retrain."
        )
    database = open_database(values["database"])
    try:
        migrate(database)
        yield Data(database, PictureStore(values["pictures"]), True)
    finally:
        database.close()


def _filled(folder: Path, values: Mapping[str, str], models: ModelRepository, say) -> Data:
    """Return a database of this job's own, up to date with both repositories."""
    url = f"sqlite:///{folder}/emola.db"
    repository = Repository(values["hub_data"], values["hub_token"])
    patiently(repository.head, say)  # where it is not there, none is made
    count = patiently(lambda: restore(url, repository), say)
    say(f"{count:,} events were read from {repository.name}.")
    database = open_database(url)
    try:
        migrate(database)
        _end_others(database)
        _take_over(database, models, say)
    except BaseException:
        database.close()
        raise
    return Data(database, PictureStore(folder / "pictures", behind=repository.picture), False)


def _end_others(database: Database) -> None:
    """Let no run look alive that is another machine's: it is not this job's to go on with."""
    with database.sessions.begin() as session:
        for run_id in session.scalars(select(TrainingRun.id).where(TrainingRun.state == "running")).all():
            runs.finish(session, run_id, "stopped", "It is another machine's.")


def _take_over(database: Database, models: ModelRepository, say) -> None:
    """Take over the rounds that the studio does not know yet."""
    rounds = patiently(lambda: models.look(make=True), say)
    with database.reads.begin() as session:
        known = taken(session, models.name)
    for name in rounds.records:
        if name not in known:
            found = patiently(lambda name=name: models.record(name, rounds.commit), say)
            with database.sessions.begin() as session:
                take(session, found, repository=models.name, name=name, commit=rounds.commit)
