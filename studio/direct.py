"""Answers un-queued endpoints straight away, at Gradio's own addresses and in its form.

Gradio gives every call that names no session a new one, with a copy of the page's settings: ten times what
a save costs. A save needs no session. What is sent and what comes back is the same, {"data": [arguments]}
to {"data": [result]}, and HTTP 500 {"error", "title"} for a refusal; the role is checked by the same guard.
Here, arguments at the end may be left out, and what is no JSON or too much of it is refused with a sentence.
The endpoints stay published in Gradio as well, for its documentation and clients.
"""

import html
import inspect
import logging
from collections.abc import Callable, Iterable

import gradio as gr
import orjson
from gradio.utils import error_payload
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studio.people.guard import guarded
from studio.workplace import Workplace

MOST_BYTES = 1024 * 1024
"""Of a request: many times the largest set of labels, rationales and draft."""

log = logging.getLogger(__name__)


def routes(work: Workplace, role: str, functions: Iterable[Callable]) -> list[Route]:
    """Return the routes of functions as `guard.publish` takes them, to be put before Gradio's own."""
    return [_route(work, role, function) for function in functions]


def _route(work: Workplace, role: str, function: Callable) -> Route:
    name, handler = function.__name__, guarded(work, role, function)
    _, _, *own = inspect.signature(function).parameters.values()
    least = sum(parameter.default is inspect.Parameter.empty for parameter in own)

    async def answer(request: Request) -> Response:
        try:
            data = _arguments(name, await _body(request), least, len(own))
            return _json({"data": [await run_in_threadpool(handler, request, *data)]})
        except gr.Error as error:
            return _json(error_payload(error, False), 500)
        except Exception:  # told as Gradio tells it: the log says what, the client that it was not theirs
            log.exception("%s failed", name, extra={"endpoint": name})
            return _json({"error": None}, 500)

    return Route(f"/gradio_api/run/{name}", answer, methods=["POST"])


async def _body(request: Request) -> bytes:
    """Return what was sent. Raises gr.Error where it is more than MOST_BYTES, without reading it all."""
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise _refusal(f"This is more than {MOST_BYTES:,} bytes. Send less at once.")
    return b"".join(parts)


def _arguments(name: str, body: bytes, least: int, most: int) -> list:
    """Return an endpoint's arguments. Raises gr.Error where the body is not what endpoints take."""
    try:
        data = orjson.loads(body)["data"]
    except (orjson.JSONDecodeError, KeyError, TypeError, IndexError) as error:
        raise _refusal(f'{name} takes {{"data": [arguments in order]}} as JSON, without NaN.') from error
    if not isinstance(data, list) or not least <= len(data) <= most:
        got = f"{len(data)} were sent" if isinstance(data, list) else "no list was sent"
        raise _refusal(f"{name} takes {least} to {most} arguments in order; {got}.")
    return data


def _refusal(sentence: str) -> gr.Error:
    return gr.Error(html.escape(sentence, quote=False), print_exception=False, title="Error")


def _json(content, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
