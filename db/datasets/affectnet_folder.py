"""Reads AffectNet as it was given out since 2021: cropped faces with a file for each label.

    train_set/images/0.jpg        train_set/annotations/0_exp.npy   (and _val, _aro, _lnd)
    val_set/images/...            val_set/annotations/...

`_exp.npy` holds one number as `db.datasets.affectnet` has them, as a number or as text; contempt (7) is left
out by name. Valence, arousal and landmarks are not read. val_set is split val. Layout as public loaders read
it; the data set itself was not at hand.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from db.datasets.affectnet import PUBLISHED, TERMS, expression
from db.datasets.base import Dataset, Readers, Record
from db.datasets.check import PICTURES, pictures_under
from db.datasets.errors import DatasetError

PARTS = {"train": "train_set", "val": "val_set"}


class AffectNetFolder(Dataset):
    """AffectNet's cropped faces of eight classes, 287,651 and 3,999 with contempt."""

    name = "affectnet-folder"
    title = "AffectNet (train_set, val_set)"
    terms = TERMS
    expects = "train_set/ and val_set/, each with images/0.jpg ... and annotations/0_exp.npy ..."
    splits = ("train", "val")
    published = PUBLISHED

    def records(
        self, folder: Path, split: str | None = None, *, fold: int | None = None, read: Readers | None = None
    ) -> Iterator[Record]:
        wanted = [split] if split else self.splits
        parts = [(part, place) for part in wanted if (place := folder / PARTS[part] / "annotations").is_dir()]
        if not parts:
            raise DatasetError(f"{folder} has no label file of AffectNet. It should hold {self.expects}.")
        for part, place in parts:
            yield from _faces(folder, place, part)

    def pictures(self, folder: Path) -> Iterable[Path]:
        for part in PARTS.values():
            yield from pictures_under(folder / part / "images")

    def absent(self, folder: Path, split: str | None = None) -> Iterator[str]:
        for part in [split] if split else self.splits:
            if not (folder / PARTS[part] / "annotations").is_dir():
                yield f"{PARTS[part]}/annotations"

    def count(self, record: Record) -> Iterator[str]:
        yield f"{record.split} {record.labels['emotion']}"


def _faces(folder: Path, place: Path, split: str) -> Iterator[Record]:
    """Yield one part's faces by number, which is their position."""
    images = place.parent / "images"
    endings = {path.stem: path.suffix for path in images.glob("*") if path.suffix.lower() in PICTURES}
    numbers = [path.name.removesuffix("_exp.npy") for path in place.glob("*_exp.npy")]
    odd = [number for number in numbers if not number.isdecimal()]
    if odd:
        raise DatasetError(f"{place}/{odd[0]}_exp.npy is not called by a number, as 0_exp.npy is.")
    for number in sorted(numbers, key=int):
        file = place / f"{number}_exp.npy"
        code, problem = _code(file)
        emotion, other = expression(code)
        if problem is None and emotion is None and other is None:
            problem = f"{file}: expression {code!r} is none of 0 to 7."
        picture = images / f"{number}{endings.get(number, '.jpg')}"
        yield Record(
            file=place.relative_to(folder).as_posix(),
            position=int(number),
            text=json.dumps({"exp": code}),
            original_name=picture.relative_to(folder).as_posix(),
            picture=picture,
            task="emotion",
            split=split,
            labels={"emotion": emotion} if emotion else {},
            left_out=None if problem else other,
            problem=problem,
        )


def _code(file: Path) -> tuple[str, str | None]:
    """Return the number in a file as text, or what is wrong with the file. Pickles are refused."""
    try:
        array = np.load(file, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        return "", f"{file} cannot be read: {error}."
    if array.size != 1:
        return "", f"{file} holds {array.size} values, not one."
    return str(array.reshape(())[()]).strip().removesuffix(".0"), None
