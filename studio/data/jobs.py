"""Long work that goes on when the page is closed: one job of a kind at a time, each in a thread of its own.

A job tells how far it is by `told`, and ends early once `stopping` is set. What it has done stays in the
database, where it also goes on from after the studio was ended in the middle; this list is of the running
studio only. Of the kinds in ALONE one is done at a time by all processes that share the database. Not
covered: work that must outlive the process by itself.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from threading import Event, Lock, Thread
from typing import Any

from db.alone import Claim
from db.errors import DataError
from db.session import Database
from model.errors import EmolaError

KEPT = 20
"""Jobs that are remembered after their end."""

ALONE = ("import", "preannotation", "refresh", "erasure")
"""Kinds that would do the same work twice; a retraining has a lease of its own, all others only read."""

log = logging.getLogger(__name__)


class Busy(EmolaError):
    """Something of this kind is being done already. Wait for its end, or stop it."""


@dataclass
class Job:
    """One piece of work. `state`: running, finished, stopped, failed; `result`: what it made."""

    id: int
    kind: str
    title: str
    by: int
    done: int = 0
    total: int | None = None
    note: str = ""
    state: str = "running"
    result: dict[str, Any] = field(default_factory=dict)
    started_at: str = field(default_factory=lambda: _now())
    ended_at: str | None = None
    stopping: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)

    def told(self, done: int, total: int | None, note: str = "") -> None:
        """Say how far it is."""
        self.done, self.total, self.note = done, total, note or self.note

    def as_dict(self) -> dict[str, Any]:
        """Return what the page shows."""
        shown = ("id", "kind", "title", "done", "total", "note", "state", "result", "started_at", "ended_at")
        told = {name: getattr(self, name) for name in shown}
        return told | {"stopping": self.stopping.is_set() and self.state == "running"}


class BusyElsewhere(Busy):
    """Another studio process does something of this kind. Wait for its end."""


class Jobs:
    """The studio's jobs. `database`: what its processes share; None: it is the only one."""

    def __init__(self, database: Database | None = None):
        self._database = database
        self._jobs: dict[int, Job] = {}
        self._numbers, self._lock = count(1), Lock()

    def start(self, kind: str, title: str, by: int, work: Callable[[Job], None]) -> Job:
        """Start a job and return it. Raises Busy where one of its kind is running, here or elsewhere."""
        with self._lock:
            running = next((job for job in self._jobs.values() if _runs(job, kind)), None)
            if running is not None:
                raise Busy(f"{running.title} is still running. Wait for its end, or stop it.")
            claim = Claim(self._database, f"job {kind}") if self._database and kind in ALONE else None
            if claim and not claim.take():
                raise BusyElsewhere(
                    "Another process of this studio is at it. Wait for its end, or stop it there."
                )
            job = Job(next(self._numbers), kind, title, by)
            self._jobs[job.id] = job
            for old in [each.id for each in self._jobs.values() if each.state != "running"][:-KEPT]:
                del self._jobs[old]
        Thread(target=_run, args=(job, work, claim), name=f"{kind} {job.id}", daemon=True).start()
        return job

    def all(self) -> list[Job]:
        """Return the jobs, the newest first."""
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: -job.id)

    def running(self, kind: str) -> Job | None:
        """Return the running job of a kind."""
        return next((job for job in self.all() if _runs(job, kind)), None)


def _runs(job: Job, kind: str) -> bool:
    return job.kind == kind and job.state == "running"


def _run(job: Job, work: Callable[[Job], None], claim: Claim | None) -> None:
    """Do the work; whatever happens, the job ends and says how."""
    state, note = "failed", "Something failed here; the studio's log says what."
    try:
        work(job)
        state, note = "stopped" if job.stopping.is_set() else "finished", job.note
    except (DataError, EmolaError, OSError) as error:
        note = str(error)
    except Exception:
        log.exception("%s failed", job.title, extra={"kind": job.kind})
    finally:
        if claim:
            claim.give_up()  # first, so that whoever sees the end can begin the next
        job.state, job.note = state, note
        job.ended_at = _now()
        job.ended.set()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
