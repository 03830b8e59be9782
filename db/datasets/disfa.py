"""Reads DISFA's action units: intensity, frame by frame, of the twelve that it codes.

    ActionUnit_Labels/SN001/SN001_au1.txt     a line a frame, from 1 (or 0): "1,0"
    frames/SN001/1.png                        the frames, taken out of the left or right camera's video

DISFA gives intensity as 0 to 5: not there, and FACS's A to E. As the literature has it, 2 (B) and more is
present; 1 (A, a trace) counts as absent, and only the kept entry still says that it was there. Where a folder
of frames has a frame 0, its frames are taken to be numbered from 0, as those of JAA-Net and ME-GraphAU.
Layout as public loaders read it; the data set itself was not at hand. Folds: the three lists of subjects of
those two, which are the same; fold n tests on part n. Without a fold there is no split: DISFA has none.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

from db.datasets.base import Dataset, Readers, Record
from db.datasets.check import pictures_under
from db.datasets.errors import DatasetError
from db.datasets.folds import parts, split_of
from db.datasets.frames import first_there, frames
from db.datasets.labels import DISFA, INTENSITIES, au
from db.datasets.lines import lines

PARTS = parts(
    "SN002 SN010 SN001 SN026 SN027 SN032 SN030 SN009 SN016",
    "SN013 SN018 SN011 SN028 SN012 SN006 SN031 SN021 SN024",
    "SN003 SN029 SN023 SN025 SN008 SN005 SN007 SN017 SN004",
)
SUBJECTS = sorted(frozenset.union(*PARTS))
PRESENT = 2
"""Intensity from which an AU counts as present."""


class Disfa(Dataset):
    """DISFA: 27 people who watch a film."""

    name = "disfa"
    title = "DISFA"
    terms = (
        "For non-commercial research, under an agreement; not to be passed on. Ask Mohammad Mahoor's group "
        "(mohammadmahoor.com/disfa-contact-form)."
    )
    expects = "ActionUnit_Labels/SN001/SN001_au1.txt ... and the videos' frames as frames/SN001/1.png ..."
    folds = 3
    has_subjects = True
    published = {"subjects": 27, "frames": 130814}

    def records(
        self, folder: Path, split: str | None = None, *, fold: int | None = None, read: Readers | None = None
    ) -> Iterator[Record]:
        root = folder / "ActionUnit_Labels"
        subjects = sorted(path for path in root.glob("SN*") if path.is_dir())
        if not subjects:
            raise DatasetError(f"{folder} has no label file of DISFA. It should hold {self.expects}.")
        for coding in subjects:
            part = split_of(coding.name, PARTS, fold)
            if split in (None, part):
                yield from _video(folder, coding, part)

    def pictures(self, folder: Path) -> Iterable[Path]:
        return pictures_under(_frames(folder))

    def absent(self, folder: Path, split: str | None = None) -> Iterator[str]:
        for subject in SUBJECTS:
            for number in DISFA:
                if not _file(folder / "ActionUnit_Labels" / subject, number).is_file():
                    yield f"ActionUnit_Labels/{subject}/{subject}_au{number}.txt"

    def count(self, record: Record) -> Iterator[str]:
        if record.split:
            yield record.split
        yield "frames"


def _video(folder: Path, coding: Path, split: str | None) -> Iterator[Record]:
    """Yield the frames of a subject, whose AUs have a file each; a missing file's AU is left out."""
    subject = coding.name
    files = [_file(coding, number) for number in DISFA if _file(coding, number).is_file()]
    place = _frames(folder) / subject
    there = frames(place)
    first = 0 if 0 in there else 1
    for position, row in enumerate(zip_longest(*(lines(file) for file in files))):
        if position == 0:
            base = 0 if row[0] and row[0][1].startswith("0,") else 1
        values, problem = _values(files, row, position + base)
        number = position + first
        picture = there.get(number, place / f"{number}.png")
        yield Record(
            file=coding.relative_to(folder).as_posix(),
            position=position,
            text=json.dumps({"frame": position + base, **values}),
            original_name=picture.relative_to(folder).as_posix(),
            picture=picture,
            task="au",
            subject=subject,
            split=split,
            labels={} if problem else {"au": {name: _state(value) for name, value in values.items()}},
            problem=problem,
        )


def _values(
    files: list[Path], row: tuple[tuple[int, str] | None, ...], frame: int
) -> tuple[dict[str, int], str | None]:
    """Return a frame's intensities by AU, or what is wrong with a file's line."""
    values: dict[str, int] = {}
    for file, found in zip(files, row, strict=True):
        if found is None:
            return values, f"{file} has no line for frame {frame}, which other AUs of the subject have."
        line, text = found
        number, _, intensity = (part.strip() for part in text.partition(","))
        if number != str(frame):
            return values, f"{file}, line {line}: {text!r} should be of frame {frame}."
        if intensity not in ("0", "1", "2", "3", "4", "5"):
            return values, f"{file}, line {line}: intensity {intensity!r} is none of 0 to 5."
        values[file.stem.partition("_")[2].upper()] = int(intensity)
    return values, None


def _state(intensity: int) -> dict[str, str]:
    if intensity < PRESENT:
        return {"state": "absent"}
    return {"state": "present", "intensity": INTENSITIES[intensity - 1]}


def _file(coding: Path, number: int) -> Path:
    return coding / f"{coding.name}_{au(number).lower()}.txt"


def _frames(folder: Path) -> Path:
    return first_there(folder, ("frames", "Images"))
