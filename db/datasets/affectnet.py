"""Reads AffectNet's label files of 2017: tables beside the pictures as they were found on the web.

    Manually_Annotated_file_lists/training.csv, validation.csv
    Manually_Annotated_Images/1/01a3...jpg

Columns: subDirectory_filePath, face_x, face_y, face_width, face_height, facial_landmarks, expression,
valence, arousal; a file without them as first line has them in this order. Expressions are numbered otherwise
than FABA-Instruct's: 0 neutral, 1 happiness, 2 sadness, 3 surprise, 4 fear, 5 disgust, 6 anger. Classes that
are none of ours are left out by name: 7 contempt, 8 none, 9 uncertain, 10 no face. Valence and arousal stay
in the kept row. The pictures are not cropped; the face's box is in the row. Validation is split val. Columns
and counts as public loaders and the authors' table have them; the data set itself was not at hand.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from db.datasets.base import Dataset, Readers, Record
from db.datasets.check import pictures_under
from db.datasets.errors import DatasetError
from db.datasets.faba_instruct import inside
from db.datasets.frames import first_there
from db.datasets.lines import rows

ORDER = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger")
OTHERS = ("contempt", "none", "uncertain", "no face")
COUNTS = (74874, 134415, 25459, 14090, 6378, 3803, 24882)
"""Training faces of each class of ORDER; the validation set has 500 of each."""
PUBLISHED = {
    **{f"train {name}": number for name, number in zip(ORDER, COUNTS, strict=True)},
    **{f"val {name}": 500 for name in ORDER},
}
TERMS = (
    "For non-commercial research only, under an agreement that the head of the laboratory signs; not to be "
    "passed on. Ask Mohammad Mahoor's group (mohammadmahoor.com/pages/databases/affectnet)."
)
FILES = {"train": "training.csv", "val": "validation.csv"}
_COLUMNS = (
    "subDirectory_filePath",
    "face_x",
    "face_y",
    "face_width",
    "face_height",
    "facial_landmarks",
    "expression",
    "valence",
    "arousal",
)


class AffectNet(Dataset):
    """AffectNet, labelled by hand: one annotator a face."""

    name = "affectnet"
    title = "AffectNet (tables)"
    terms = TERMS
    expects = "Manually_Annotated_file_lists/{training,validation}.csv and Manually_Annotated_Images/"
    splits = ("train", "val")
    published = PUBLISHED

    def records(
        self, folder: Path, split: str | None = None, *, fold: int | None = None, read: Readers | None = None
    ) -> Iterator[Record]:
        wanted = [split] if split else self.splits
        files = [(part, file) for part in wanted if (file := _lists(folder) / FILES[part]).is_file()]
        if not files:
            raise DatasetError(f"{folder} has no label file of AffectNet. It should hold {self.expects}.")
        for part, file in files:
            yield from _faces(folder, file, part)

    def pictures(self, folder: Path) -> Iterable[Path]:
        return pictures_under(_images(folder))

    def absent(self, folder: Path, split: str | None = None) -> Iterator[str]:
        for part in [split] if split else self.splits:
            if not (file := _lists(folder) / FILES[part]).is_file():
                yield str(file.relative_to(folder))

    def count(self, record: Record) -> Iterator[str]:
        yield f"{record.split} {record.labels['emotion']}"


def expression(code: str) -> tuple[str | None, str | None]:
    """Return an expression's code as an emotion or as the class that is left out; neither: two Nones."""
    number = int(code) if code.isdecimal() else -1
    if 0 <= number < len(ORDER):
        return ORDER[number], None
    other = number - len(ORDER)
    return (None, OTHERS[other]) if 0 <= other < len(OTHERS) else (None, None)


def _faces(folder: Path, file: Path, split: str) -> Iterator[Record]:
    """Yield one table's faces; a picture may be there once."""
    with open(file, encoding="utf-8-sig", errors="replace") as opened:
        named = opened.readline().startswith(_COLUMNS[0])
    seen: set[str] = set()
    for position, row in enumerate(rows(file, () if named else _COLUMNS)):
        where = f"{file}, line {row.line}"
        name, code = row.cells.get(_COLUMNS[0], ""), row.cells.get("expression", "")
        path = inside(name)
        emotion, other = expression(code)
        problem = None
        if path is None:
            problem = f"{where}: {name!r} is no path of a picture inside the folder."
        elif name in seen:
            problem = f"{where}: {name} stands twice in the file."
        elif emotion is None and other is None:
            problem = f"{where}: expression {code!r} is none of 0 to 10."
        seen.add(name)
        yield Record(
            file=file.relative_to(folder).as_posix(),
            position=position,
            text=row.text,
            original_name=name,
            picture=None if problem else _images(folder) / path,
            task="emotion",
            split=split,
            labels={"emotion": emotion} if emotion and not problem else {},
            left_out=None if problem else other,
            problem=problem,
        )


def _lists(folder: Path) -> Path:
    return first_there(folder, ("Manually_Annotated_file_lists",))


def _images(folder: Path) -> Path:
    return first_there(folder, ("Manually_Annotated_Images", "Manually_Annotated/Manually_Annotated_Images"))
