"""Takes over what the scheduled job learned: looks into the model repository, verifies, and notes it here.

A thread asks every two minutes which commit the repository has (one small request) and reads on where that is
another. A round's bundle is fetched and every file of it compared with its manifest before its rows are
written, in one transaction; `studio.following` then proves the model and exchanges it, as with any promotion.
What cannot be taken over is told in the Runs tab, and nothing behind it is taken either, since rounds build
on each other. Not covered: writing to that repository, which jobs do.
"""

import logging
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from db import leases
from db.errors import DataError, HubRefused
from db.rounds.record import Record
from db.rounds.repository import ModelRepository
from db.rounds.take import take, taken
from db.session import Database
from model import hub, manifest
from model.errors import EmolaError

EVERY = 120.0
"""Seconds between two looks."""
LEASE, SECONDS = "rounds", 600.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """How it stands, for people: how many rounds were taken over since the start, when the repository was
    last read to its end (ISO 8601, UTC), and why not now.
    """

    repository: str
    taken: int = 0
    at: str | None = None
    error: str | None = None

    def as_dict(self) -> dict:
        return asdict(self)


class Rounds:
    """One database and the model repository that jobs fill."""

    def __init__(self, database: Database, repository: ModelRepository, *, every: float = EVERY):
        self.state = State(repository.name)
        self._database, self._repository, self._every = database, repository, every
        self._holder, self._seen = uuid4().hex, ""
        self._ended = threading.Event()

    def start(self) -> None:
        """Look from now on, in a thread."""
        threading.Thread(target=self._watch, name="taking rounds over", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()

    def look(self) -> State:
        """Take over what is new, and return how things stand; what goes wrong is in it, in words."""
        try:
            count = self._take_over()
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self.state = State(self._repository.name, self.state.taken + count, now)
        except (DataError, EmolaError, SQLAlchemyError) as error:
            words = str(error) if not isinstance(error, SQLAlchemyError) else "The database is busy or away."
            log.warning("Rounds of learning are not taken over: %s", words)
            self.state = State(self._repository.name, self.state.taken, self.state.at, words)
        return self.state

    def _take_over(self) -> int:
        """Take over every record that is not known yet, in order; return how many."""
        if self._repository.head() == self._seen:
            return 0
        there = self._repository.look()
        with self._database.reads.begin() as session:
            known = taken(session, self._repository.name)
        count = 0
        for name in there.records:
            if name not in known:
                told = self._repository.record(name, there.commit)
                _verify(told, name)
                count += self._note(told, name, there.commit)
        self._seen = there.commit
        return count

    def _note(self, told: Record, name: str, commit: str) -> int:
        """Write a round's rows, once over all studios that share the database; return how many were."""
        with self._database.sessions.begin() as session:
            if not leases.take(session, LEASE, self._holder, SECONDS):
                raise DataError("Another studio on this database is taking rounds over.")
            new = name not in taken(session, self._repository.name)
            if new:
                run = take(session, told, repository=self._repository.name, name=name, commit=commit)
                log.info("Run %s, %s, was taken over from %s.", run.id, run.state, name)
            leases.give_up(session, LEASE, self._holder)
        return int(new)

    def _watch(self) -> None:
        while True:
            try:
                self.look()
            except Exception as error:  # a thread that ended would let rounds wait without a word
                log.exception("Taking rounds over failed")
                words = f"Taking over failed ({type(error).__name__}); the studio's log says why."
                self.state = State(self._repository.name, self.state.taken, self.state.at, words)
            if self._ended.wait(self._every):
                return


def _verify(told: Record, name: str) -> None:
    """Raise EmolaError where a round's bundle is not what the record says."""
    if told.adapter is None:
        return
    facts = manifest.verify(hub.fetch(told.adapter.place), "adapter")
    if facts != told.adapter.manifest or facts["identity"] != told.adapter.revision:
        raise HubRefused(
            f"The bundle of {name} is not the one that its round made. Nothing was taken over; remove that "
            "record and its bundle, and the next job makes them anew."
        )
