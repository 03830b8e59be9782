"""Reads GFT's action units: occurrence, frame by frame.

    AU_Occurrence/001A.csv        a row a frame: its number, then a column an AU ("AU1" or "1")
    frames/001A/1.png             the frames, taken out of the videos

GFT's annotations are on osf.io/7wcyz, a table a person; its wiki, which describes their format, could not be
read here, so this takes any such table: the first column, or one called frame, is the frame's number, and
every other column whose name ends in an AU's number is that AU. 1 occurs, 0 does not; other codes (-1, 9, 999
and empty cells are in use for not coded) leave the AU out. Read are the 19 columns of the paper's table.

GFT's split is 78 people to train on and 18 to test on. The lists could not be confirmed either. Name the
people to test on in `test_subjects.txt`, one a line; without that file people are split by group, so that
the three who talked with each other are never apart: every fifth group, by number, is tested on. Say which
of the two a figure is from.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from db.datasets.base import Dataset, Readers, Record
from db.datasets.check import pictures_under
from db.datasets.errors import DatasetError
from db.datasets.frames import first_there, frames
from db.datasets.labels import GFT, occurrence
from db.datasets.lines import Row, lines, rows

LIST = "test_subjects.txt"
NOT_CODED = frozenset({"-1", "9", "999", "-999", "", "nan"})
EVERY = 5
_COLUMN = re.compile(r"(?:AU)?[\s_]?0*([1-9]\d?)", re.IGNORECASE)


class Gft(Dataset):
    """The Sayette Group Formation Task: 96 people in groups of three."""

    name = "gft"
    title = "GFT"
    terms = (
        "Annotations: CC BY 4.0. Videos: for research, under terms of use that the University of Pittsburgh "
        "has researchers sign; not to be passed on. Both from osf.io/7wcyz."
    )
    expects = "AU_Occurrence/001A.csv ..., frames/001A/1.png ... and, where known, test_subjects.txt"
    splits = ("train", "test")
    has_subjects = True
    published = {"subjects": 96}

    def records(
        self, folder: Path, split: str | None = None, *, fold: int | None = None, read: Readers | None = None
    ) -> Iterator[Record]:
        files = _files(folder)
        if not files:
            raise DatasetError(f"{folder} has no label file of GFT. It should hold {self.expects}.")
        tested = _tested(folder, [file.stem for file in files])
        for file in files:
            part = "test" if file.stem in tested else "train"
            if split in (None, part):
                yield from _video(folder, file, part)

    def pictures(self, folder: Path) -> Iterable[Path]:
        return pictures_under(_frames(folder))

    def count(self, record: Record) -> Iterator[str]:
        yield from (record.split, "frames")


def _video(folder: Path, file: Path, split: str) -> Iterator[Record]:
    """Yield the frames of one person's table."""
    place, seen = _frames(folder) / file.stem, set()
    there = frames(place)
    for position, row in enumerate(rows(file)):
        number, values, problem = _values(file, row)
        if number in seen and not problem:
            problem = f"{file}, line {row.line}: frame {number} stands twice in the file."
        seen.add(number)
        picture = None if problem else there.get(number, place / f"{number}.png")
        coded = any(value is not None for value in values.values())
        yield Record(
            file=file.relative_to(folder).as_posix(),
            position=position,
            text=row.text,
            original_name=picture.relative_to(folder).as_posix() if picture else "",
            picture=picture,
            task="au",
            subject=file.stem,
            split=split,
            labels={"au": occurrence(values)} if coded and not problem else {},
            left_out=None if coded or problem else "not coded",
            problem=problem,
        )


def _values(file: Path, row: Row) -> tuple[int, dict[int, bool | None], str | None]:
    """Return a row's frame and what occurs in it, or what is wrong with it."""
    names = list(row.cells)
    frame = next((name for name in names if name.lower() in ("frame", "frames")), names[0])
    where = f"{file}, line {row.line}"
    if not row.cells[frame].isdecimal():
        return 0, {}, f"{where}: {row.cells[frame]!r} in column {frame} is no frame's number."
    values: dict[int, bool | None] = {}
    for name in names:
        match = _COLUMN.fullmatch(name)
        if name == frame or match is None or int(match[1]) not in GFT:
            continue
        cell = row.cells[name].lower()
        if cell not in NOT_CODED and cell not in ("0", "1"):
            return 0, {}, f"{where}: {name} is {cell!r}; allowed are 0, 1 and -1, 9, 999 (not coded)."
        values[int(match[1])] = {"0": False, "1": True}.get(cell)
    if not values:
        return 0, {}, f"{where}: no column is an AU's; they should be called AU1, AU2, ..."
    return int(row.cells[frame]), values, None


def _tested(folder: Path, subjects: list[str]) -> set[str]:
    """Return the people of the test split."""
    if (folder / LIST).is_file():
        listed = {line.strip() for _, line in lines(folder / LIST)}
        if unknown := listed - set(subjects):
            raise DatasetError(
                f"{folder / LIST} names {', '.join(sorted(unknown))}, of whom there is no label file."
            )
        return listed
    groups = sorted({_group(subject) for subject in subjects})
    chosen = set(groups[EVERY - 1 :: EVERY])
    return {subject for subject in subjects if _group(subject) in chosen}


def _group(subject: str) -> str:
    """Return the group of a person: 001 of 001A."""
    return subject.rstrip("ABCabc")


def _files(folder: Path) -> list[Path]:
    return sorted(first_there(folder, ("AU_Occurrence", "occurrence")).glob("*.csv"))


def _frames(folder: Path) -> Path:
    return first_there(folder, ("frames",))
