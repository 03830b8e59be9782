"""Annotators as programs: each asks for the next face and saves it, over one HTTP connection of its own.

The client is a few lines over asyncio's streams, since a client that costs as much as the server would be
what is measured on a small machine. Saves carry an id of their own and are sent again, after a lost
connection, with the same one.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import uuid4

AUS = {f"AU{number}": {"state": "absent"} for number in (1, 2, 4, 5, 7, 9, 10, 14, 15, 16, 17, 20)}
LABELS = {
    "emotion": "happiness",
    "au": {**AUS, "AU6": {"state": "present"}, "AU12": {"state": "present", "intensity": "C"}},
}
RATIONALES = {
    "emotion": "The cheeks are lifted and the lip corners are pulled up, which is what happiness shows.",
    "au": "This face shows the following action units:\n1. AU6 - Cheek Raiser: The cheeks are raised.\n"
    "2. AU12 - Lip Corner Puller: The lip corners are pulled up and back.",
}
LOST = (ConnectionError, asyncio.IncompleteReadError, OSError)


class Refused(RuntimeError):
    """The studio answered, but not with a result."""


class Connection:
    """One keep-alive connection that posts JSON to endpoints and returns their result."""

    def __init__(self, url: str, token: str | None = None):
        where = urlsplit(url)
        self._host, self._port, self._session = where.hostname, where.port, uuid4().hex
        self._head = f"Host: {where.netloc}\r\nContent-Type: application/json\r\n"
        if token:
            self._head += f"Cookie: emola_sign_in={token}\r\n"
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def call(self, endpoint: str, *data):
        """Return an endpoint's result. Raises Refused, and what LOST lists where the server has gone."""
        answer = await self.request("POST", f"/gradio_api/run/{endpoint}", self._body(data))
        return json.loads(answer)["data"][0]

    async def call_queued(self, endpoint: str, *data):
        """Return the same through Gradio's queue: join it, then read the events until the last."""
        joined = json.loads(await self.request("POST", f"/gradio_api/call/{endpoint}", self._body(data)))
        events = await self.request("GET", f"/gradio_api/call/{endpoint}/{joined['event_id']}", None)
        kind, _, rest = events.decode().rpartition("event: ")[2].partition("\n")
        if kind.strip() != "complete":
            raise Refused(f"{endpoint}: {events.decode()[:300]}")
        return json.loads(rest.partition("data: ")[2])[0]

    async def request(self, method: str, path: str, content) -> bytes:
        """Return the body of the answer."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        body = b"" if content is None else json.dumps(content).encode()
        head = f"{method} {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n"
        try:
            self._writer.write(head.encode() + body)
            status, answer = await self._answer()
        except LOST:
            self.close()
            raise
        if status != 200:
            raise Refused(f"{path}: {status} {answer.decode(errors='replace')[:300]}")
        return answer

    async def _answer(self) -> tuple[int, bytes]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        status = int(head.split(" ", 2)[1])
        if "transfer-encoding: chunked" not in head:
            length = int(head.partition("content-length: ")[2].split("\r\n", 1)[0])
            return status, await self._reader.readexactly(length)
        parts = []
        while size := int(await self._reader.readline(), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return status, b"".join(parts)

    def _body(self, data: tuple) -> dict:
        """Return what is posted. Without its session's name each call would be a session of its own, which
        costs Gradio more than the call.
        """
        return {"data": data, "session_hash": self._session}

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


@dataclass
class Work:
    """What a client has done: seconds of each loop, and the ids of the saves that were acknowledged."""

    loops: list[float] = field(default_factory=list)
    saved: dict[str, int] = field(default_factory=dict)
    retried: int = 0


async def annotate(url: str, work: Work, until: float, *, token: str | None = None, queued: bool = False):
    """Get and save faces until the time (time.perf_counter) is over or none is left."""
    connection = Connection(url, token)
    call = connection.call_queued if queued else connection.call
    while (began := time.perf_counter()) < until:
        given = (await call("next_assignment", "", "benchmark"))["assignment"]
        if given is None:
            break
        uuid = str(uuid4())
        await call("save_annotation", *save_of(given, uuid))
        work.loops.append(time.perf_counter() - began)
        work.saved[uuid] = given["id"]
    connection.close()


def save_of(given: dict, uuid: str) -> tuple:
    """Return save_annotation's arguments for an assignment."""
    return given["id"], uuid, LABELS, RATIONALES, given["face_id"], None, None, 4.2, None


def drive(url: str, clients: int, seconds: float, tokens: list[str] | None = None, queued: bool = False):
    """Let clients work at once; return their Work and the seconds that it took."""

    async def together():
        until = time.perf_counter() + seconds
        done = [Work() for _ in range(clients)]
        await asyncio.gather(
            *(
                annotate(url, work, until, token=tokens[number] if tokens else None, queued=queued)
                for number, work in enumerate(done)
            )
        )
        return done

    began = time.perf_counter()
    done = asyncio.run(together())
    return done, time.perf_counter() - began
