"""Earlier data to learn again beside new corrections, so that what was right is not forgotten.

"drawn": faces that the mini's renderer draws, with the labels that they were drawn with; only for models that
come from the mini. "earlier": the rows of the training snapshot before. Neither may be used where those
labels carry the very error that is being corrected, which would teach the error again: that is for whoever
starts the training to know, so the default is none.
"""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Snapshot
from model.mini import faces
from model.mini.rationale import au_rationale, emotion_rationale
from model.tasks import TASKS
from train.corpus.held_out import held_out, in_training
from train.corpus.pictures import drawn_name
from train.corpus.rows import Row
from train.corpus.snapshot_rows import read_rows
from train.errors import DatasetError
from train.tuning.options import Options

SPLIT = "train"
FACES = 1200
"""Drawn faces that are replayed, numbers 0 and up of the split that the mini was trained on; of 400, so few
that each was seen several times, more was forgotten."""


def replay_rows(
    options: Options, session: Session | None = None, snapshot_id: int | None = None
) -> list[Row]:
    """Return the rows to replay, by the options' `replay`; `snapshot_id`: the one that is trained on now.

    Raises DatasetError where there is no earlier snapshot.
    """
    if options.replay == "none":
        return []
    if options.replay == "drawn":
        return drawn_rows(range(FACES), options.tasks)
    if session is None or snapshot_id is None:
        raise DatasetError("Replay of an earlier snapshot needs the database. Choose another --replay.")
    now = session.get_one(Snapshot, snapshot_id)
    before = session.scalar(
        select(Snapshot.id)
        .where(Snapshot.dataset_id == now.dataset_id, Snapshot.id < now.id)
        .order_by(Snapshot.id.desc())
        .limit(1)
    )
    if before is None:
        raise DatasetError("There is no earlier snapshot to replay. Choose --replay none or drawn.")
    if shared := in_training(session, before) & held_out(session):
        raise DatasetError(
            f"{len(shared)} faces of the earlier snapshot are held out to measure with by now. Choose "
            "--replay none or drawn."
        )
    return read_rows(session, before, options.tasks)


def drawn_rows(numbers: Sequence[int], tasks: Sequence[str]) -> list[Row]:
    """Return rows of drawn faces with the labels that they were drawn with, worded as the mini words them."""
    rows = []
    for number in numbers:
        drawn = faces.face(SPLIT, number)
        rng = np.random.default_rng((number, 11))
        texts = {
            "emotion": emotion_rationale(drawn.emotion, drawn.action_units, rng),
            "au": au_rationale(drawn.action_units, rng),
        }
        name = drawn_name(SPLIT, number)
        rows += [Row(name, task, TASKS[task].question, texts[task], "labels") for task in tasks]
    return rows
