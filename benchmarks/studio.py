"""How fast annotators get and save faces: next -> save over HTTP, by so many at once, in so large a queue.

Starts `python app.py` over a database of its own for each line, drives the named endpoints from loopback with
a connection for each client, and prints annotations a second; p50, p95 and p99 of the loop in ms; the
server's processor time in ms for each annotation; its resident memory in MiB; and, from the database, saves
that were lost or doubled. "queued" is the same work through Gradio's queue, as a Gradio app does it by
default, measured in the same run; ratios are to that.

    python -m benchmarks.studio
    python -m benchmarks.studio --clients 16 --faces 1000 --seconds 20 --accounts --json
    python -m benchmarks.studio --kill 20

Does not cover pictures, the model, or browsers. The clients share the machine with the server.
"""

import argparse
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.studio_clients import drive
from benchmarks.studio_kill import kill_rounds
from benchmarks.studio_server import Prepared, Server, copy, prepare
from benchmarks.studio_tally import tally

QUEUED = "benchmarks.queued_studio"
HEADER = (
    f"{'faces':>9} {'clients':>7} {'way':8} {'rate/s':>8} {'p50':>8} {'p95':>8} {'p99':>8} {'CPU':>7} "
    f"{'MiB':>6} {'lost':>5} {'doubled':>7}"
)


@dataclass(frozen=True)
class Measured:
    """One line: rate in annotations a second, p50..p99 and cpu in ms, memory in MiB."""

    faces: int
    clients: int
    way: str
    rate: float
    p50: float
    p95: float
    p99: float
    cpu: float
    memory: float
    annotations: int
    lost: int
    doubled: int

    def line(self) -> str:
        """The line as it is printed."""
        times = f"{self.p50:8.1f} {self.p95:8.1f} {self.p99:8.1f} {self.cpu:7.2f}"
        return (
            f"{self.faces:9,} {self.clients:7} {self.way:8} {self.rate:8.1f} {times} {self.memory:6.0f} "
            f"{self.lost:5} {self.doubled:7}"
        )


def measure(
    prepared: Prepared, folder: Path, faces: int, clients: int, seconds: float, *, way: str, accounts: bool
) -> Measured:
    """One line of the table."""
    queued = way == "queued"
    database = copy(prepared, folder, f"{faces}-{clients}-{way}")
    server = Server(database, accounts=accounts, module=QUEUED if queued else "")
    try:
        tokens = prepared.tokens if accounts else None
        drive(server.url, clients, 1, tokens, queued)  # imports, statements, connections
        before = server.cpu_seconds
        done, took = drive(server.url, clients, seconds, tokens, queued)
        cpu, memory = server.cpu_seconds - before, server.memory
    finally:
        server.stop()
    loops = sorted(second * 1000 for work in done for second in work.loops)
    if not loops:
        raise SystemExit(f"Nothing was left of {faces:,} faces after the warm-up. Give more faces.")
    found = tally(database, {uuid: given for work in done for uuid, given in work.saved.items()})
    database.unlink()
    return Measured(
        faces,
        clients,
        way,
        rate=len(loops) / took,
        p50=_quantile(loops, 0.5),
        p95=_quantile(loops, 0.95),
        p99=_quantile(loops, 0.99),
        cpu=1000 * cpu / len(loops),
        memory=memory,
        annotations=len(loops),
        lost=found.lost,
        doubled=found.doubled,
    )


def ratios(rows: list[Measured]) -> list[str]:
    """How the studio compares with the queued way, and the largest queue with the smallest."""
    said = []
    for row in (row for row in rows if row.way == "studio"):
        at = f"{row.faces:,} faces, {row.clients} clients"
        for other in rows:
            if (other.faces, other.clients, other.way) == (row.faces, row.clients, "queued"):
                said.append(
                    f"{at}: {row.rate / other.rate:.1f} times the queued rate, "
                    f"p95 {row.p95 / other.p95:.2f} of its, CPU {row.cpu / other.cpu:.2f}"
                )
        smallest = min((r for r in rows if r.way == "studio" and r.clients == row.clients), key=_faces)
        if smallest.faces < row.faces:
            said.append(
                f"{at}: a loop (p50) takes {row.p50 / smallest.p50:.2f} times as long as with "
                f"{smallest.faces:,} faces"
            )
    return said


def _faces(row: Measured) -> int:
    return row.faces


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main(arguments: list[str] | None = None) -> None:
    """Measure what the options say and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--faces", type=int, nargs="+", default=[1_000, 10_000, 1_000_000])
    parser.add_argument("--seconds", type=float, default=10, help="for each line (default 10)")
    parser.add_argument("--accounts", action="store_true", help="each client is an annotator of its own")
    parser.add_argument("--alone", action="store_true", help="without the queued way to compare with")
    parser.add_argument("--kill", type=int, metavar="ROUNDS", help="kill -9 that often under load, and tally")
    parser.add_argument("--json", action="store_true", help="print every line as JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.kill:
            killed = kill_rounds(folder, options.kill, max(options.clients))
            print(json.dumps(asdict(killed)))
            raise SystemExit(bool(killed.tally.lost or killed.tally.doubled))
        rows = []
        if not options.json:
            print(HEADER)
        for faces in options.faces:
            prepared = prepare(folder, faces, max(options.clients))
            for clients in options.clients:
                for way in ("studio",) if options.alone else ("studio", "queued"):
                    row = measure(
                        prepared, folder, faces, clients, options.seconds, way=way, accounts=options.accounts
                    )
                    rows.append(row)
                    if not options.json:
                        print(row.line(), flush=True)
        print(
            json.dumps([asdict(row) for row in rows], indent=1) if options.json else "\n".join(ratios(rows))
        )


if __name__ == "__main__":
    main()
