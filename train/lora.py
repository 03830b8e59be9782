"""Fine-tunes an EmoLA adapter on a snapshot of the database, or on rows that somebody gives.

LoRA on the language model's linears and both projectors in full, by the authors' recipe or the mini's
(`train.tuning.options`). Killed, it goes on from its last checkpoint when the same command is given again;
done, the same command gives the bundle that there is.

    python -m train.lora --base owner/llava-emola@v1 --expert insightface_106        # a new adapter
    python -m train.lora --adapter runs/adapters/0123456789abcdef --epochs 4         # on from one in use
    python -m train.lora --tasks au --replay drawn --batch 32
    accelerate launch --config_file fsdp.yaml -m train.lora --base owner/llava-emola@v1

The labels are those that the studio's database has accepted (`python -m train.dataset --dry-run`); --snapshot
takes one that is frozen already. Not covered: whether the result is better (`train.retrain`).
"""

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from accelerate import Accelerator
from sqlalchemy import select
from tqdm import tqdm

from model.errors import EmolaError
from model.landmarks import LandmarkExpert, get_expert
from train.corpus.rows import Row
from train.tuning import finished
from train.tuning.answering import Answering
from train.tuning.batches import make_plan
from train.tuning.bundle import Bundle, write_bundle
from train.tuning.checkpoints import Checkpoints
from train.tuning.features import Features, prune, require_faces
from train.tuning.lessons import LessonMaker
from train.tuning.loop import Progress, train
from train.tuning.options import Options, add_options, from_arguments
from train.tuning.start import Start, start

CHECKPOINTS, FEATURES = "checkpoints", "features"


def fine_tune(
    options: Options,
    rows: Sequence[Row],
    pictures: Callable[[str], bytes],
    *,
    replay: Sequence[Row] = (),
    snapshot: str = "",
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    expert: LandmarkExpert | None = None,
    features_in: Path | None = None,
) -> Bundle | None:
    """Train an adapter on rows and write its bundle; None in processes other than the first.

    pictures: bytes of a row's picture (`train.corpus.pictures.Pictures`). replay: rows that are learned
    beside.
    snapshot: hash of what the rows were read from, for the manifest. on_progress: told after each step.
    should_stop: asked after each step; Stopped is raised once the checkpoint is on disk. expert: by default
    the one that the weights need. features_in: folder of what the vision tower saw, by default in the
    options' `work`; several runs may share it. Raises TrainingError, CheckpointError, LandmarkExpertError;
    then nothing is in the options' `out` that was not there before.
    """
    begun = start(options)
    options = begun.options
    accelerator = Accelerator(
        mixed_precision="bf16" if options.precision == "bf16" else "no", cpu=options.device == "cpu"
    )
    expert = expert or get_expert(begun.processor.landmark_expert)
    rows = [row for row in rows if row.task in options.tasks]
    replay = [row for row in replay if row.task in options.tasks]
    begun.model.get_base_model().model.vision_tower.to(accelerator.device)  # the rest follows when it trains
    features = Features(features_in or Path(options.work) / FEATURES, begun, expert)
    lost = _look_once(features, [*rows, *replay], pictures, accelerator)
    rows = require_faces(rows, lost)
    replay = [row for row in replay if row.picture not in lost]

    maker = LessonMaker(
        begun.processor,
        template=options.template,
        label_weight=options.label_weight,
        max_length=options.max_length,
    )
    new, again = maker.lessons(rows), maker.lessons(replay, replayed=True)
    plan = make_plan(options, len(new), len(again), accelerator.num_processes)
    facts = _facts(begun, rows, replay, snapshot, plan, accelerator.num_processes)
    checkpoints = Checkpoints(Path(options.work) / CHECKPOINTS, facts)
    if known := finished.find(Path(options.work), facts):
        checkpoints.clear()
        return known if accelerator.is_main_process else None
    pad_id = begun.processor.tokenizer.pad_token_id or 0
    model = Answering(begun.model, options.gradient_checkpointing)
    learned = train(
        model, plan, new, again, features, options, checkpoints, accelerator,
        pad_id=pad_id, on_progress=on_progress, should_stop=should_stop,
    )  # fmt: skip
    if not accelerator.is_main_process:
        return None
    counted = Counter(f"{row.task} {row.written}" for row in rows)
    counted.update(f"{row.task} replayed" for row in replay)
    found = {
        "snapshot": snapshot or None,
        "rows": dict(sorted(counted.items())),
        "faces_not_found": len(lost),
    }
    bundle = write_bundle(begun, learned, found, expert)
    finished.note(Path(options.work), facts, bundle)
    checkpoints.clear()
    return bundle


def _look_once(features: Features, rows: Sequence[Row], pictures, accelerator) -> set[str]:
    """Let the tower see what it has not seen yet, each process its part; the pictures without a face."""
    report = None
    if accelerator.is_main_process:
        bar = tqdm(desc="faces", unit="face", disable=None)

        def report(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

    named = {row.picture: row for row in rows}
    mine = list(named.values())[accelerator.process_index :: accelerator.num_processes]
    lost = features.prepare(mine, pictures, report)
    accelerator.wait_for_everyone()
    if accelerator.num_processes > 1:
        from accelerate.utils import gather_object

        lost = gather_object(lost)
    return set(lost)


def _facts(begun: Start, rows, replay, snapshot: str, plan, processes: int) -> dict:
    """What decides on the result of a run, by which its checkpoints are known."""
    digest = hashlib.sha256()
    for row in (*rows, None, *replay):
        digest.update(json.dumps(row and asdict(row), sort_keys=True).encode() + b"\n")
    return {
        "base": begun.base_identity,
        "parent": begun.parent,
        "snapshot": snapshot or None,
        "rows": digest.hexdigest(),
        "steps": plan.steps,
        "processes": processes,
        **begun.options.decisive(),
    }


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    made = argparse.ArgumentParser(prog="python -m train.lora", description=__doc__.partition("\n")[0])
    made.add_argument(
        "--snapshot", help="SHA-256 (or its beginning) of a frozen snapshot; default: freeze now"
    )
    made.add_argument("--name", default="training", help="the snapshots' dataset (default training)")
    return add_options(made)


def main(given: Sequence[str] | None = None) -> int:
    """Fine-tune as the command line says; the exit status."""
    import settings
    from db.errors import DataError
    from db.models import Face
    from db.session import open_database
    from db.store import PictureStore
    from train.corpus.pictures import Pictures
    from train.corpus.replay import replay_rows
    from train.dataset import take_snapshot

    args = parser().parse_args(given)
    options, values = from_arguments(args), settings.read()
    database = open_database(values["database"])
    try:
        with database.sessions.begin() as session:
            snapshot = take_snapshot(session, args.snapshot, args.name, options.tasks)
            rows, replay = snapshot.rows, replay_rows(options, session, snapshot.id)
            known = set(session.scalars(select(Face.sha256)))
        prune(Path(options.work) / FEATURES, known)
        pictures = Pictures(PictureStore(values["pictures"]))
        with tqdm(desc="training", unit="step", disable=None) as bar:

            def show(at: Progress) -> None:
                bar.total = at.steps
                bar.set_postfix(loss=f"{at.loss:.4f}", refresh=False)
                bar.update(at.step - bar.n)

            bundle = fine_tune(
                options, rows, pictures, replay=replay, snapshot=snapshot.sha256, on_progress=show
            )
    except (EmolaError, DataError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        database.close()
    if bundle:
        print(f"{bundle.folder}: loss {bundle.manifest['loss']['last']:.4f}, revision {bundle.revision}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
