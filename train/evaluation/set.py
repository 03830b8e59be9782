"""What a model is to be asked: the faces of an evaluation set, each once, with the tasks it has labels for.

A set is FABA-Instruct's evaluation layout (a folder with `eval/eval_au_anno.json` and
`eval_emotion_anno.json`, or one such file) or `drawn:N:SEED`, faces that are drawn and written in that
layout first. Everything is checked before a model is loaded: entries as the benchmark does, and that every
picture is there. Not covered: whether a picture can be decoded, which shows when it is its turn.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from model.mini import layout
from train.bench.cases import picture_file
from train.bench.errors import BenchError
from train.bench.tables import DATASETS, TASK_NAMES, dataset_for
from train.bench.truth import Truth, read_truth

_DRAWN = re.compile(r"drawn:(?P<count>[1-9]\d*)(?::(?P<seed>\d+))?")
_TASK_IN_NAME = re.compile(rf"(?:^|[^a-z])({'|'.join(TASK_NAMES)})(?![a-z])")


@dataclass(frozen=True)
class AskedFace:
    """A picture and the tasks that it is to be asked.

    name: what it is known by, in a file the path that its entries give. mark: changes when the picture
    does. picture(): whatever `model.images.open_image` reads.
    """

    name: str
    mark: str
    picture: Callable[[], Any]
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class EvaluationSet:
    """Entries by task, as `train.bench` scores them, and the faces that they are about.

    table: the data set of FABA-Bench by whose labels answers are scored. face_of: task -> entry's id -> the
    face's name. faces: each once, those with the most tasks first. notes: what was odd, as sentences.
    folder: where pictures' paths start, for the report.
    """

    table: str
    entries: Mapping[str, Sequence[Mapping[str, Any]]]
    face_of: Mapping[str, Mapping[str, str]]
    faces: Sequence[AskedFace]
    notes: tuple[str, ...] = ()
    folder: Path = Path()

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that it has labels for."""
        return tuple(self.entries)

    @property
    def digest(self) -> str:
        """SHA-256 of what is asked: faces and tasks, in their order. Labels don't matter to it."""
        lines = (f"{face.name}\t{face.mark}\t{','.join(face.tasks)}\n" for face in self.faces)
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_set(
    place: str,
    *,
    split: str | None = None,
    tasks: Sequence[str] = (),
    table: str = "FABA",
    drawn_in: Path = Path("runs/drawn"),
    workers: int = 0,
) -> EvaluationSet:
    """Read and check a set; see the module for what `place` may be.

    split: "eval" by default, of drawn faces "test". tasks: these only. drawn_in: where drawn sets are
    kept. Raises BenchError that names the file and the entry, EmolaError where faces can't be drawn.
    """
    if table not in DATASETS:
        raise BenchError(f"There is no label table {table!r}. Allowed: {', '.join(DATASETS)}.")
    if place.startswith("drawn:"):
        match = _DRAWN.fullmatch(place)
        if match is None:
            raise BenchError(f"{place!r} is not drawn:N or drawn:N:SEED, as in drawn:1000:0.")
        split, count, seed = split or "test", int(match["count"]), int(match["seed"] or 0)
        # Named by what decides its content, so that every model is asked about the same files.
        folder = layout.write(drawn_in / f"{split}-{count}-seed{seed}", split, count, seed, workers)
        files = _files_in(folder, "eval", tasks)
    elif Path(place).is_dir():
        files = _files_in(Path(place), split or "eval", tasks)
    else:
        files = {_task_of(Path(place), tasks): Path(place)}
    for task in files:
        dataset_for(task, table)
    truths = {task: read_truth(files[task], task, table) for task in TASK_NAMES if task in files}
    face_of, faces = _faces(truths)
    return EvaluationSet(
        table,
        {task: truth.entries for task, truth in truths.items()},
        face_of,
        faces,
        notes=tuple(note for truth in truths.values() for note in truth.notes),
        folder=next(iter(truths.values())).path.parent,
    )


def _files_in(folder: Path, split: str, tasks: Sequence[str]) -> dict[str, Path]:
    """The split's annotation file of each task, whether `folder` is the data set's or the split's."""
    wanted = tuple(tasks) or TASK_NAMES
    looked = {task: f"{split}_{task}_anno.json" for task in wanted}
    found = {}
    for task, name in looked.items():
        for file in (folder / split / name, folder / name):
            if file.is_file():
                found.setdefault(task, file)
    missing = [looked[task] for task in (tasks or ()) if task not in found] or (
        [] if found else looked.values()
    )
    if missing:
        raise BenchError(
            f"{folder} holds no {' or '.join(missing)}, neither itself nor in {split}/. Give FABA-Instruct's "
            "folder, or one annotation file with --task."
        )
    return found


def _task_of(file: Path, tasks: Sequence[str]) -> str:
    """What one file is about: the one task that was asked for, else the one in its name."""
    named = set(tasks) or set(_TASK_IN_NAME.findall(file.name.lower()))
    if len(named) != 1:
        raise BenchError(
            f"{file}: its name doesn't tell which task it is for. Add --task au or --task emotion."
        )
    return named.pop()


def _faces(truths: Mapping[str, Truth]) -> tuple[dict[str, dict[str, str]], list[AskedFace]]:
    """(face_of, faces) of checked entries; one picture of two entries is one face."""
    names: dict[Path, str] = {}
    tasks_of: dict[Path, list[str]] = {}
    face_of: dict[str, dict[str, str]] = {}
    for task, truth in truths.items():
        face_of[task] = {}
        for number, entry in enumerate(truth.entries, 1):
            file = _picture_of(entry, truth.path, f"{truth.path}, entry {number} (id {entry['id']!r})")
            face_of[task][entry["id"]] = names.setdefault(file, entry["image"])
            tasks = tasks_of.setdefault(file, [])
            if task not in tasks:
                tasks.append(task)
    faces = [
        AskedFace(name, str(file.stat().st_size), partial(Path, file), tuple(tasks_of[file]))
        for file, name in names.items()
    ]
    # Faces of one batch are asked the same questions.
    return face_of, sorted(faces, key=lambda face: (-len(face.tasks), face.tasks))


def _picture_of(entry: Mapping[str, Any], file: Path, where: str) -> Path:
    if not entry.get("image"):
        raise BenchError(f"{where} names no image, so there is nothing to ask about.")
    found = picture_file(entry["image"], file.parent)
    if found is None:
        raise BenchError(
            f"{where}: its picture {entry['image']!r} is not there, neither beside the file nor in a folder "
            "above it. Unpack the pictures as the data set's owners publish them."
        )
    return found
