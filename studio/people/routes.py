"""The addresses by which people come in and leave: sign-in, sign-out, invitation/TOKEN.

Forms of other web sites are refused. After a sign-in the way leads to the studio and nowhere else. A refusal
takes at least REFUSAL_SECONDS and says the same whatever the reason, so that nobody can find out names.
"""

import asyncio
import time
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from db.errors import InvitationRefused, NameRefused
from db.sign_ins import LIFETIME
from studio.people import entry, pages
from studio.people.identify import COOKIE
from studio.people.origin import cookie, from_our_page, headers_of, is_https
from studio.people.passwords import AT_ONCE, PasswordRefused
from studio.workplace import Workplace

REFUSAL_SECONDS = 0.5
LARGEST_FORM = 16 * 1024  # bytes
NO_ACCOUNTS = "This studio has one user and needs no sign-in."
SPACE = ".hf.space"
"""The end of a Space's address, whose page is shown in a frame of the hub's."""

POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'"


def routes(work: Workplace, *, refusal_seconds: float = REFUSAL_SECONDS) -> list[Route]:
    """Return the routes."""
    # Passwords wait here, not in the threads that everybody shares: a flood of them must hold up no save.
    turns = asyncio.Semaphore(AT_ONCE)

    async def sign_in(request: Request) -> Response:
        if not work.people.accounts:
            return _page(request, pages.refused_page("./", "No sign-in", NO_ACCOUNTS), 404)
        again = "again" in request.query_params
        if request.method == "GET":
            person = await run_in_threadpool(work.people.who, request)
            who = person.name if person else ""
            return _page(request, pages.sign_in_page(who=who, again=again))
        if not from_our_page(headers_of(request)):
            return _page(request, pages.sign_in_page(said=pages.FOREIGN, again=again), 403)
        started, form = time.monotonic(), await _form(request)
        name = form.get("name", "")
        async with turns:
            token = await run_in_threadpool(entry.sign_in, work, name, form.get("password", ""))
        if token is None:
            await asyncio.sleep(max(0, started + refusal_seconds - time.monotonic()))
            return _page(request, pages.sign_in_page(name=name, said=pages.REFUSED, again=again), 403)
        answer = _page(request, pages.signed_in_page(name)) if again else RedirectResponse("./", 303)
        return _with_cookie(request, answer, token)

    async def sign_out(request: Request) -> Response:
        headers = headers_of(request)
        answer = RedirectResponse("./", 303)
        if from_our_page(headers):
            await run_in_threadpool(entry.sign_out, work, cookie(headers, COOKIE))
            answer.delete_cookie(COOKIE, **_how(request))
        return answer

    async def invitation(request: Request) -> Response:
        token = request.path_params["token"]
        if not work.people.accounts:
            return _page(request, pages.refused_page("../", "No sign-in", NO_ACCOUNTS), 404)
        try:
            invited = await run_in_threadpool(entry.invited, work, token)
            if request.method == "GET":
                return _page(request, pages.invitation_page(invited))
            if not from_our_page(headers_of(request)):
                return _page(request, pages.invitation_page(invited, said=pages.FOREIGN), 403)
            form = await _form(request)
            name = form.get("name", "")
            try:
                password = form.get("password", "")
                async with turns:
                    opened = await run_in_threadpool(entry.accept, work, token, name, password)
            except (NameRefused, PasswordRefused) as error:
                wrong = "name" if isinstance(error, NameRefused) else "password"
                said = pages.invitation_page(invited, name=name, said=str(error), wrong=wrong)
                return _page(request, said, 422)
        except InvitationRefused as error:
            return _page(request, pages.refused_page("../", "No longer valid", str(error)), 410)
        return _with_cookie(request, RedirectResponse("../", 303), opened)

    return [
        Route("/sign-in", sign_in, methods=["GET", "POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/invitation/{token}", invitation, methods=["GET", "POST"]),
    ]


async def _form(request: Request) -> dict[str, str]:
    """Return what was filled in, nothing where it is more than a form of ours can hold."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_FORM:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _page(request: Request, markup: str, status: int = 200) -> HTMLResponse:
    framed = "'self' https://huggingface.co" if _in_a_space(request) else "'self'"
    return HTMLResponse(
        markup,
        status,
        {
            "Content-Security-Policy": f"{POLICY}; frame-ancestors {framed}",
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",  # the address of an invitation is a secret
            "X-Content-Type-Options": "nosniff",
        },
    )


def _with_cookie(request: Request, answer: Response, token: str) -> Response:
    answer.set_cookie(COOKIE, token, max_age=int(LIFETIME.total_seconds()), httponly=True, **_how(request))
    return answer


def _how(request: Request) -> dict:
    """Return the cookie's attributes: Lax, but in a Space's frame, where a Lax one would not be sent."""
    https = is_https(headers_of(request), request.url.scheme)
    return {"path": "/", "secure": https, "samesite": "none" if https and _in_a_space(request) else "lax"}


def _in_a_space(request: Request) -> bool:
    return (request.url.hostname or "").endswith(SPACE)
