"""Reads RAF-DB's basic emotions, as its owners' archive unpacks.

    basic/EmoLabel/list_patition_label.txt      train_00001.jpg 5
    basic/Image/aligned/train_00001_aligned.jpg

The folder given may be `basic` or the one it is in. The file's name is spelled so; 1 to 7 are surprise, fear,
disgust, happiness, sadness, anger, neutral, and the split is the name's beginning, as several public loaders
agree. The aligned pictures are taken, as the paper does. RAF-DB says nothing of who is shown, so no subjects.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from db.datasets.base import Dataset, Readers, Record
from db.datasets.check import pictures_under
from db.datasets.lines import lines

ORDER = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
LABELS = "EmoLabel/list_patition_label.txt"
_LINE = re.compile(r"((train|test)_\w+)\.(\w+)\s+(\S+)")


class RafDb(Dataset):
    """RAF-DB, the single-label part: seven emotions."""

    name = "raf-db"
    title = "RAF-DB (basic)"
    terms = (
        "For non-commercial research and education only; not to be passed on. Ask Weihong Deng's group with "
        "a request from an institution's address (whdeng.cn/RAF/model1.html)."
    )
    expects = f"basic/{LABELS} and basic/Image/aligned/"
    splits = ("train", "test")
    published = {
        "train": 12271,
        "test": 3068,
        **{
            f"train {name}": number
            for name, number in zip(ORDER, (1290, 281, 717, 4772, 1982, 705, 2524), strict=True)
        },
        **{
            f"test {name}": number
            for name, number in zip(ORDER, (329, 74, 160, 1185, 478, 162, 680), strict=True)
        },
    }

    def records(
        self, folder: Path, split: str | None = None, *, fold: int | None = None, read: Readers | None = None
    ) -> Iterator[Record]:
        root, seen = _root(folder), set()
        for position, (number, line) in enumerate(lines(root / LABELS)):
            where = f"{root / LABELS}, line {number}"
            place = {"file": LABELS, "position": position, "text": line, "task": "emotion"}
            match = _LINE.fullmatch(line.strip())
            if match is None:
                yield Record(**place, problem=f"{where}: {line!r} is no name and label, train_00001.jpg 5.")
                continue
            stem, part, ending, label = match.groups()
            if split not in (None, part):
                continue
            name = f"Image/aligned/{stem}_aligned.{ending}"
            problem = None
            if label not in map(str, range(1, 8)):
                problem = f"{where}: label {label} is none of 1 to 7 ({', '.join(ORDER)})."
            elif stem in seen:
                problem = f"{where}: {stem}.{ending} stands twice in the file."
            seen.add(stem)
            yield Record(
                **place,
                original_name=name,
                picture=root / name,
                split=part,
                labels={} if problem else {"emotion": ORDER[int(label) - 1]},
                problem=problem,
            )

    def pictures(self, folder: Path) -> Iterable[Path]:
        return pictures_under(_root(folder) / "Image" / "aligned")

    def count(self, record: Record) -> Iterator[str]:
        yield from (record.split, f"{record.split} {record.labels['emotion']}")


def _root(folder: Path) -> Path:
    return folder / "basic" if (folder / "basic").is_dir() else folder
