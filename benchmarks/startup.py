"""How long until the studio answers, and how much memory it takes at rest.

Starts `python app.py` as anybody would, some times over, and prints the median and the slowest, in
seconds: until the page's address answers 200, and until the API has answered for the first and for the
next face. Memory is the resident set, in MiB, of the process and its children: at rest before anybody has
asked anything, and after. "Warm" means that the disk cache has the files: a first start is made and not
counted. With --url nothing is started: it waits for that studio, asks once and prints both times, for
benchmarks/fresh_clone.sh.

    python -m benchmarks.startup
    python -m benchmarks.startup --starts 10 --json

Does not cover a first installation (benchmarks/fresh_clone.sh), other models than the settings name, or load.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
from gradio_client import Client, handle_file

ROOT = Path(__file__).resolve().parents[1]
FACE = ROOT / "studio" / "static" / "samples" / "smile.webp"
PATIENCE = 900
"""Seconds after which a studio that has not answered is given up."""


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, studio: subprocess.Popen | None = None) -> None:
    """Return once `url` answers 200. RuntimeError: the studio ended; TimeoutError: PATIENCE is over."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if studio is not None and studio.poll() is not None:
            raise RuntimeError(f"app.py ended with status {studio.returncode} and never answered.")
        try:
            with urlopen(url, timeout=30) as answer:
                if answer.status == 200:
                    return
        except (URLError, ConnectionError):
            time.sleep(0.02)
    raise TimeoutError(f"{url} did not answer within {PATIENCE} s.")


def ask(client: Client) -> float:
    """Seconds for one prediction by the API, as the page makes it."""
    began = time.perf_counter()
    client.predict(handle_file(FACE), api_name="/predict")
    return time.perf_counter() - began


def resident(process: psutil.Process) -> float:
    """Resident memory in MiB of a process and its children."""
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) / 2**20


def measure_start() -> dict[str, float]:
    """One start of the studio: seconds to page, first and next prediction; MiB at rest and after."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "EMOLA_PORT": str(port)}
    began = time.perf_counter()
    studio = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(url, studio)
        found = {"page": time.perf_counter() - began}
        process = psutil.Process(studio.pid)
        found["memory at rest"] = resident(process)
        client = Client(url, verbose=False)
        found["first prediction"] = ask(client)
        found["next prediction"] = statistics.median(ask(client) for _ in range(5))
        found["memory after"] = resident(process)
        return found
    finally:
        studio.terminate()
        studio.wait(timeout=30)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=5, help="counted starts (default 5)")
    parser.add_argument("--url", help="measure a studio that somebody else has started, once")
    parser.add_argument("--json", action="store_true", help="print every start as JSON")
    options = parser.parse_args(arguments)
    if options.url:
        began = time.perf_counter()
        wait_for(options.url)
        page = time.perf_counter() - began
        print(json.dumps({"page": page, "first prediction": ask(Client(options.url, verbose=False))}))
        return
    measure_start()
    starts = [measure_start() for _ in range(options.starts)]
    if options.json:
        print(json.dumps(starts, indent=1))
        return
    print(f"{'':18} {'median':>8} {'slowest':>8}   ({options.starts} warm starts)")
    for name in starts[0]:
        values = [start[name] for start in starts]
        unit, digits = ("MiB", 0) if name.startswith("memory") else ("s", 2)
        print(f"{name:18} {statistics.median(values):8.{digits}f} {max(values):8.{digits}f} {unit}")


if __name__ == "__main__":
    main()
