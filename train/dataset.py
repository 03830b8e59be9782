"""Freezes what people said into a snapshot to train on, and turns a snapshot into rows.

A snapshot is known by the hash of what it holds (`db.snapshots`): the same labels give the same snapshot,
whenever and wherever it is frozen. It keeps clear of all that models are measured with
(`train.corpus.held_out`) and takes only what is accepted (`train.corpus.accepted`). A face that is erased
later stays in it by its number alone: `--check` names it, the snapshots that had it and the adapters that
were trained on them. What to measure with is set aside first, by people (`db.gold_sets`).

    python -m train.dataset                       # freeze now; says what was taken and what was left out
    python -m train.dataset --dry-run --accept gold
    python -m train.dataset --json corrections.json      # also as FABA-Instruct conversations
    python -m train.dataset --freeze-gold 0.3     # sets 30 % of the gold labels aside to measure with
    python -m train.dataset --check               # 1 where snapshots hold faces erased since
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import gold_sets
from db.errors import DataError
from db.models import Dataset, Snapshot, SnapshotRow
from db.snapshots import freeze
from train.corpus.accepted import RULES, Choice, choose
from train.corpus.forgotten import erased_since
from train.corpus.held_out import held_out, in_training
from train.corpus.rows import Row
from train.corpus.snapshot_rows import ALL_TASKS, describe, read_rows, require_variety
from train.errors import DatasetError, TrainingError

NAME = "training"

__all__ = [
    "Frozen",
    "choose",
    "describe",
    "erased_since",
    "freeze_training",
    "new_since",
    "read_rows",
    "require_variety",
]


class Frozen(NamedTuple):
    """A snapshot to train on, and why other faces are not in it: reason -> how many."""

    snapshot: Snapshot
    left_out: dict[str, int]


def freeze_training(
    session: Session,
    name: str = NAME,
    *,
    accept: str = "agreed",
    tasks: Sequence[str] = ALL_TASKS,
    created_by: int | None = None,
) -> Frozen:
    """Freeze all accepted labels as a snapshot of the dataset `name`; the same one for the same labels.

    accept: a rule of `train.corpus.accepted`. Raises DatasetError where no face has accepted labels.
    """
    choice = choose(session, accept=accept, tasks=tasks)
    if not choice.content:
        raise nothing_accepted(choice, accept)
    options = {"accept": accept, "tasks": list(tasks)}
    snapshot = freeze(session, name, "training", choice.content, options=options, created_by=created_by)
    if shared := in_training(session, snapshot.id) & held_out(session):
        raise DatasetError(
            f"Faces {sorted(shared)[:5]} are in the training snapshot and in what models are measured with. "
            "Nothing was frozen."
        )
    return Frozen(snapshot, choice.left_out)


class Taken(NamedTuple):
    """A snapshot's row id and hash, and what is learned from it."""

    id: int
    sha256: str
    rows: list[Row]


def take_snapshot(
    session: Session, sha256: str | None, name: str = NAME, tasks: Sequence[str] = ALL_TASKS
) -> Taken:
    """Return the training snapshot whose hash begins so; None: frozen now. Raises DatasetError."""
    if sha256 is None:
        snapshot = freeze_training(session, name, tasks=tasks).snapshot
    else:
        named = Snapshot.sha256.startswith(sha256, autoescape=True), Dataset.name == name
        found = session.scalars(select(Snapshot).join(Dataset).where(Dataset.purpose == "training", *named))
        known = found.all()
        if len(known) != 1:
            raise DatasetError(
                f"{len(known)} training snapshots of {name!r} begin with {sha256!r}. Give more of the hash, "
                "or none to freeze one now."
            )
        snapshot = known[0]
    return Taken(snapshot.id, snapshot.sha256, read_rows(session, snapshot.id, tasks))


def nothing_accepted(choice: Choice, accept: str) -> DatasetError:
    """The error that says that there is nothing to train on, and where the work is stuck."""
    stuck = "; ".join(f"{count} {reason}" for reason, count in choice.left_out.items())
    return DatasetError(
        f"No face has accepted labels (rule {accept!r}; left out: {stuck or 'nobody has labelled yet'}). "
        "Annotate faces, or settle disputes in the Review tab, then try again."
    )


