"""Frames of videos, as picture files whose names end in the frame's number (0732.jpg, SN001_12.png).

BP4D, DISFA and GFT are coded frame by frame; the frames of those published as video have to be taken out of
it first, for example with `ffmpeg -i VIDEO -start_number 1 FOLDER/%d.png`.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from db.datasets.check import PICTURES
from db.datasets.errors import DatasetError

_NUMBER = re.compile(r"(\d+)$")


def frames(folder: Path) -> dict[int, Path]:
    """Return the pictures in a folder by their number; none where there is no such folder.

    Raises DatasetError where two pictures have one number.
    """
    found: dict[int, Path] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix.lower() in PICTURES and (match := _NUMBER.search(path.stem)):
            number = int(match[1])
            if number in found:
                raise DatasetError(
                    f"{folder}: {found[number].name} and {path.name} are both frame {number}. Keep one."
                )
            found[number] = path
    return found


def first_there(folder: Path, names: Iterable[str]) -> Path:
    """Return the first of these subfolders that is there, or the first of them."""
    places = [folder / name for name in names]
    return next((place for place in places if place.is_dir()), places[0])
