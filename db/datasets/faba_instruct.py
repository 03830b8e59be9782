"""Reads FABA-Instruct, training and evaluation, as its authors' archive unpacks.

    FABAInstruct/train/train_emotion_anno.json   train_au_anno.json   images/...   landmarks/...
    FABAInstruct/eval/eval_emotion_anno.json     eval_au_anno.json    images/...   landmarks/...

The folder given may be FABAInstruct or the one it is in; names of label files count in any case. Layout, keys
and counts are from the authors' repository (commit 0cd4a12); the archive itself was not at hand. Its pictures
are AffectNet's, whose people are not known, so no subjects. An entry is known by its `id`, or its `image`
where it has none; twice in one file is a problem. Paths that lead out of the folder are refused.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from db.datasets import json_list
from db.datasets.base import Dataset, Layout, Readers, Record
from db.datasets.check import pictures_under
from db.datasets.errors import DatasetError
from db.datasets.faba_entry import TASKS, said

FOLDER = "FABAInstruct"
PARTS = {"train": "train", "test": "eval"}
"""The splits' folders, which begin the names of their label files too."""


class FabaInstruct(Dataset):
    """FABA-Instruct: an emotion with its reasons, and action units with theirs."""

    name = "faba-instruct"
    title = "FABA-Instruct"
    terms = (
        "Its faces are AffectNet's, for non-commercial research only; its texts were written by GPT-4V, and "
        "we found no licence for them. Get it from its authors (github.com/JackYFL/EmoLA), and the right to "
        "the faces from AffectNet's (mohammadmahoor.com/pages/databases/affectnet)."
    )
    expects = (
        "train/train_{emotion,au}_anno.json, eval/eval_{emotion,au}_anno.json, images/ and landmarks/ beside"
    )
    splits = ("train", "test")
    published = {
        "train emotion": 19474,
        "test emotion": 403,
        "train au": 15838,
        "test au": 325,
        "pictures": 19877,
    }

    def __init__(self, only: str | None = None):
        """Read all label files, or only one: its path as seen from FABAInstruct."""
        self._only = only

    def records(
        self, folder: Path, split: str | None = None, *, fold: int | None = None, read: Readers | None = None
    ) -> Iterator[Record]:
        """Yield both tasks' entries, emotion first. Raises DatasetError where there is no label file."""
        root = _root(folder)
        chosen = [split] if split else list(self.splits)
        found = [
            (part, task, file)
            for part in chosen
            for task in TASKS
            if (file := label_file(root, part, task))
            and self._only in (None, file.relative_to(root).as_posix())
        ]
        if not found:
            raise DatasetError(f"{folder} has no label file of {self.title}. It should hold {self.expects}.")
        for part, task, file in found:
            yield from _entries(root, file, part, task, read)

    def pictures(self, folder: Path) -> Iterable[Path]:
        for part in PARTS.values():
            yield from pictures_under(_root(folder) / part / "images")

    def absent(self, folder: Path, split: str | None = None) -> Iterator[str]:
        for part in [split] if split else self.splits:
            for task in TASKS:
                if label_file(_root(folder), part, task) is None:
                    yield f"{PARTS[part]}/{PARTS[part]}_{task}_anno.json"

    def count(self, record: Record) -> Iterator[str]:
        yield f"{record.split} {record.task}"

    def layout(self, folder: Path, file: str) -> Layout:
        return json_list.layout(_root(folder) / file)


def label_file(root: Path, split: str, task: str) -> Path | None:
    """Return a task's label file of a split, None where there is none."""
    part = PARTS[split]
    wanted = f"{part}_{task}_anno.json"
    files = sorted((root / part).iterdir()) if (root / part).is_dir() else []
    return next((file for file in files if file.name.lower() == wanted), None)


def inside(path: str) -> PurePosixPath | None:
    """Return a path of an entry as seen from FABAInstruct; None where it leads out of it."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    if FOLDER in parts:
        parts = parts[parts.index(FOLDER) + 1 :]
    if not parts or ".." in parts or parts[0].startswith("/") or parts[0].endswith(":"):
        return None
    return PurePosixPath(*parts)


def _root(folder: Path) -> Path:
    """Return the folder that train and eval are in."""
    return folder / FOLDER if (folder / FOLDER).is_dir() else folder


def _entries(root: Path, file: Path, split: str, task: str, read: Readers | None) -> Iterator[Record]:
    name, seen = file.relative_to(root).as_posix(), set()
    for item in json_list.items(file):
        place = {"file": name, "position": item.position, "text": item.text, "task": task, "split": split}
        where = f"{file}, entry {item.position + 1} (line {item.line})"
        label, text, problem = said(item.value, task, read)
        problem = item.problem or problem
        if problem is None:
            known_by = item.value.get("id") or item.value["image"]
            known_by = known_by if isinstance(known_by, str | int) else str(known_by)
            picture, landmarks = inside(item.value["image"]), inside(item.value.get("landmark") or "none")
            if known_by in seen:
                problem = f"its id {known_by!r} stands twice in the file"
            elif picture is None or landmarks is None:
                problem = "its path leads out of the folder"
            seen.add(known_by)
        if problem:
            yield Record(**place, problem=f"{where}: {problem}.")
        else:
            yield Record(
                **place,
                original_name=item.value["image"],
                picture=root / picture,
                landmarks=root / landmarks if item.value.get("landmark") else None,
                labels={} if label is None else {task: label},
                rationales={task: text},
            )
