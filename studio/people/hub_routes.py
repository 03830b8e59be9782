"""The two addresses of a sign-in with Hugging Face: the way there, and the way back.

What must be the same on both ways (state, nonce, PKCE) waits in a signed cookie of the browser that began,
for MINUTES and one way back; no process has to remember it. After a sign-in the way leads to the studio and
nowhere else.
"""

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from db.errors import NameRefused
from studio.people import answers, entry, pages
from studio.people.hub_sign_in import BACK, BEGIN
from studio.people.huggingface import HubSignInFailed
from studio.people.person import NotAdmitted
from studio.workplace import Workplace

MINUTES = 10


def routes(work: Workplace) -> list[Route]:
    """Return the routes, none where people do not sign in with Hugging Face."""
    hub = work.people.hub
    if hub is None or not work.people.accounts:
        return []

    async def begin(request: Request) -> Response:
        request.session.clear()
        request.session["again"] = "again" in request.query_params
        try:
            answer = await hub.provider.begin(request)
        except HubSignInFailed as error:
            return _refused(request, "../", str(error), error.status)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def back(request: Request) -> Response:
        again = request.session.get("again", False)
        try:
            login = await hub.provider.finish(request)
            opened = await run_in_threadpool(entry.sign_in_vouched, work, login)
        except HubSignInFailed as error:
            return _refused(request, "../../", str(error), error.status)
        except (NotAdmitted, NameRefused) as error:
            return _refused(request, "../../", str(error), 403)
        finally:
            request.session.clear()
        to_work = RedirectResponse(f"../../{pages.TO_WORK}", 303)
        answer = answers.page(request, pages.signed_in_page(opened.name, "../../")) if again else to_work
        return answers.signed_in(request, answer, opened.token, opened.seconds)

    kept = Middleware(
        SessionMiddleware,
        secret_key=hub.key,
        # By this name a browser takes the cookie from no other host, which could plant its own sign-in here.
        session_cookie="__Host-emola_hub" if hub.https else "emola_hub",
        max_age=MINUTES * 60,
        same_site="lax",
        https_only=hub.https,
    )
    return [
        Route(BEGIN, begin, methods=["GET"], middleware=[kept]),
        Route(BACK, back, methods=["GET"], middleware=[kept]),
    ]


def _refused(request: Request, root: str, sentence: str, status: int) -> Response:
    return answers.page(request, pages.refused_page(root, "Not signed in", sentence, sign_in=True), status)
