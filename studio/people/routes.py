"""The addresses by which people come in and leave: sign-in, sign-out, invitation/TOKEN.

Forms of other web sites are refused. After a sign-in the way leads to the studio and nowhere else. A refusal
takes at least REFUSAL_SECONDS and says the same whatever the reason, so that nobody can find out names.
"""

import asyncio
import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from db.errors import InvitationRefused, NameRefused
from db.sign_ins import LIFETIME
from studio.people import answers, entry, forms, pages
from studio.people.identify import COOKIE
from studio.people.origin import cookie, from_our_page, headers_of
from studio.people.passwords import AT_ONCE, PasswordRefused
from studio.workplace import Workplace

REFUSAL_SECONDS = 0.5
NO_ACCOUNTS = "This studio has one user and needs no sign-in."
LASTS = LIFETIME.total_seconds()


def routes(work: Workplace, *, refusal_seconds: float = REFUSAL_SECONDS) -> list[Route]:
    """Return the routes."""
    # Passwords wait here, not in the threads that everybody shares: a flood of them must hold up no save.
    turns = asyncio.Semaphore(AT_ONCE)

    def form(request: Request, **more: str) -> str:
        again, hub = "again" in request.query_params, work.people.hub
        there = hub.begins_at + "?again" * again if hub else ""
        return pages.sign_in_page(again=again, hub=there, framed=answers.is_framed(request), **more)

    async def sign_in(request: Request) -> Response:
        if not work.people.accounts:
            return answers.page(request, pages.refused_page("./", "No sign-in", NO_ACCOUNTS), 404)
        again = "again" in request.query_params
        if request.method == "GET":
            person = await run_in_threadpool(work.people.who, request)
            return answers.page(request, form(request, who=person.name if person else ""))
        if not from_our_page(headers_of(request)):
            return answers.page(request, form(request, said=pages.FOREIGN), 403)
        started, given = time.monotonic(), await forms.filled_in(request)
        name = given.get("name", "")
        async with turns:
            token = await run_in_threadpool(entry.sign_in, work, name, given.get("password", ""))
        if token is None:
            await asyncio.sleep(max(0, started + refusal_seconds - time.monotonic()))
            return answers.page(request, form(request, name=name, said=pages.REFUSED), 403)
        to_work = RedirectResponse(f"./{pages.TO_WORK}", 303)
        answer = answers.page(request, pages.signed_in_page(name, "./")) if again else to_work
        return answers.signed_in(request, answer, token, LASTS)

    async def sign_out(request: Request) -> Response:
        headers = headers_of(request)
        answer = RedirectResponse("./", 303)
        if from_our_page(headers):
            await run_in_threadpool(entry.sign_out, work, cookie(headers, COOKIE))
            answers.signed_out(request, answer)
        return answer

    async def invitation(request: Request) -> Response:
        token = request.path_params["token"]
        if not work.people.accounts:
            return answers.page(request, pages.refused_page("../", "No sign-in", NO_ACCOUNTS), 404)
        try:
            invited = await run_in_threadpool(entry.invited, work, token)
            if request.method == "GET":
                return answers.page(request, pages.invitation_page(invited))
            if not from_our_page(headers_of(request)):
                return answers.page(request, pages.invitation_page(invited, said=pages.FOREIGN), 403)
            given = await forms.filled_in(request)
            name = given.get("name", "")
            try:
                password = given.get("password", "")
                async with turns:
                    opened = await run_in_threadpool(entry.accept, work, token, name, password)
            except (NameRefused, PasswordRefused) as error:
                wrong = "name" if isinstance(error, NameRefused) else "password"
                said = pages.invitation_page(invited, name=name, said=str(error), wrong=wrong)
                return answers.page(request, said, 422)
        except InvitationRefused as error:
            return answers.page(request, pages.refused_page("../", "No longer valid", str(error)), 410)
        return answers.signed_in(request, RedirectResponse(f"../{pages.TO_WORK}", 303), opened, LASTS)

    return [
        Route("/sign-in", sign_in, methods=["GET", "POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/invitation/{token}", invitation, methods=["GET", "POST"]),
    ]
