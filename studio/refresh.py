"""Asks the model anew about faces of which only earlier revisions have spoken, after it was exchanged.

In the background, one face at a time and in turn with everybody else who asks (`studio.turns`), the most
useful first (`db.stale`). An answer that is there stays: the old one is marked by its revision, the new one
is a row more. Exchanged again meanwhile, it begins anew for that model; ended with the studio, it goes on
when the studio starts again. Of several processes that share a database one does it; the others look every
AGAIN seconds whether it still does, and take it up where it was lost.
"""

import logging
from threading import Timer

from sqlalchemy.exc import SQLAlchemyError

from db.stale import count_stale, stale_faces
from studio.data.jobs import Busy, BusyElsewhere, Job
from studio.data.preannotation import ask_about
from studio.workplace import Workplace

KIND = "refresh"
AGAIN = 30.0
"""Seconds after which a process that is not the one at it looks again."""
NOBODY = 0
"""Who started it: no person, so only admins may stop it."""

log = logging.getLogger(__name__)


def follow(work: Workplace) -> None:
    """Follow promotions from now on, and refresh what they leave behind."""
    following = work.following
    following.swapped = lambda: start(work)
    if following.seen.state == "serving":
        try:
            start(work)
        except SQLAlchemyError as error:
            log.warning("Old predictions could not be counted: %s", error)
    following.start()


def start(work: Workplace) -> Job | None:
    """Refresh old predictions as a job; None where there are none, or one is at it and will see them."""
    if not _left(work, work.serving.revision):
        return None
    try:
        return work.jobs.start(
            KIND, "The model looks again at faces", NOBODY, lambda job: _refresh(work, job)
        )
    except BusyElsewhere:
        later = Timer(AGAIN, _again, (work,))
        later.daemon = True
        later.start()
        return None
    except Busy:
        return None


def _again(work: Workplace) -> None:
    """Look once more, unless the studio has ended."""
    if work.following is None or work.following.ended:
        return
    try:
        start(work)
    except SQLAlchemyError as error:
        log.warning("Old predictions could not be counted: %s", error)


def _refresh(work: Workplace, job: Job) -> None:
    now = None
    while now != work.serving.revision:  # the first time, or exchanged meanwhile
        now, asked = work.serving.revision, 0
        left = _left(work, now)
        job.told(0, left)
        for face_id in stale_faces(work.database.reads.begin, now):
            if job.stopping.is_set():
                return
            if work.serving.revision != now:
                break
            ask_about(work, face_id, now)
            asked += 1
            job.told(asked, max(asked, left), f"{asked:,} faces asked about anew.")


def _left(work: Workplace, now: str) -> int:
    with work.database.reads.begin() as session:
        return count_stale(session, now)
