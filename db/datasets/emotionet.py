"""Reads EmotioNet's action units as coded by hand: the table emotionet_facs_24600, written as CSV.

    emotionet_facs_24600.csv      columns URL, orig_url, 'AU 1', 'AU 2', ... (with their quotes, or without)
    img/N_0000000001_00001.jpg    the pictures, under the last part of their URL

The owners give out an Excel file; write it as CSV with any spreadsheet. 1 occurs, 0 does not, 999 is not
coded: such an AU is left out. Read are the paper's twelve columns. Columns and the file's name are those that
public loaders read; the data set itself was not at hand. EmotioNet is a list of addresses, many of which are
dead: expect pictures to be missing. It publishes no split of this table, and says nothing of who is shown.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from db.datasets.base import Dataset, Readers, Record
from db.datasets.check import pictures_under
from db.datasets.errors import DatasetError
from db.datasets.frames import first_there
from db.datasets.labels import EMOTIONET, occurrence
from db.datasets.lines import Row, rows

VALUES = {"1": True, "0": False, "999": None}


class EmotioNet(Dataset):
    """EmotioNet, the faces that experts coded."""

    name = "emotionet"
    title = "EmotioNet"
    terms = (
        "Labels for non-commercial research, on request; the pictures are strangers' on the web, each with "
        "an owner of its own, and are not EmotioNet's to license. Ask Ohio State University "
        "(cbcsl.ece.ohio-state.edu/dbform_emotionet.html)."
    )
    expects = "emotionet_facs_24600.csv (the Excel file written as CSV) and img/N_0000000001_00001.jpg ..."
    published = {"faces": 24600}

    def records(
        self, folder: Path, split: str | None = None, *, fold: int | None = None, read: Readers | None = None
    ) -> Iterator[Record]:
        files = sorted(folder.glob("*.csv"))
        if len(files) != 1:
            found = ", ".join(file.name for file in files) or "none"
            raise DatasetError(f"{folder} should hold one CSV, found {found}. Expected: {self.expects}.")
        seen: set[str] = set()
        for position, row in enumerate(rows(files[0])):
            name, values, problem = _values(files[0], row)
            if name in seen and not problem:
                problem = f"{files[0]}, line {row.line}: {name} stands twice in the file."
            seen.add(name)
            coded = any(value is not None for value in values.values())
            yield Record(
                file=files[0].name,
                position=position,
                text=row.text,
                original_name=row.cells.get("URL", ""),
                picture=None if problem else _images(folder) / name,
                task="au",
                labels={"au": occurrence(values)} if coded and not problem else {},
                left_out=None if coded or problem else "not coded",
                problem=problem,
            )

    def pictures(self, folder: Path) -> Iterable[Path]:
        return pictures_under(_images(folder))

    def count(self, record: Record) -> Iterator[str]:
        yield "faces"


def _values(file: Path, row: Row) -> tuple[str, dict[int, bool | None], str | None]:
    """Return a row's picture and what occurs in it, or what is wrong with it."""
    name = PurePosixPath(urlsplit(row.cells.get("URL", "")).path).name
    if name in ("", ".", ".."):
        return "", {}, f"{file}, line {row.line}: column URL names no picture."
    values = {}
    for number in EMOTIONET:
        cell = row.cells.get(f"AU {number}", "").removesuffix(".0")
        if cell not in VALUES:
            return (
                name,
                {},
                (f"{file}, line {row.line}: AU {number} is {cell!r}; allowed are 0, 1 and 999 (not coded)."),
            )
        values[number] = VALUES[cell]
    return name, values, None


def _images(folder: Path) -> Path:
    return first_there(folder, ("img", "images"))