def new_since(session: Session, snapshot_id: int | None, *, accept: str = "agreed") -> int:
    """Return how many faces would be frozen now that a snapshot has not, or has by other rows."""
    found = select(SnapshotRow.face_id, SnapshotRow.gold_label_id, SnapshotRow.annotation_id)
    known = {tuple(row) for row in session.execute(found.where(SnapshotRow.snapshot_id == snapshot_id))}
    now = {
        (one.face.id, one.gold.id if one.gold else None, None if one.gold else one.annotation.id)
        for one in choose(session, accept=accept).content
    }
    return len(now - known)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the command's options."""
    parser = argparse.ArgumentParser(prog="python -m train.dataset", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--name", help=f"dataset to freeze into (default {NAME}, of a gold set {gold_sets.NAME})"
    )
    parser.add_argument("--accept", choices=RULES, default="agreed", help="which labels (default agreed)")
    parser.add_argument("--tasks", nargs="+", choices=ALL_TASKS, default=list(ALL_TASKS))
    parser.add_argument("--dry-run", action="store_true", help="say what would be frozen, freeze nothing")
    parser.add_argument("--json", type=Path, help="write the conversations to this file as well")
    parser.add_argument(
        "--freeze-gold",
        type=float,
        metavar="SHARE",
        help="freeze a gold set of this share (0..1) of the gold labels, whole people, instead",
    )
    parser.add_argument("--check", action="store_true", help="name faces that were erased from snapshots")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """Freeze, or check; returns the exit status: 0, or 1 for an error and for erased faces found."""
    import settings
    from db.session import open_database

    options = arguments(given)
    database = open_database(settings.read()["database"])
    try:
        if options.check:
            return _check(database)
        if options.freeze_gold is not None:
            return _freeze_gold(database, options)
        if options.dry_run:
            with database.reads.begin() as session:
                choice = choose(session, accept=options.accept, tasks=options.tasks)
            print(f"Would freeze {len(choice.content)} faces. {_reasons(choice.left_out)}")
            return 0
        with database.sessions.begin() as session:
            frozen = freeze_training(
                session, options.name or NAME, accept=options.accept, tasks=options.tasks
            )
            rows = read_rows(session, frozen.snapshot.id, options.tasks)
    except (TrainingError, DataError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        database.close()
    print(f"Snapshot {frozen.snapshot.sha256}: {frozen.snapshot.faces} faces. {_reasons(frozen.left_out)}")
    print(describe(rows))
    if options.json:
        conversations = [
            {"source": "EmoLA Studio", "image": row.picture, "id": f"{row.picture}-{row.task}",
             "conversations": row.conversation(), "answer_made_from": row.written}
            for row in rows
        ]  # fmt: skip
        options.json.write_text(
            json.dumps(conversations, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return 0


def _freeze_gold(database, options: argparse.Namespace) -> int:
    with database.sessions() as session:
        name = options.name or gold_sets.NAME
        frozen = gold_sets.set_aside_share(session, options.freeze_gold, name=name)
        shown = gold_sets.least_difference(frozen.faces)
        words = f"{frozen.faces} faces, never to be trained on; they show differences of {shown:.0f} points."
        if options.dry_run:
            session.rollback()
            print(f"Would freeze a gold set of {words}")
        else:
            session.commit()
            print(f"Gold set {frozen.sha256}: {words}")
    return 0


def _check(database) -> int:
    with database.reads.begin() as session:
        erased = erased_since(session)
    for face in erased:
        adapters = ", ".join(face.adapters) or "no adapter"
        print(
            f"Face {face.face_id}, erased {face.erased_at:%Y-%m-%d}, is in "
            f"{', '.join(face.snapshots)}; trained on it: {adapters}"
        )
    print(f"{len(erased)} erased faces in snapshots." if erased else "No erased face is in a snapshot.")
    return 1 if erased else 0


def _reasons(left_out: dict[str, int]) -> str:
    return "Left out: " + ("; ".join(f"{n} {reason}" for reason, n in left_out.items()) or "none") + "."


if __name__ == "__main__":
    sys.exit(main())
