"""What a round of learning is told, what serves now, and whether there is enough new to learn from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from db.models import Adapter, Promotion
from db.runs import serving
from train.dataset import choose, new_since
from train.gate import Terms
from train.rounds import runs
from train.tuning.options import Options


def here(folder: Path) -> str:
    """Return a finished bundle's place for those who share this machine's disk: where it is."""
    return str(folder.resolve())


@dataclass(frozen=True)
class Settings:
    """What a round is told: the options of its training, the sets, when there is enough, on what terms.

    options: its `adapter` is what serves before anything was promoted. gold: a dataset's name; original: a
    dataset's name, or a place as `train.evaluate` has it; "" for the default. lease: seconds after which a
    process that gives no sign of life counts as dead. publish: puts a finished bundle's folder where all who
    share the database can have it, and returns that place.
    """

    options: Options
    gold: str = "gold"
    original: str = ""
    accept: str = "agreed"
    min_new: int = 50
    terms: Terms = Terms()
    batch_size: int = 16
    lease: float = runs.SECONDS
    publish: Callable[[Path], str] = here


@dataclass(frozen=True)
class Serving:
    """What answers some tasks now: the adapter's row and place (None, "": the base), and its promotions."""

    tasks: tuple[str, ...]
    adapter_id: int | None
    place: str
    follows: Mapping[str, int | None]


def serving_now(session: Session, options: Options) -> list[Serving]:
    """Return what answers the options' tasks, tasks of one adapter together."""
    now: dict[str, Promotion] = serving(session)
    groups: dict[tuple[int | None, str], list[str]] = {}
    for task in options.tasks:
        row = now.get(task)
        adapter = session.get(Adapter, row.adapter_id) if row and row.adapter_id else None
        place = adapter.uri if adapter else "" if row else options.adapter
        groups.setdefault((adapter.id if adapter else None, place), []).append(task)
    return [
        Serving(
            tuple(tasks), adapter_id, place, {task: now[task].id if task in now else None for task in tasks}
        )
        for (adapter_id, place), tasks in groups.items()
    ]


def forecast(session: Session, settings: Settings, current: Serving) -> dict[str, Any]:
    """Return what a round would train on, and whether there is enough that is new. Writes nothing."""
    choice = choose(session, accept=settings.accept, tasks=current.tasks)
    before = runs.last_snapshot(session, list(current.tasks))
    new = new_since(session, before, accept=settings.accept)
    return {
        "tasks": list(current.tasks),
        "faces": len(choice.content),
        "new": new,
        "min_new": settings.min_new,
        "enough": new >= settings.min_new and bool(choice.content),
        "left_out": choice.left_out,
        "adapter": current.place or None,
    }


def about(settings: Settings, current: Serving) -> dict[str, Any]:
    """Return what a run's row says of it, as JSON's types: what decides on its result, less its snapshot."""
    options = replace(settings.options, tasks=current.tasks)
    return {
        "tasks": list(current.tasks),
        "accept": settings.accept,
        "base": options.base,
        "adapter": current.place,
        "training": options.decisive(),
    }
