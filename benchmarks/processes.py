"""Several studio processes behind one address, over one PostgreSQL database: how fast, and what is lost.

Starts that many `python app.py` over an empty database and a proxy that gives each request to the next one,
lets annotators empty a queue in which each face is for two, and kills a process (kill -9) on the way.
Prints annotations a second, and from the database: saves that were acknowledged and are not there, that are
there twice, and faces that too few or too many people have done.

    python -m benchmarks.processes --database postgresql://user:password@host/empty
    python -m benchmarks.processes --database URL --processes 1 --keep

The clients, the proxy and the database share the machine with the studios, so the rate is what this machine
carries, not what three would. Does not cover pictures and the model.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

import psutil
from sqlalchemy import func, select

from benchmarks.processes_proxy import Proxy, proxied
from benchmarks.studio_clients import LOST, Connection, Work, save_of
from benchmarks.studio_process import Studio
from benchmarks.studio_server import fill
from benchmarks.studio_tally import tally
from db.models import Assignment
from db.session import open_database

OVERLAP = 2
PAUSE = 0.05
"""Seconds between two tries of a client whose connection was lost."""


@dataclass(frozen=True)
class Drained:
    """What came of it. rate: annotations a second; cpu: processor ms of the studios for each, a killed one's
    left out; database_cpu: of PostgreSQL on this machine; short: faces that fewer than OVERLAP people have
    done; served: requests by process.
    """

    processes: int
    clients: int
    faces: int
    rate: float
    cpu: float
    database_cpu: float
    acknowledged: int
    lost: int
    doubled: int
    short: int
    retried: int
    served: list[int]


def start(folder: Path, url: str, processes: int, **settings: str) -> list[Studio]:
    """Start studios with accounts on one database and one folder of pictures, and return them once all
    answer.
    """
    shared = {"EMOLA_DATABASE": url, "EMOLA_PICTURES": str(folder / "pictures"), "EMOLA_ACCOUNTS": "yes"}
    studios = [Studio(folder, f"studio{number}", **shared, **settings) for number in range(processes)]
    return [studio.ready() for studio in studios]


def drain(
    url: str, proxy: Proxy, studios: list[Studio], tokens: list[str], faces: int, *, kill: int | None = None
) -> Drained:
    """Let people, one a token, do all that waits, through a proxy. kill: which studio is killed when half of
    it is acknowledged.
    """
    done = [Work() for _ in tokens]
    half, then = (0, lambda: None) if kill is None else (faces * OVERLAP // 2, studios[kill].kill)
    watched = [psutil.Process(studio.process.pid) for n, studio in enumerate(studios) if n != kill]
    before, base, began = _cpu(watched), _cpu(_database()), time.perf_counter()
    asyncio.run(_all(proxy.url, tokens, done, half, then))
    seconds, used, base = time.perf_counter() - began, _cpu(watched) - before, _cpu(_database()) - base
    saved = {uuid: assignment for work in done for uuid, assignment in work.saved.items()}
    kept, each = tally(url, saved, OVERLAP), 1000 / max(1, len(saved))
    return Drained(
        processes=len(studios),
        clients=len(tokens),
        faces=faces,
        rate=round(len(saved) / seconds, 1),
        cpu=round(used * each, 2),
        database_cpu=round(base * each, 2),
        acknowledged=len(saved),
        lost=kept.lost,
        doubled=kept.doubled,
        short=faces - _whole(url),
        retried=sum(work.retried for work in done),
        served=[proxy.served[studio.port] for studio in studios],
    )


def _cpu(processes: list[psutil.Process]) -> float:
    """Return the processor seconds that processes have taken; those that have gone are left out."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _database() -> list[psutil.Process]:
    """Return PostgreSQL's processes on this machine, with a server for nothing else."""
    return [each for each in psutil.process_iter(["name"]) if each.info["name"] == "postgres"]


async def _all(address: str, tokens: list[str], done: list[Work], at: int, then: Callable) -> None:
    people = [
        asyncio.create_task(_annotate(address, token, work)) for token, work in zip(tokens, done, strict=True)
    ]
    everybody = asyncio.gather(*people)
    while at and not everybody.done() and sum(len(work.saved) for work in done) < at:
        await asyncio.sleep(0.005)
    then()
    await everybody


async def _annotate(address: str, token: str, work: Work) -> None:
    """Do faces until none is left; what was given with an answer that was lost is asked for at the end, as
    the page does when it is opened again.
    """
    connection = Connection(address, token)
    while given := (await _insist(connection, work, "next_assignment", "", "processes"))["assignment"]:
        await _save(connection, work, given)
    for one in (await _insist(connection, work, "held_assignments", "", "processes"))["held"]:
        await _save(connection, work, one["assignment"])
    connection.close()


async def _save(connection: Connection, work: Work, given: dict) -> None:
    uuid = str(uuid4())
    await _insist(connection, work, "save_annotation", *save_of(given, uuid))
    work.saved[uuid] = given["id"]


async def _insist(connection: Connection, work: Work, endpoint: str, *data):
    """Call until there is an answer."""
    while True:
        try:
            return await connection.call(endpoint, *data)
        except LOST:
            work.retried += 1
            await asyncio.sleep(PAUSE)


def _whole(url: str) -> int:
    """Return how many faces OVERLAP people have done."""
    database = open_database(url)
    try:
        done = select(Assignment.face_id).where(Assignment.state == "done").group_by(Assignment.face_id)
        with database.reads.begin() as session:
            whole = done.having(func.count() == OVERLAP).subquery()
            return session.scalar(select(func.count()).select_from(whole)) or 0
    finally:
        database.close()


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.processes", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--database", required=True, help="an empty PostgreSQL database; it is filled")
    parser.add_argument("--processes", type=int, default=3, help="studios (default 3)")
    parser.add_argument("--clients", type=int, default=12, help="annotators at once (default 12)")
    parser.add_argument("--faces", type=int, default=1000, help="faces in the queue (default 1000)")
    parser.add_argument("--keep", action="store_true", help="kill none of them")
    options = parser.parse_args()
    database = open_database(options.database)
    tokens = fill(database, options.faces, options.clients, OVERLAP)
    database.close()
    with tempfile.TemporaryDirectory() as folder:
        studios = start(Path(folder), options.database, options.processes)
        try:
            with proxied([studio.port for studio in studios]) as proxy:
                kill = None if options.keep else len(studios) - 1
                found = drain(options.database, proxy, studios, tokens, options.faces, kill=kill)
        finally:
            for studio in studios:
                studio.stop()
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
