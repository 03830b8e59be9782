"""A reverse proxy in front of several studio processes, as small as one can be: plain HTTP/1.1, one computer.

Each request goes to the next process in turn, whatever client it comes from; `sticky`: all requests of one
cookie go to one process, as nginx's `hash $cookie_emola_sign_in consistent` does. A process that refuses
the connection is passed over. One that dies in the middle of an answer closes the client's connection: what
was asked may have been done, so only the client may ask again. Not covered: what a real proxy is for.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from zlib import crc32

LOST = (ConnectionError, asyncio.IncompleteReadError, OSError)
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """The proxy. `served`: how many requests each port has answered."""

    def __init__(self, ports: Sequence[int], *, sticky: bool = False):
        self._ports, self._sticky, self._turn = list(ports), sticky, 0
        self.served: Counter[int] = Counter()
        self.url = ""

    async def serve(self, ready: Event, over: Event) -> None:
        """Answer until it is over; what is under way then is dropped."""
        server = await asyncio.start_server(self._client, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await asyncio.to_thread(over.wait)
        server.close()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on one connection's requests, one after the other."""
        kept: dict[int, Streams] = {}
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(int(_field(head, b"content-length") or 0))
                port, there = await self._process(head, kept)
                there[1].write(head + body)
                await _pass_on(there[0], writer)
                self.served[port] += 1
        except LOST:
            pass  # the client has gone, or the process: nobody but the client may ask again
        finally:
            for _, each in kept.values():
                each.close()
            writer.close()

    async def _process(self, head: bytes, kept: dict[int, Streams]) -> tuple[int, Streams]:
        """Return the process whose turn it is, connected. Raises ConnectionError where none is there."""
        self._turn += 1
        first = crc32(_field(head, b"cookie")) if self._sticky else self._turn
        for number in range(len(self._ports)):
            port = self._ports[(first + number) % len(self._ports)]
            if port in kept and not kept[port][0].at_eof():
                return port, kept[port]
            try:
                kept[port] = await asyncio.open_connection("127.0.0.1", port)
                return port, kept[port]
            except ConnectionError:
                continue
        raise ConnectionError("no process is there")


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass one answer on as it comes."""
    head = await reader.readuntil(b"\r\n\r\n")
    writer.write(head)
    if _field(head, b"transfer-encoding") == b"chunked":
        while size := int(line := await reader.readline(), 16):
            writer.write(line + await reader.readexactly(size + 2))
            await writer.drain()
        writer.write(line + await reader.readexactly(2))
    elif (length := _field(head, b"content-length")) and head[9:12] != b"304":
        writer.write(await reader.readexactly(int(length)))
    await writer.drain()


def _field(head: bytes, name: bytes) -> bytes:
    """Return a header's value, empty where it is not there."""
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip()
    return b""


@contextmanager
def proxied(ports: Sequence[int], *, sticky: bool = False) -> Iterator[Proxy]:
    """Run a proxy in a thread of its own."""
    proxy, ready, over = Proxy(ports, sticky=sticky), Event(), Event()
    thread = Thread(target=lambda: asyncio.run(proxy.serve(ready, over)), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield proxy
    finally:
        over.set()
        thread.join()
