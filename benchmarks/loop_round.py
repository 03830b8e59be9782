"""One cell of `benchmarks.loop`: so many corrections in an order, by a seed, through `train.retrain`.

Snapshot, fine-tuning with the default options, gold set, gate, promotion row: what a studio's cron job does.
What comes out is kept in the work folder, so a cell is measured once.
"""

import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.loop_shift import SHIFTS, Shift, spoil
from benchmarks.loop_studio import copy_of, correct, predict_ahead, prepare
from db.models import Adapter, TrainingRun
from db.session import Database
from db.store import PictureStore
from model.predictor import Predictor
from train.retrain import run
from train.rounds.plan import Settings
from train.tuning.options import Options


@dataclass(frozen=True)
class Cell:
    """What is measured: a shift's name, the order in which faces come, how many, and the seed."""

    shift: str
    order: str
    corrections: int
    seed: int


@dataclass(frozen=True)
class Scene:
    """What all cells have in common. pool, gold, original: faces to choose from, of the gold set, and of the
    set that shows what is forgotten; error: the chance of a slip; people: who label a face (1 or 2).
    """

    work: Path
    pool: int
    gold: int
    original: int
    error: float
    people: int

    def serving(self, shift: Shift) -> str:
        """Return the adapter that serves before anybody corrects, "" for the mini as it ships."""
        return str(spoil(self.work)) if shift.spoiled else ""


def learn(cell: Cell, scene: Scene) -> dict[str, Any]:
    """Do a cell's round, unless it is done; return adapter (its folder), outcome, reason, steps, seconds.

    seconds: of the processor, one thread, for the whole round, the gate included.
    """
    shift = SHIFTS[cell.shift]
    folder, name = scene.work / f"{cell.shift}-{cell.seed}", _name(cell, scene)
    done = folder / f"{name}.json"
    if not done.exists():
        place = scene.serving(shift)
        prepare(folder, shift, cell.seed, scene.pool, scene.gold)
        if cell.order == "uncertain":
            predict_ahead(folder, lambda: Predictor(adapter=place or None))
        database = copy_of(folder, name)
        try:
            found = _round(database, folder, cell, scene, place)
        finally:
            database.close()
        done.write_text(json.dumps({**asdict(cell), **found}, indent=1), encoding="utf-8")
    return json.loads(done.read_text(encoding="utf-8"))


def is_done(cell: Cell, scene: Scene) -> bool:
    """Whether a cell's round is done."""
    return (scene.work / f"{cell.shift}-{cell.seed}" / f"{_name(cell, scene)}.json").exists()


def _name(cell: Cell, scene: Scene) -> str:
    return f"{cell.order}-{cell.corrections}-{scene.error:g}-{scene.people}"


def _round(database: Database, folder: Path, cell: Cell, scene: Scene, place: str) -> dict[str, Any]:
    rule = correct(
        database, cell.order, cell.corrections, seed=cell.seed, error=scene.error, people=scene.people
    )
    work = scene.work / f"{cell.shift}-work"
    # Of a cell that was broken off; every cell's database begins with run 1.
    shutil.rmtree(work / "run-1", ignore_errors=True)
    options = Options(
        adapter=place, out=folder / "adapters", work=work, seed=cell.seed,
        **SHIFTS[cell.shift].options,
    )  # fmt: skip
    told = Settings(
        options, accept=rule, min_new=min(50, cell.corrections), original=f"drawn:{scene.original}"
    )
    lines: list[str] = []
    began = time.process_time()
    run(database, PictureStore(folder / "pictures"), told, report=lines.append)
    seconds, said = time.process_time() - began, json.loads(lines[-1])
    with database.reads.begin() as session:
        row = session.scalars(select(TrainingRun).order_by(TrainingRun.id.desc()).limit(1)).one()
        if row.adapter_id is None:
            raise SystemExit(f"{cell}: {said['reason']}")
        adapter = session.get_one(Adapter, row.adapter_id)
        return {
            "adapter": adapter.uri, "outcome": said["outcome"], "reason": said["reason"],
            "steps": adapter.manifest["steps"], "seconds": seconds,
        }  # fmt: skip
