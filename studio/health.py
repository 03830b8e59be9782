"""/healthz: whether this studio process works; for load balancers, Spaces and people on call.

    {"ok": true, "failing": [], "up_seconds": 812.4, "database": {"writable": true, "code": ""},
     "model": {"revision": "1f0c9a62b7de", "promotions": "serving"},
     "sync": {"waiting": 0, "lag_seconds": 0.0, "sent_at": "...", "error": false, "refused": false}}

200 where the database can be written, 503 with what fails where not. `promotions`: as in
`studio.following.Seen`; refused means that the model before goes on. `sync`: null where nothing is sent to a
hub; lag_seconds: what waits there is no older. Neither of them is a reason to take the process away: both
tell of it, and it goes on. Open to everybody, so no name, address or sentence is in it.

Nobody waits for it: it has a thread of its own, which looks once in KEPT_SECONDS however many ask, and a
database that does not answer within PATIENCE is one that cannot be written.
"""

import asyncio
import time
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any

import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from db.writable import code_of, try_write
from studio.workplace import Workplace

PATH = "/healthz"
KEPT_SECONDS = 1.0
PATIENCE = 2.0
SHOWN = 12
"""Digits of the model's revision."""


class Health:
    """Looks after one studio process. `patience`: seconds that an answer may take."""

    def __init__(self, work: Workplace, *, patience: float = PATIENCE):
        self._work, self._patience = work, patience
        self._began = time.monotonic()
        self._lock = Lock()
        self._look: Future[dict[str, Any]] | None = None
        self._until = 0.0

    async def told(self) -> dict[str, Any]:
        """Return how it stands, within the patience."""
        look = asyncio.wrap_future(self._current())
        try:
            found = await asyncio.wait_for(asyncio.shield(look), self._patience)
        except TimeoutError:
            found = {"database": {"writable": False, "code": "no answer"}, "sync": None}
        failing = [] if found["database"]["writable"] else ["database"]
        following = self._work.following
        return {
            "ok": not failing,
            "failing": failing,
            "up_seconds": round(time.monotonic() - self._began, 1),
            "model": {
                "revision": self._work.serving.revision[:SHOWN],
                "promotions": following.seen.state if following else "nothing",
            },
            **found,
        }

    def _current(self) -> "Future[dict[str, Any]]":
        """Return the last look where it is new enough or still under way, else a new one."""
        with self._lock:
            old = self._look
            if old is None or old.done() and time.monotonic() > self._until:
                self._look = old = Future()
                Thread(target=self._find, args=(old,), name="health", daemon=True).start()
            return old

    def _find(self, look: "Future[dict[str, Any]]") -> None:
        database = {"writable": True, "code": ""}
        try:
            try_write(self._work.database)
        except (SQLAlchemyError, OSError) as error:
            database = {"writable": False, "code": code_of(error) or type(error).__name__}
        found = {"database": database, "sync": self._sync()}
        self._until = time.monotonic() + KEPT_SECONDS
        look.set_result(found)

    def _sync(self) -> dict[str, Any] | None:
        """Return how far the hub is behind; None where nothing is sent there, or nobody can tell."""
        sync = self._work.sync
        try:
            state = sync.state() if sync else None
        except SQLAlchemyError:
            return None
        if state is None:
            return None
        return {
            "waiting": state.waiting,
            "lag_seconds": round(sync.seconds_behind(), 1) if state.waiting else 0.0,
            "sent_at": state.at,
            "error": state.error is not None,
            "refused": state.refused is not None,
        }


def route(work: Workplace) -> Route:
    """Return the route."""
    health = Health(work)

    async def answer(request: Request) -> Response:
        told = await health.told()
        return Response(
            orjson.dumps(told),
            200 if told["ok"] else 503,
            headers={"Cache-Control": "no-store"},
            media_type="application/json",
        )

    return Route(PATH, answer, methods=["GET"])
