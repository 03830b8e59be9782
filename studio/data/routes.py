"""How files come in and go out: PUT incoming/BATCH/NAME for admins, GET exports/NAME for reviewers (a
backup: for admins).

A file is written as it comes, so memory does not grow with its size; Gradio's own upload keeps a limit that
is meant for one picture. Each request is checked by itself, before anything is read of it.
"""

import shutil
from pathlib import Path
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from model.errors import EmolaError
from studio.data import staging
from studio.people.person import SignInNeeded, require
from studio.workplace import Workplace

LARGEST_ARCHIVE = 32 * 2**30
LARGEST_OTHER = 1 * 2**30
"""Bytes of a file that is neither archive nor picture: label files."""
FREE = 1 * 2**30
"""Bytes that must stay free on the disk."""
CHUNK = 1 << 20


def routes(work: Workplace) -> list[Route]:
    """Return the routes."""

    async def take(request: Request) -> Response:
        refused = await run_in_threadpool(_refusal, work, request, "admin")
        if refused is not None:
            return refused
        batch, name = request.path_params["batch"], request.path_params["name"]
        try:
            path = staging.place_of(batch, name)
        except EmolaError as error:
            return _said(str(error), 400)
        most = _most(path, work.max_upload_mb)
        try:
            size = await _write(request, path, most)
        except _TooLarge:
            return _said(f"{Path(name).name} is too large: at most {most / 2**20:,.0f} MB are taken.", 413)
        except OSError as error:
            return _said(f"{Path(name).name} could not be kept: {error.strerror or error}.", 507)
        return JSONResponse({"size": size})

    async def give(request: Request) -> Response:
        name = request.path_params["name"]
        # A backup holds what reviewers have no right to: password hashes, and who signed in.
        role = "admin" if staging.BACKUP in name else "reviewer"
        refused = await run_in_threadpool(_refusal, work, request, role)
        if refused is not None:
            return refused
        try:
            path = staging.outgoing(name)
        except EmolaError as error:
            return _said(str(error), 404)
        if not path.is_file():
            return _said("This file is not here any more; export it again.", 404)
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return FileResponse(path, filename=path.name, media_type="application/octet-stream", headers=headers)

    return [
        Route("/incoming/{batch}/{name:path}", take, methods=["PUT"]),
        Route("/exports/{name}", give, methods=["GET"]),
    ]


class _TooLarge(Exception):
    """More bytes came than a file of its kind may have."""


def _refusal(work: Workplace, request: Request, role: str) -> Response | None:
    """Return why a request is refused; None where it is allowed."""
    try:
        require(work.people.who(request), role)
    except SignInNeeded as error:
        return _said(str(error), 401)
    except EmolaError as error:
        return _said(str(error), 403)
    return None


def _most(path: Path, picture_mb: float) -> int:
    """Return how many bytes a file may have, by its kind."""
    if path.parent.name == staging.APART:
        return LARGEST_ARCHIVE
    return LARGEST_OTHER if path.suffix.lower() == ".json" else int(picture_mb * 2**20)


async def _write(request: Request, path: Path, most: int) -> int:
    """Write a request's body to a file, there whole or not at all, and return its size."""
    await run_in_threadpool(lambda: path.parent.mkdir(mode=0o700, parents=True, exist_ok=True))
    free = (await run_in_threadpool(shutil.disk_usage, path.parent)).free - FREE
    partial = path.with_name(f".{path.name}.partial")
    size, waiting = 0, bytearray()
    try:
        with open(partial, "wb") as file:
            async for piece in request.stream():
                size += len(piece)
                if size > most:
                    raise _TooLarge
                if size > free:
                    raise OSError(28, "No space left on the studio's disk")
                waiting += piece
                if len(waiting) >= CHUNK:
                    await run_in_threadpool(_flush, file, waiting)
            await run_in_threadpool(_flush, file, waiting)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return size


def _flush(file: BinaryIO, waiting: bytearray) -> None:
    file.write(waiting)
    waiting.clear()


def _said(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status, headers={"Cache-Control": "no-store"})
