"""The two sets that a candidate and what serves are measured with, and that no face of them was trained on.

The gold set is a frozen one of the database. The original set shows what is forgotten: the database's gold
set "original", a place as `train.evaluate` has it, or, for what comes from the mini, drawn people that it
never saw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from sqlalchemy.orm import Session

from db.errors import PictureError
from db.pictures import without_metadata
from model import hub, manifest
from model.predictor import MINI
from train.corpus.pictures import Pictures
from train.errors import DatasetError
from train.evaluation.set import EvaluationSet, read_set
from train.rounds.gold_set import read_gold_set
from train.rounds.leaks import leaks
from train.tuning.options import Options

DRAWN = "drawn:400"
"""The original set of models that come from the mini, where nothing else is given."""


@dataclass(frozen=True)
class Measured:
    """A set that models are measured with, and by what its faces are known in the database."""

    asked: EvaluationSet
    face_ids: frozenset[int] = frozenset()
    pictures: frozenset[str] = frozenset()


def read_sets(
    session: Session, options: Options, pictures: Pictures, *, gold: str = "gold", original: str = ""
) -> dict[str, Measured]:
    """Return the gold and the original set, cut to the tasks that are trained.

    gold: a dataset's name; original: one too, or a place; "" for the default. Raises DatasetError where
    there is none, or it has no labels for these tasks.
    """
    kept = read_gold_set(session, gold, pictures)
    if kept is None:
        raise DatasetError(
            f"There is no gold set {gold!r} to judge a candidate with. Freeze one in the Data tab, or by "
            "python -m train.dataset --freeze-gold 0.3: faces with gold labels that are never trained on."
        )
    found = {"gold": Measured(kept.asked, kept.face_ids)}
    if kept := read_gold_set(session, original or "original", pictures):
        found["original"] = Measured(kept.asked, kept.face_ids)
    else:
        place = original or (DRAWN if _is_mini(options.base) else "")
        if not place:
            raise DatasetError(
                "There is no original set to see what a candidate forgets. Give --original: a folder or file "
                "in FABA-Instruct's evaluation layout, or the name of a frozen gold set."
            )
        asked = read_set(place, drawn_in=Path(options.work) / "drawn")
        found["original"] = Measured(asked, pictures=frozenset(_hashes(asked)))
    return {name: _of_tasks(one, options.tasks, name) for name, one in found.items()}


def refuse_leaks(
    session: Session, sets: Mapping[str, Measured], snapshot_id: int, parent_id: int | None
) -> None:
    """Raise DatasetError where a model from this snapshot and parent was trained on a measured face."""
    for name, measured in sets.items():
        found = leaks(
            session,
            snapshot_id=snapshot_id,
            parent_id=parent_id,
            face_ids=measured.face_ids,
            pictures=measured.pictures,
        )
        if found:
            raise DatasetError(
                f"The {name} set can't judge this model: {'; '.join(found)}. Freeze a gold set without them, "
                "or begin from the base."
            )


def _of_tasks(measured: Measured, tasks: Sequence[str], name: str) -> Measured:
    asked = measured.asked
    entries = {task: asked.entries[task] for task in tasks if task in asked.entries}
    if not entries:
        raise DatasetError(f"The {name} set has no labels for {', '.join(tasks)}, so it can judge nothing.")
    faces = [
        replace(face, tasks=tuple(task for task in face.tasks if task in entries)) for face in asked.faces
    ]
    faces = sorted((face for face in faces if face.tasks), key=lambda face: (-len(face.tasks), face.tasks))
    return replace(measured, asked=replace(asked, entries=entries, faces=faces))


def _hashes(asked: EvaluationSet) -> list[str]:
    """The SHA-256 that the store would know each picture by."""
    found = []
    for face in asked.faces:
        try:
            found.append(sha256(without_metadata(Path(face.picture()).read_bytes()).data).hexdigest())
        except PictureError:
            continue  # no picture, so nobody was trained on it; it counts as an empty answer
    return found


def _is_mini(base: str) -> bool:
    mini = manifest.read(MINI, "base")["identity"]
    return not base or manifest.read(hub.fetch(base), "base")["identity"] == mini
