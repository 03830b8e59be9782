"""Sends events and pictures to a repository, in order and each once, through whatever happens on the way.

    sync = Sync(database, pictures, repository, space="team/studio")
    sync.claim()           # holds the repository, or closes the database to writes
    sync.start()           # sends by itself from now on
    sync.stop()            # sends what is left, and lets go of the repository

An event is forgotten here only when the repository is known to hold it. After any failure the repository is
read before it is written to again. While the repository is not ours to write to, the database takes no writes
(`db.events.closing`); it is looked at again, and opened when it is ours. Times are seconds. Not covered: what
is written after the last sending when the computer is lost with its disk.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from threading import Event, RLock, Thread

from db.errors import HubError, HubMoved, HubRefused, PictureError, SchemaError
from db.events import fitting, holder, outbox, rewriting
from db.events.closing import Closing
from db.events.holder import Holder, Replaced
from db.events.repository import Contents, Repository, picture_path
from db.events.segments import Segment
from db.migrate import schema_revision
from db.session import Database
from db.store import PictureStore

LONGEST = 600.0  # between two attempts
RECHECK = 120.0  # until a repository that is not ours to write to is looked at again
FACES = 1000  # new pictures a commit

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """How it stands, for people: events that wait, when the last were sent (ISO 8601, UTC), why not now, and
    why not any more.
    """

    on: bool
    waiting: int = 0
    at: str | None = None
    error: str | None = None
    refused: str | None = None

    def as_dict(self) -> dict:
        return asdict(self)


class Sync:
    """One database and its repository. `pictures`: None where they are safe elsewhere; `space`: the Space or
    computer that this is; `every`: between two sendings, as the hub allows some hundred commits an hour.
    """

    def __init__(
        self,
        database: Database,
        pictures: PictureStore | None,
        repository: Repository,
        *,
        space: str,
        every: float = 60,
        take_over: bool = False,
    ):
        self._database, self._pictures, self._repository = database, pictures, repository
        self._every, self._take_over = every, take_over
        with database.sessions.begin() as session:
            self._me = Holder(str(outbox.own(session).writer), space)
        with database.engine.connect() as connection:
            self._schema = schema_revision(connection) or ""
        self._closing = Closing(database)
        self._lock, self._ended = RLock(), Event()
        self._held = False  # by this process, once
        self._contents: Contents | None = None  # None: to be read before anything is written
        self._at: str | None = None
        self._clear = time.monotonic()
        self._error: str | None = None
        self._refused: str | None = None
        self._thread: Thread | None = None

    def state(self) -> State:
        """Return how it stands; asks nobody but the database."""
        with self._database.reads.begin() as session:
            return State(True, outbox.count_waiting(session), self._at, self._error, self._refused)

    def seconds_behind(self) -> float:
        """Return how long ago nothing waited, as far as is known: what waits was written since."""
        return time.monotonic() - self._clear

    def claim(self) -> None:
        """Hold the repository before anything is taken. Where it is not ours to write to, the database is
        closed to writes; while the hub is away, it is not: what is saved then waits.
        """
        with self._lock:
            try:
                self._refusing(lambda: setattr(self, "_contents", self._opened()))
            except HubRefused as error:
                log.error("Nothing is sent to the hub, and nothing is taken: %s", error)
            except HubError as error:
                self._error = str(error)

    def flush(self) -> None:
        """Send all that waits. Raises HubRefused where this studio may not write, HubError where it cannot
        now.
        """
        with self._lock:
            try:
                self._refusing(self._send_all)
            except HubMoved:  # perhaps by ourselves, with an answer that was lost
                self._refusing(self._send_all)
            self._error = None

    def _refusing(self, act: Callable[[], object]) -> None:
        """Do something; close the database where we may not write, open it where we may."""
        try:
            act()
        except (HubRefused, SchemaError) as error:
            self._refused = self._closing.why = str(error)
            self._contents = None
            raise HubRefused(str(error)) from error
        self._refused, self._closing.why = None, ""

    def release(self) -> None:
        """Let go of the repository, so that another studio may write to it."""
        with self._lock:
            contents = self._contents or self._opened()
            self._contents = None
            self._repository.commit(contents, {holder.PATH: replace(self._me, released=True).data()})
            self._held = False

    def start(self) -> None:
        """Send from a thread of its own until `stop`."""
        self._thread = Thread(target=self._run, name="sync", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 20) -> None:
        """Send what is left and let go; wait for it no longer than this."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        failures = 0
        wait = 0.0
        while not self._ended.wait(wait):
            after = self._attempt()
            if after is None:
                failures, wait = 0, self._every
            elif self._refused:
                failures, wait = 0, RECHECK
            else:
                failures += 1
                wait = max(after, min(self._every * 2**failures, LONGEST))
        if self._attempt() is None:
            try:
                self.release()
            except HubError as error:
                log.warning("The repository was not let go of: %s", error)

    def _attempt(self) -> float | None:
        """Flush; return None where all is sent, else the seconds that the hub asks to wait."""
        try:
            self.flush()
            return None
        except HubRefused as error:
            log.error("Nothing is sent to the hub, and nothing is taken: %s", error)
            return RECHECK
        except HubError as error:
            self._error = str(error)
            log.warning("Not sent to the hub yet: %s", error)
            return error.after
        except Exception as error:  # a thread that ended would let events pile up without a word
            self._error = f"Sending failed ({type(error).__name__}); the studio's log says why."
            log.exception("Sending to the hub failed")
            return 0

    def _send_all(self) -> None:
        """Send until nothing waits; whatever fails, the repository is read anew before the next commit."""
        contents, self._contents = self._contents or self._opened(), None
        began = time.monotonic()
        if contents.holder and not contents.holder.clean:
            contents = self._cleaned()
        while after := self._send(contents):
            contents = after
        self._contents, self._at, self._clear = contents, self._at or _now(), began

    def _opened(self) -> Contents:
        """Read the repository, bring the outbox to it, and hold it."""
        contents = self._repository.look()
        holder.require_turn(contents.holder, self._me, take_over=self._take_over)
        fitting.fit(self._database, self._repository, contents)
        held = contents.holder
        if self._held and not self._take_over:
            holder.require_no_successor(held, self._me)
        if held is None or held.released or (held.writer, held.space) != (self._me.writer, self._me.space):
            clean = held is None or held.clean
            contents = self._repository.commit(contents, {holder.PATH: replace(self._me, clean=clean).data()})
        self._held = True
        return contents

    def _send(self, contents: Contents) -> Contents | None:
        """Send one commit of what waits; None where nothing does."""
        with self._database.reads.begin() as session:
            state = outbox.own(session)
            anew = rewriting.is_due(session, state, len(contents.segments))
            line = rewriting.write_anew(session, self._schema, self._me.writer) if anew else None
            segment = None if anew else self._next(session)
        if line is not None:
            return self._sent_anew(contents, line, Replaced(state.number, state.digest, line.last))
        if segment is None:
            return None
        pictures = self._bytes_of(_pictures_in(segment) - contents.pictures)
        contents = self._repository.commit(contents, {segment.path: segment.data}, pictures=pictures)
        with self._database.sessions.begin() as session:
            outbox.sent(session, segment)
        self._at = _now()
        return contents

    def _next(self, session) -> Segment | None:
        """Return the next segment, of no more new faces than a commit should hold."""
        limit = outbox.LIMIT
        while segment := outbox.next_segment(session, self._schema, limit):
            if len(_pictures_in(segment)) <= FACES or limit == 1:
                return segment
            limit //= 2
        return None

    def _sent_anew(self, contents: Contents, line: rewriting.Line, replaced: Replaced) -> Contents:
        """Put a new line of segments in the old one's place, and leave nothing of the old."""
        add = {segment.path: segment.data for segment in line.segments}
        gone = {*contents.segments} - add.keys()
        gone |= {picture_path(name) for name in contents.pictures - line.pictures}
        add[holder.PATH] = replace(self._me, replaced=replaced, clean=False).data()
        pictures = self._bytes_of(line.pictures - contents.pictures)
        self._repository.commit(contents, add, pictures=pictures, remove=gone)
        with self._database.sessions.begin() as session:
            outbox.follow(session, line.segments[-1] if line.segments else None)
            outbox.forget(session, line.last)
        self._at = _now()
        return self._cleaned()

    def _cleaned(self) -> Contents:
        """Leave nothing of what the repository held before it was written anew."""
        self._repository.forget_history()
        contents = self._repository.look()
        if contents.holder is None or contents.holder.writer != self._me.writer:
            raise HubMoved("Another studio has taken the repository over.")
        return self._repository.commit(contents, {holder.PATH: self._me.data()})

    def _bytes_of(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield pictures; one that is not in the store any more does not hold up the events."""
        for name in sorted(names) if self._pictures is not None else ():
            try:
                yield name, self._pictures.get(name)
            except PictureError as error:
                log.warning("A picture is not sent to the hub: %s", error)


def _pictures_in(segment: Segment) -> set[str]:
    """Return the hashes of the pictures that a segment's faces have."""
    faces = (json.loads(row) for place, operation, row in segment.events() if (place, operation) == _FACE)
    return {face["sha256"] for face in faces if face["sha256"]}


_FACE = ("faces", "put")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
