"""Faces a second of bulk prediction: two workers on Ray against one process, on the same pictures, in turn.

Both run `python -m model.predict --out`, one thread a process, the mini; a run's start (imports, models, Ray
itself) is timed apart, as the time to the answer about a first single picture. What a million faces would
take is computed from the rate after the start. With `--paths`: so many paths through Ray with no model, which
is what the way there and back costs by itself.

    python -m benchmarks.bulk
    python -m benchmarks.bulk --faces 300 --workers 4 --paths 1000000 --json

Does not cover GPUs, several machines, or pictures of a camera's size. The load of the machine is printed,
since two workers on two cores that others use are no faster than one.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from benchmarks.startup import ROOT
from model.mini.faces import faces

MILLION = 1_000_000


def draw(folder: Path, number: int) -> None:
    """Write so many drawn faces, 256 px."""
    folder.mkdir()
    for index, face in enumerate(faces("test", range(number))):
        Image.fromarray(face.picture).save(folder / f"{index:06}.png")


def seconds(source: Path, out: Path, *options: str) -> float:
    """Let the command answer about all pictures of a source; return how long it took."""
    command = [sys.executable, "-m", "model.predict", str(source), "--out", str(out), *options]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


def passed(number: int, workers: int) -> float:
    """Send so many paths through Ray to workers that answer at once; return the seconds, Ray running."""
    from model.bulk import on_ray

    pool = on_ray.Workers(workers)
    paths = [f"/faces/{index:09}.png" for index in range(number)]
    with on_ray.started(pool):
        began = time.perf_counter()
        found = on_ray.answer(paths, Nothing, pool, where="/", face=0, tasks=(), batch_size=8)
        if (count := sum(1 for _ in found)) != number:
            raise SystemExit(f"{count:,} of {number:,} paths came back.")
        return time.perf_counter() - began


class Nothing:
    """A predictor that finds no picture readable, at once."""

    def look(self, image, face):
        from model.errors import ImageError

        raise ImageError("no picture")

    def predict_looks(self, looks, tasks):
        return []


def measure(number: int, workers: int, batch_size: int) -> dict[str, float]:
    """Return faces a second after the start, and the seconds of the start, of both."""
    ways = {
        "one process": (),
        f"ray, {workers} workers": ("--ray", "--workers", str(workers), "--threads", "1"),
    }
    found = {}
    with tempfile.TemporaryDirectory(prefix="emola-bench-") as name:
        folder = Path(name)
        draw(folder / "one", 1)
        draw(folder / "many", number)
        for way, options in ways.items():
            common = (*options, "--batch-size", str(batch_size))
            start = seconds(folder / "one", folder / f"{way}, one", *common)
            whole = seconds(folder / "many", folder / f"{way}, many", *common)
            found[way] = {"start_s": start, "faces_s": (number - 1) / max(whole - start, 1e-9)}
    return found


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=100, help="how many (default 100)")
    parser.add_argument("--workers", type=int, default=2, help="on Ray (default 2)")
    parser.add_argument("--batch-size", type=int, default=8, help="faces answered together (default 8)")
    parser.add_argument(
        "--paths", type=int, default=0, help="paths through Ray with no model (default: none)"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    found = measure(options.faces, options.workers, options.batch_size)
    one, many = (way["faces_s"] for way in found.values())
    found["ratio"] = many / one
    found["load"] = os.getloadavg()[0]
    if options.paths:
        found["paths_s"] = options.paths / passed(options.paths, options.workers)
    if options.json:
        print(json.dumps(found, indent=1))
        return
    for way in (way for way, figures in found.items() if isinstance(figures, dict)):
        rate, start = found[way]["faces_s"], found[way]["start_s"]
        hours = MILLION / rate / 3600
        print(
            f"{way:16} {rate:6.2f} faces/s after a start of {start:4.1f} s; a million faces: {hours:5.0f} h"
        )
    print(f"ratio {found['ratio']:.2f}; load of the machine {found['load']:.1f}")
    if options.paths:
        print(f"{options.paths:,} paths through Ray with no model: {found['paths_s']:,.0f} a second")


if __name__ == "__main__":
    main()
