"""Reads what was filled in on one of the small pages."""

from urllib.parse import parse_qsl

from starlette.requests import Request

LARGEST = 16 * 1024  # bytes


async def filled_in(request: Request) -> dict[str, str]:
    """Return the fields of a form, none where it is more than a form of ours can hold."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
