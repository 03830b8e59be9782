"""The address at which people change their own password: the one they have, and the new one.

Wrong ones count as at the sign-in, so that an open page does not let somebody else guess for long. Whoever is
signed in with the old one is so no more, but for this browser. Whom the hub vouches for has none to change.
"""

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from db.sign_ins import LIFETIME
from studio.people import answers, entry, forms, pages
from studio.people.passwords import PasswordRefused
from studio.people.person import NotAllowed
from studio.workplace import Workplace

PATH = "/password"
SIGN_IN = (
    "Sign in to change your password. Where you have lost it, an admin can send you a link for a new one."
)
NONE = "Hugging Face vouches for you: there is no password of yours here to change."


def routes(work: Workplace) -> list[Route]:
    """Return the route, none where people have no passwords."""
    if not work.people.accounts:
        return []
    turn = asyncio.Semaphore(1)  # as at the sign-in: it must hold up no save

    async def password(request: Request) -> Response:
        person = await run_in_threadpool(work.people.who, request)
        if person is None:
            return answers.page(
                request, pages.refused_page("./", "Sign in first", SIGN_IN, sign_in=True), 401
            )
        if person.provider:
            return answers.page(request, pages.refused_page("./", "No password", NONE), 403)
        if request.method == "GET":
            return answers.page(request, pages.password_page(person.name))
        given = await forms.filled_in(request)
        try:
            async with turn:
                token = await run_in_threadpool(
                    entry.change_password, work, person, given.get("current", ""), given.get("password", "")
                )
        except (PasswordRefused, NotAllowed) as error:
            wrong = "password" if isinstance(error, PasswordRefused) else "current"
            return answers.page(request, pages.password_page(person.name, str(error), wrong), 422)
        answer = answers.page(request, pages.password_changed_page())
        return answers.signed_in(request, answer, token, LIFETIME.total_seconds())

    return [Route(PATH, password, methods=["GET", "POST"])]
