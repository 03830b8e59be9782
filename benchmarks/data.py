"""Faces in and out: seconds, faces a second, and peak memory, at one tenth of the faces and at all of them.

Makes so many JPEG pictures (224 px, noise, about 20 KB), imports them from a folder, gives them labels, and
exports them, each step in a process of its own whose peak resident set is read at its end. Memory is flat
where ten times the faces take no more. Beside it, on the same files: Hugging Face's `datasets` from the same
folder to Parquet (`imagefolder`, `to_parquet`), and what an import cannot do without: each file read,
decoded, hashed, and written to the disk with fsync, one after the other.

    python -m benchmarks.data
    python -m benchmarks.data --faces 2000 --json

Does not cover the page, PostgreSQL, or pictures of a camera's size, where decoding takes nearly all the time.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import numpy as np
from PIL import Image

SIDE = 224
STEPS = ("import", "import again", "export parquet", "export faba", "export csv", "datasets", "bare files")
BESIDE = {"import": "bare files", "export parquet": "datasets"}
"""What a step is compared with."""


def make_pictures(folder: Path, number: int) -> None:
    """Write pictures that are all different: one of noise, with the number's bits in a corner."""
    folder.mkdir(parents=True)
    noise = np.random.default_rng(0).integers(90, 160, (SIDE // 4, SIDE // 4, 3), np.uint8)
    pixels = np.asarray(Image.fromarray(noise).resize((SIDE, SIDE), Image.Resampling.BICUBIC)).copy()
    for index in range(number):
        bits = np.array([int(bit) for bit in f"{index:032b}"], np.uint8) * 255
        pixels[:16, :128] = np.kron(bits.reshape(4, 8), np.ones((4, 16), np.uint8))[:, :, None]
        Image.fromarray(pixels).save(folder / f"{index:06}.jpg", quality=92)


def bring(folder: Path, faces: Path) -> None:
    """Import the pictures."""
    from db.imports.run import run
    from db.imports.wishes import Wishes
    from studio.data.opening import open_data

    database, store = open_data(places(folder))
    run(database, store, faces, Wishes())
    database.close()


def label(folder: Path) -> None:
    """Give every face a gold label with texts."""
    from sqlalchemy import insert, select

    from db.models import Face, GoldLabel
    from studio.annotate.labels import complete
    from studio.data.opening import open_data
    from studio.exporting import words

    labels = complete({"emotion": "happiness", "au": ["AU6", "AU12", "AU25"]}, ["emotion", "au"])
    texts = {"emotion": words("emotion", "happiness", ""), "au": words("au", ["AU6", "AU12", "AU25"], "")}
    database, _ = open_data(places(folder))
    with database.sessions.begin() as session:
        rows = [
            {"uuid": uuid4(), "face_id": face, "kind": "imported", "labels": labels, "rationales": texts}
            | {"annotation_ids": []}
            for face in session.scalars(select(Face.id))
        ]
        session.execute(insert(GoldLabel), rows)
    database.close()


def take(folder: Path, form: str) -> None:
    """Export everything in a form."""
    from db.exports.bundle import ending, export
    from db.exports.choice import Choice
    from studio.data.opening import open_data
    from studio.exporting import SPEECH

    database, store = open_data(places(folder))
    choice = Choice(form, pictures=form != "csv")
    export(database, store, choice, folder / f"out-{form}{ending(choice)}", speech=SPEECH)
    database.close()


def by_datasets(folder: Path, faces: Path) -> None:
    """The same pictures from a folder to Parquet, by Hugging Face's `datasets`."""
    os.environ["HF_DATASETS_OFFLINE"] = "1"
    import datasets

    datasets.disable_progress_bars()
    found = datasets.load_dataset("imagefolder", data_dir=str(faces), cache_dir=str(folder / "cache"))
    found["train"].to_parquet(folder / "datasets.parquet")


def bare(folder: Path, faces: Path) -> None:
    """What no import can do without, one file after the other."""
    target = folder / "bare"
    target.mkdir()
    for path in sorted(faces.iterdir()):
        data = path.read_bytes()
        Image.open(BytesIO(data)).load()
        with open(target / sha256(data).hexdigest(), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def places(folder: Path) -> dict[str, str]:
    """The settings of a studio in a folder."""
    return {"database": f"sqlite:///{folder}/emola.db", "pictures": f"{folder}/pictures"}


def run_step(step: str, folder: Path, faces: Path) -> dict[str, float]:
    """Do one step here; return its seconds without imports, and this process's peak resident set in MiB."""
    acts = {
        "import": lambda: bring(folder, faces),
        "import again": lambda: bring(folder, faces),
        "label": lambda: label(folder),
        "export parquet": lambda: take(folder, "parquet"),
        "export faba": lambda: take(folder, "faba"),
        "export csv": lambda: take(folder, "csv"),
        "datasets": lambda: by_datasets(folder, faces),
        "bare files": lambda: bare(folder, faces),
    }
    if step == "datasets":
        import datasets  # noqa: F401
    began = time.perf_counter()
    acts[step]()
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def measure(number: int) -> dict[str, dict[str, float]]:
    """All steps for a number of faces, each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="emola-bench-") as place:
        faces, found = Path(place) / "faces", {}
        make_pictures(faces, number)
        for step in ("import", "import again", "label", *STEPS[2:]):
            command = [sys.executable, "-m", "benchmarks.data", "--step", step, place, str(faces)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[step] = json.loads(done.stdout.splitlines()[-1])
        return {step: found[step] for step in STEPS}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=10_000, help="how many (default 10,000)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--step", nargs=3, metavar=("STEP", "FOLDER", "FACES"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.step:
        step, folder, faces = options.step
        print(json.dumps(run_step(step, Path(folder), Path(faces))))
        return
    few, many = measure(options.faces // 10), measure(options.faces)
    if options.json:
        print(json.dumps({"few": few, "many": many}, indent=1))
        return
    print(f"{options.faces:,} faces; peak memory also at {options.faces // 10:,}")
    print(f"{'':16} {'s':>7} {'faces/s':>9} {'MiB':>6} {'at a tenth':>11}   time beside")
    for step in STEPS:
        seconds, other = many[step]["seconds"], BESIDE.get(step)
        ratio = f"{seconds / many[other]['seconds']:.2f} of {other}" if other else ""
        print(
            f"{step:16} {seconds:7.1f} {options.faces / seconds:9.0f} {many[step]['peak']:6.0f} "
            f"{few[step]['peak']:11.0f}   {ratio}"
        )


if __name__ == "__main__":
    main()
