"""Notes each request: a line in the log and a count, by route and status, never by address or by whom.

What is noted is the route as it was declared ("/invitation/{token}"), so no name, token or query is in it.
Milliseconds are those until the answer began: a stream goes on for as long as somebody looks. What a
watching program asks for again and again (/healthz) is counted, and logged only where it fails.
"""

import logging
import time
from collections.abc import Iterable

from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio import metrics
from studio.health import PATH

NOWHERE = "none"
"""The route of a request for which there is none."""
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
LEFT = 499
"""The status of a request whose client left before there was an answer."""

log = logging.getLogger(__name__)


class Access:
    """The middleware. `routes`: those beside Gradio's, of which the scope tells the endpoint only."""

    def __init__(self, app: ASGIApp, routes: Iterable[Route | Mount] = ()):
        self._app = app
        self._paths = {getattr(route, "endpoint", None) or route.app: route.path for route in routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and note it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began = time.perf_counter()
        status, until = 0, 0.0

        async def noted(message: Message) -> None:
            nonlocal status, until
            if message["type"] == "http.response.start":
                status, until = message["status"], time.perf_counter()
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            status = status or 500
            raise
        finally:
            self._note(scope, status or LEFT, (until or time.perf_counter()) - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        declared = getattr(scope.get("route"), "path", None)
        route = declared or self._paths.get(scope.get("endpoint"), NOWHERE)
        method = scope["method"] if scope["method"] in METHODS else "other"
        metrics.requested(method, route, status, seconds)
        if route != PATH or status != 200:
            facts = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
            log.info("request", extra=facts)
