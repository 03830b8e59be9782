"""Does it learn? Corrections by simulated people, through the real database, to a model taught wrong labels.

First the mini is spoiled once: fine-tuned on faces with wrong labels (`benchmarks.loop_shift`). Then, for
each number of corrections and each seed, an empty database gets drawn faces, a simulated annotator labels
them, the labels are frozen and the spoiled adapter is fine-tuned on them with the default options. All models
answer about the same held-out faces. Printed per number: mean AU F1 over the 12 scored AUs, over the
mislabelled and over the other AUs, and how much of the gap between the spoiled and the clean model is closed.

    python -m benchmarks.loop --corrections 50 200 --seeds 0 1 2 --error 0.02
    python -m benchmarks.loop --corrections 200 --seeds 0 --json

Everything done is kept in `--work`, so a run that was broken off goes on. Not covered yet: other shifts,
orders of annotation, the gate's null trials.
"""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.loop_shift import MISLABELLED, annotate, past_rows
from db.migrate import migrate
from db.session import open_database
from db.store import PictureStore
from model.facs import FABA, FABA_SCORED
from model.mini import evaluate, faces
from model.predictor import Predictor
from train.corpus.pictures import Pictures
from train.corpus.snapshot_rows import read_rows
from train.dataset import freeze_training
from train.lora import fine_tune
from train.tuning.options import Options

OTHERS = tuple(code for code in FABA if code not in MISLABELLED)


def measure(adapter: Path | None, count: int, work: Path) -> dict[str, float]:
    """Return mean F1 (0..1) over AUs, and emotion accuracy, on `count` held-out faces; kept in `work`."""
    kept = work / f"measured-{adapter.name if adapter else 'clean'}-{count}.json"
    if not kept.exists():
        drawn = [faces.face("test", number) for number in range(count)]
        found = evaluate.predictions(Predictor(adapter=adapter), drawn)
        f1 = evaluate.f1_by_unit(*evaluate.counts(drawn, found))
        right = [p is not None and p.emotion == face.emotion for face, p in zip(drawn, found, strict=True)]
        figures = {"emotion": float(np.mean(right))}
        for name, codes in (("scored", FABA_SCORED), ("mislabelled", MISLABELLED), ("others", OTHERS)):
            figures[name] = float(np.mean([f1[code] for code in codes]))
        kept.write_text(json.dumps(figures), encoding="utf-8")
    return json.loads(kept.read_text(encoding="utf-8"))


def spoil(work: Path, count: int) -> Path:
    """Return the adapter that was taught wrong labels; made where it is not there yet."""
    done = work / f"spoiled-{count}.txt"
    if not done.exists():
        options = Options(out=work / "adapters", work=work / "past", epochs=3.0)
        bundle = fine_tune(options, past_rows(count), Pictures())
        done.write_text(str(bundle.folder), encoding="utf-8")
    return Path(done.read_text(encoding="utf-8"))


def correct(work: Path, spoiled: Path, corrections: int, seed: int, error: float) -> tuple[Path, dict]:
    """Let people correct so many faces and fine-tune on that; the adapter and (steps, seconds)."""
    key = hashlib.sha256(f"{spoiled.name} {corrections} {seed} {error}".encode()).hexdigest()[:12]
    done = work / f"corrected-{key}.json"
    if not done.exists():
        place = work / f"studio-{key}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "emola.db").unlink(missing_ok=True)
        database, pictures = open_database(f"sqlite:///{place}/emola.db"), PictureStore(place / "pictures")
        migrate(database)
        with database.sessions.begin() as session:
            annotate(session, pictures, corrections, seed=seed, error=error)
            snapshot = freeze_training(session).snapshot
            rows = read_rows(session, snapshot.id)
        database.close()
        options = Options(adapter=str(spoiled), out=work / "adapters", work=place / "work", seed=seed)
        began = time.perf_counter()
        bundle = fine_tune(options, rows, Pictures(pictures), snapshot=snapshot.sha256)
        facts = {"steps": bundle.manifest["steps"], "seconds": time.perf_counter() - began}
        done.write_text(json.dumps({"folder": str(bundle.folder), **facts}), encoding="utf-8")
    found = json.loads(done.read_text(encoding="utf-8"))
    return Path(found.pop("folder")), found


def main(given: list[str] | None = None) -> int:
    """Spoil, correct, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loop", description=__doc__.partition("\n")[0])
    parser.add_argument("--corrections", type=int, nargs="+", default=[50, 200])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--error", type=float, default=0.02, help="chance that an annotator's label is wrong")
    parser.add_argument("--past", type=int, default=2400, help="faces with wrong labels (default 2400)")
    parser.add_argument("--measured", type=int, default=400, help="held-out faces (default 400)")
    parser.add_argument("--work", type=Path, default=Path("runs/loop"))
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(given)
    args.work.mkdir(parents=True, exist_ok=True)
    spoiled = spoil(args.work, args.past)
    clean, before = measure(None, args.measured, args.work), measure(spoiled, args.measured, args.work)
    gap = clean["scored"] - before["scored"]
    found = []
    for corrections in args.corrections:
        for seed in args.seeds:
            adapter, facts = correct(args.work, spoiled, corrections, seed, args.error)
            after = measure(adapter, args.measured, args.work)
            closed = (after["scored"] - before["scored"]) / gap
            found.append({"corrections": corrections, "seed": seed, **facts, **after, "closed": closed})
    if args.json:
        print(json.dumps({"clean": clean, "spoiled": before, "corrected": found}, indent=1))
        return 0
    columns = ("scored", "mislabelled", "others", "emotion")
    print("| model | AU F1 scored | mislabelled | others | emotion | gap closed | training s |")
    print("|---|---|---|---|---|---|---|")
    for name, row in (("clean", clean), ("spoiled", before)):
        print(f"| {name} | " + " | ".join(f"{row[column]:.3f}" for column in columns) + " | | |")
    for corrections in args.corrections:
        rows = [row for row in found if row["corrections"] == corrections]
        mean = {name: np.mean([row[name] for row in rows]) for name in (*columns, "closed", "seconds")}
        shown = " | ".join(f"{mean[column]:.3f}" for column in columns)
        print(f"| {corrections} corrections, mean of {len(rows)} | {shown} | {mean['closed']:.0%} "
              f"| {mean['seconds']:.0f} |")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
