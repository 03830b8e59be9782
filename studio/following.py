"""Follows the promotions in the database: what is promoted answers here within seconds, without a restart.

A thread looks every two seconds (one indexed read). The new model is built beside the old one and put in its
place by one assignment, so an answer that has begun ends with the model that began it, and the next is the
new one's. Where it does not prove itself, the old one stays, the reason is kept for the Runs tab, and it is
not tried again until something else is promoted, another model is loaded, or somebody asks. An adapter that
somebody named (a setting, the settings panel) wins over promotions, and that is told too.

Every studio process follows for itself; not covered: that all have exchanged before any answers.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from db.errors import DataError
from db.session import Database
from model.errors import EmolaError
from studio.promoted import Wanted, build_proven, has_them, wanted
from studio.serving import Choice, InUse, Serving

EVERY = 2.0
"""Seconds between two looks."""
NAMED = (
    "An adapter is named in the settings, so it answers whatever is promoted. To follow promotions, start "
    "the studio without EMOLA_ADAPTER, EMOLA_ADAPTER_AU and EMOLA_ADAPTER_EMOTION, or load the base alone in "
    "the settings panel."
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """How things stand: nothing (was ever promoted), serving, loading, refused, named; `why` in words.

    promotions: what it is about, task -> id.
    """

    state: str = "nothing"
    why: str = ""
    promotions: Mapping[str, int] = field(default_factory=dict)
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


class Following:
    """Keeps what serves and what is promoted the same. `swapped` is called after each exchange."""

    def __init__(
        self,
        database: Database,
        serving: Serving,
        seen: Seen | None = None,
        *,
        prove: Callable[..., Any] = build_proven,
        every: float = EVERY,
    ):
        self.seen = seen or Seen()
        self.swapped: Callable[[], Any] = lambda: None
        self._database, self._serving, self._prove, self._every = database, serving, prove, every
        self._done = (serving.now, dict(self.seen.promotions)) if seen else None
        self._lock, self._ended = Lock(), Event()

    def start(self) -> None:
        """Look from now on, in a thread."""
        Thread(target=self._watch, name="following promotions", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()

    @property
    def ended(self) -> bool:
        """Whether it looks no more."""
        return self._ended.is_set()

    def try_again(self) -> Seen:
        """Try what was refused once more, at the next look."""
        self._done = None
        return self.seen

    def look(self) -> Seen:
        """See what is promoted, exchange the model where that is another one, and return how things stand."""
        with self._lock:
            with self._database.reads.begin() as session:
                now = wanted(session)
            before = self._serving.now
            if self._done is None or self._done[0] is not before or self._done[1] != now.promotions:
                self._done = (self._follow(before, now), now.promotions)
            return self.seen

    def _follow(self, before: InUse, now: Wanted) -> InUse:
        """Do what is to be done, and return the model for which it is done."""
        if before.choice.names_adapter:
            self._say("named" if now.promotions else "nothing", NAMED if now.promotions else "", now)
        elif not now.promotions:
            self._say("nothing", "", now)
        elif has_them(before.predictor, now):
            noted = InUse(before.choice, before.predictor, dict(now.promotions))
            if self._serving.exchange(before, noted):
                self._say("serving", "", now)
                return noted
        else:
            return self._exchange(before, now)
        return before

    def _exchange(self, before: InUse, now: Wanted) -> InUse:
        self._say("loading", "", now)
        base = before.predictor.revisions.get("base")
        after, why = _tried(
            lambda: self._prove(self._serving.build, before.choice, now, base), before.choice, now
        )
        if after is None:
            self._say("refused", why, now)
        elif self._serving.exchange(before, after):
            self._say("serving", "", now)
            known = {"revision": self._serving.revision[:12]}
            log.info("Promotions %s answer now.", dict(now.promotions), extra=known)
            self.swapped()
            return after
        return before  # where another was loaded meanwhile, the next look sees that this is not in use

    def _say(self, state: str, why: str, now: Wanted) -> None:
        self.seen = Seen(state, why, dict(now.promotions))

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            try:
                self.look()
            except SQLAlchemyError as error:  # a database that restarts, say; the model in use goes on
                log.warning("Promotions could not be read: %s", error)


def begin(
    database: Database,
    build: Callable[[Choice], Any],
    choice: Choice,
    prove: Callable[..., Any] = build_proven,
) -> tuple[InUse, Seen]:
    """Return what a starting studio serves: what is promoted, or the choice alone where that is not proven.

    Raises EmolaError where the choice itself cannot be loaded.
    """
    with database.reads.begin() as session:
        now = wanted(session)
    if not now.promotions or choice.names_adapter:
        seen = Seen("named", NAMED, dict(now.promotions)) if now.promotions else Seen()
        return InUse(choice, build(choice)), seen
    after, why = _tried(lambda: prove(build, choice, now), choice, now)
    if after is None:
        return InUse(choice, build(choice)), Seen("refused", why, dict(now.promotions))
    return after, Seen("serving", "", dict(now.promotions))


def _tried(make: Callable[[], Any], choice: Choice, now: Wanted) -> tuple[InUse | None, str]:
    """Return (the model in use from now on, ""), or (None, why not)."""
    try:
        return InUse(choice, make(), dict(now.promotions)), ""
    except (EmolaError, DataError, OSError) as error:
        return None, str(error)
    except Exception as error:  # whatever it is, the old one goes on, and the reason is seen
        log.exception("The promoted adapter could not be loaded.")
        return None, f"It could not be loaded ({type(error).__name__}); the studio's log says why."
