"""What the small pages before the studio send: a page that nobody keeps, and the sign-in cookie.

In a Space the studio is shown in a frame of the hub's, where a browser sends only a cookie that is meant for
frames, and ever more of them only one that is kept apart for each site around it (Partitioned): who signs in
inside the frame is signed in there, and not in a tab of its own.
"""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from studio.people.identify import COOKIE
from studio.people.origin import headers_of, is_https

SPACE = ".hf.space"
"""The end of a Space's address."""

POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'"


def page(request: Request, markup: str, status: int = 200) -> HTMLResponse:
    """Return a page of ours."""
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


def signed_in(request: Request, answer: Response, token: str, seconds: float) -> Response:
    """Add the cookie of a sign-in that lasts some seconds to an answer."""
    return _cookie(request, answer, token, int(seconds))


def signed_out(request: Request, answer: Response) -> Response:
    """Take the cookie away."""
    return _cookie(request, answer, "", 0)


def is_framed(request: Request) -> bool:
    """Return whether a browser says that it shows what it asks for in a frame."""
    return request.headers.get("sec-fetch-dest") in ("iframe", "frame")


def _cookie(request: Request, answer: Response, token: str, seconds: int) -> Response:
    https = is_https(headers_of(request), request.url.scheme)
    apart = https and _in_a_space(request)
    site = "none" if apart else "lax"
    answer.set_cookie(COOKIE, token, max_age=seconds, path="/", secure=https, httponly=True, samesite=site)
    if apart:  # Python's own cookies know the word only from 3.14 on
        name, value = answer.raw_headers[-1]
        answer.raw_headers[-1] = (name, value + b"; Partitioned")
    return answer


def _in_a_space(request: Request) -> bool:
    return (request.url.hostname or "").endswith(SPACE)
