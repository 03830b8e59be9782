"""Kills a studio that many people are saving to, again and again, and looks for what was lost or doubled.

Every client keeps the save that it has not had an answer to and sends it again, with the same id, once the
studio is back. What was acknowledged must be there exactly once, and nothing twice.
"""

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from benchmarks.studio_clients import LOST, Connection, Work, save_of
from benchmarks.studio_server import Prepared, Server, copy, prepare
from benchmarks.studio_tally import Tally, tally

PAUSE = 0.05
"""Seconds between two tries of a client that cannot reach the studio."""


@dataclass(frozen=True)
class Killed:
    """What came of it: rounds, saves sent again after a kill, and the tally."""

    rounds: int
    retried: int
    tally: Tally


def kill_rounds(folder: Path, rounds: int, clients: int = 16, faces: int = 100_000) -> Killed:
    """Run a studio, kill it that many times while clients save, and return what the database has."""
    prepared = prepare(folder, faces, 0)
    return asyncio.run(_rounds(prepared, folder, rounds, clients))


async def _rounds(prepared: Prepared, folder: Path, rounds: int, clients: int) -> Killed:
    database = copy(prepared, folder, "kill")
    server = await asyncio.to_thread(Server, database)
    done, over = [Work() for _ in range(clients)], asyncio.Event()
    tasks = [asyncio.create_task(_annotate(server.url, work, over)) for work in done]
    for _ in range(rounds):
        seen = sum(len(work.saved) for work in done)
        while sum(len(work.saved) for work in done) < seen + 3 * clients:
            await asyncio.sleep(0.01)
        await asyncio.sleep(random.uniform(0, 0.3))  # so that kills fall anywhere in a save
        server.kill()
        server = await asyncio.to_thread(Server, database, port=server.port)
    over.set()
    await asyncio.gather(*tasks)
    server.stop()
    saved = {uuid: assignment for work in done for uuid, assignment in work.saved.items()}
    return Killed(rounds, sum(work.retried for work in done), tally(database, saved))


async def _annotate(url: str, work: Work, over: asyncio.Event) -> None:
    connection = Connection(url)
    while not over.is_set():
        given = (await _insist(connection, work, "next_assignment", "", "kill"))["assignment"]
        if given is None:
            return
        uuid = str(uuid4())
        await _insist(connection, work, "save_annotation", *save_of(given, uuid))
        work.saved[uuid] = given["id"]
    connection.close()


async def _insist(connection: Connection, work: Work, endpoint: str, *data):
    """Call until there is an answer."""
    again = False
    while True:
        try:
            return await connection.call(endpoint, *data)
        except LOST:
            work.retried += endpoint == "save_annotation" and not again
            again = True
            await asyncio.sleep(PAUSE)
