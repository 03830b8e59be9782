"""Reads BP4D's action units: occurrence, frame by frame.

    AUCoding/AU_OCC/F001_T1.csv       first row: 0, 1, 2, ... (column 0: the frame; the others: AUs)
    2D+3D/F001/T1/2440.jpg            the frames, also found in frames/

1 occurs, 0 does not, 9 is not coded: such an AU is left out of the frame's labels. Read are the twelve AUs
that the literature scores; the file's other columns stay in the kept row. Layout as public loaders of BP4D
read it (JAA-Net, ME-GraphAU); the data set itself was not at hand. Folds: the three lists of subjects of
those two, which are the same; fold n tests on part n. Without a fold there is no split: BP4D publishes none.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from db.datasets.base import Dataset, Readers, Record
from db.datasets.check import pictures_under
from db.datasets.errors import DatasetError
from db.datasets.folds import parts, split_of
from db.datasets.frames import first_there, frames
from db.datasets.labels import BP4D, occurrence
from db.datasets.lines import rows

PARTS = parts(
    "F001 M007 F018 F008 F002 M004 F010 F009 M012 M001 F016 M014 F023 M008",
    "M011 F003 M010 M002 F005 F022 M018 M017 F013 M016 F020 F011 M013 M005",
    "F007 F015 F006 F019 M006 M009 F012 M003 F004 F021 F017 M015 F014",
)
TASKS = tuple(f"T{number}" for number in range(1, 9))
SUBJECTS = sorted(frozenset.union(*PARTS))
VALUES = {"1": True, "0": False, "9": None}


class Bp4d(Dataset):
    """BP4D-Spontaneous: 41 people in 8 tasks each."""

    name = "bp4d"
    title = "BP4D"
    terms = (
        "For research at academic institutions, under a licence agreement that the institution signs; not to "
        "be passed on, and companies need another. Ask Binghamton University "
        "(cs.binghamton.edu/~lijun/Research/3DFE/3DFE_Analysis.html)."
    )
    expects = "AUCoding/AU_OCC/F001_T1.csv ... and the frames as 2D+3D/F001/T1/2440.jpg ..."
    folds = 3
    has_subjects = True
    published = {"subjects": 41, "videos": 328, "frames": 146847}

    def records(
        self, folder: Path, split: str | None = None, *, fold: int | None = None, read: Readers | None = None
    ) -> Iterator[Record]:
        coding, pictures = _coding(folder), _frames(folder)
        files = sorted(coding.glob("*_T*.csv"))
        if not files:
            raise DatasetError(f"{folder} has no label file of BP4D. It should hold {self.expects}.")
        for file in files:
            subject, _, task = file.stem.partition("_")
            part = split_of(subject, PARTS, fold)
            if split in (None, part):
                yield from _video(folder, file, subject, part, pictures / subject / task)

    def pictures(self, folder: Path) -> Iterable[Path]:
        return pictures_under(_frames(folder))

    def absent(self, folder: Path, split: str | None = None) -> Iterator[str]:
        coding = _coding(folder)
        for subject in SUBJECTS:
            for task in TASKS:
                if not (file := coding / f"{subject}_{task}.csv").is_file():
                    yield str(file.relative_to(folder))

    def count(self, record: Record) -> Iterator[str]:
        if record.split:
            yield record.split
        yield "frames"
        if record.position == 0:
            yield "videos"


def _video(folder: Path, file: Path, subject: str, split: str | None, place: Path) -> Iterator[Record]:
    """Yield the frames of one video's table."""
    there, seen = frames(place), set()
    for position, row in enumerate(rows(file)):
        where, number = f"{file}, line {row.line}", row.cells.get("0", "")
        problem = None
        if not number.isdecimal():
            problem = f"{where}: {number!r} in column 0 is no frame's number."
        elif number in seen:
            problem = f"{where}: frame {number} stands twice in the file."
        odd = [(n, row.cells.get(str(n))) for n in BP4D if row.cells.get(str(n)) not in VALUES]
        if odd and not problem:
            problem = f"{where}: AU{odd[0][0]} is {odd[0][1]!r}; allowed are 0, 1 and 9 (not coded)."
        seen.add(number)
        values = {} if problem else {n: VALUES[row.cells[str(n)]] for n in BP4D}
        picture = None if problem else there.get(int(number), place / f"{number}.jpg")
        yield Record(
            file=file.relative_to(folder).as_posix(),
            position=position,
            text=row.text,
            original_name=picture.relative_to(folder).as_posix() if picture else "",
            picture=picture,
            task="au",
            subject=subject,
            split=split,
            labels={"au": occurrence(values)} if any(v is not None for v in values.values()) else {},
            left_out="not coded" if not problem and all(v is None for v in values.values()) else None,
            problem=problem,
        )


def _coding(folder: Path) -> Path:
    return first_there(folder, ("AUCoding/AU_OCC", "AU_OCC"))


def _frames(folder: Path) -> Path:
    return first_there(folder, ("2D+3D", "frames"))
