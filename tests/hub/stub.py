"""A hub on this computer, over real HTTP: what huggingface_hub asks of it for repositories and large files.

    with running() as hub:
        HfApi(endpoint=hub.endpoint, token=hub.token).create_repo("team/faces", repo_type="dataset")

Answers as the hub does: statuses, error headers, pages by Link, redirects of large files. Not covered: Xet
(set HF_HUB_DISABLE_XET), discussions, multipart uploads, jobs that run.
"""

import json
import socket
import struct
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, RLock, Thread
from urllib.parse import parse_qs, unquote, urlsplit

from tests.hub import jobs, spaces
from tests.hub.faults import HALF, LOST, RESET, SLOW, Faults
from tests.hub.repos import Repository
from tests.hub.routes import ROUTES, Refused

TOKEN = "hf_right"
PIECE = 64  # bytes of a slow answer at once


class Hub:
    """The hub's state: repositories by (kind, name), scheduled jobs by id, Spaces' settings by name, whose
    token is whose, faults, and what was asked.
    """

    def __init__(self):
        self.lock = RLock()
        self.token = TOKEN
        self.users = {TOKEN: "team"}
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.scheduled: dict[str, dict] = {}
        self.space_settings: dict[str, dict] = {}
        self.faults = Faults()
        self.asked: list[str] = []
        self.page = 1000
        self.endpoint = ""
        self.store = ""  # large files have another host, as on the hub

    def repository(self, name: str, kind: str = "dataset") -> Repository:
        """A repository that is there."""
        return self.repositories[kind, name]

    def make(self, name: str, kind: str = "dataset", *, private: bool = True) -> Repository:
        """Make a repository as somebody would by hand."""
        return self.repositories.setdefault((kind, name), Repository(name, kind, private))


class Request:
    """One request as the routes see it."""

    def __init__(self, hub: Hub, method: str, target: str, headers, body: bytes):
        split = urlsplit(target)
        self.hub, self.method, self.headers, self.body = hub, method, headers, body
        self.path, self.query = unquote(split.path), parse_qs(split.query)
        self.user = hub.users.get((headers.get("Authorization") or "").removeprefix("Bearer "))
        self.signed = bool(headers.get("Authorization"))

    def json(self) -> dict:
        return json.loads(self.body or b"{}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the client's acknowledgement
    hub: Hub

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(self.hub, self.command, self.path, self.headers, self.rfile.read(length))
        step, route, found = self._route(request)
        fault = None if step == "beside" else self.hub.faults.take(step)
        self.hub.asked.append(step)
        if fault == RESET:
            return self._reset()
        if isinstance(fault, int):
            more = {"Retry-After": str(self.hub.faults.retry_after)} if self.hub.faults.retry_after else {}
            return self._send(fault, {"error": f"fault {fault}"}, more)
        try:
            with self.hub.lock:
                status, content, headers = route(request, **found)
        except Refused as refused:
            status, content, headers = refused.status, {"error": str(refused)}, refused.headers
        if fault == LOST:
            return self._reset()
        return self._send(status, content, headers, fault)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer

    def _route(self, request: Request):
        for method, pattern, step, route in (*ROUTES, *jobs.ROUTES, *spaces.ROUTES):
            match = pattern.fullmatch(request.path)
            if match and request.method in method.split():
                return step, route, match.groupdict()
        raise AssertionError(f"the stub knows no {request.method} {request.path}")

    def _send(self, status: int, content, headers: dict, fault=None) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault == HALF:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            return self._reset()
        if fault == SLOW:
            for start in range(0, len(body), PIECE):
                self.wfile.write(body[start : start + PIECE])
                self.wfile.flush()
                Event().wait(0.002)
            return
        self.wfile.write(body)

    def _reset(self) -> None:
        # Lingering for no time makes the kernel send a reset instead of a farewell.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):  # a reset connection cannot be flushed
            return

    def log_message(self, *_args) -> None:
        """Tests look at `asked` instead."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def shutdown_request(self, request) -> None:
        try:
            super().shutdown_request(request)
        except OSError:  # reset on purpose
            return

    def handle_error(self, request, client_address) -> None:
        """A client that goes away in the middle is no news; a route's own failure is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def running():
    """Give a hub that answers at `hub.endpoint` until the block ends."""
    hub = Hub()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    port = server.server_address[1]
    hub.endpoint, hub.store = f"http://127.0.0.1:{port}", f"http://localhost:{port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
