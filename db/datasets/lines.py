"""Text files and tables, line by line with their numbers; a row of a table is one line."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from db.datasets.errors import DatasetError


class Row(NamedTuple):
    """A row of a table: its line from 1, its text, and its cells by their column's name."""

    line: int
    text: str
    cells: dict[str, str]


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers from 1. Raises DatasetError."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if "\0" in line:
                    raise DatasetError(f"{path}, line {number} holds a null character. Get the file again.")
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except FileNotFoundError as error:
        raise DatasetError(
            f"{path} is not there. It is a label file of the data set; get it again."
        ) from error
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{path} is not UTF-8 text ({error.reason}). Give the file as published."
        ) from error


def rows(path: Path, columns: tuple[str, ...] = ()) -> Iterator[Row]:
    """Yield a table's rows. columns: for a table whose first line is not its columns' names.

    Names and cells lose spaces and quotes around them. A row with fewer cells lacks the last columns. Raises
    DatasetError.
    """
    for number, line in lines(path):
        try:
            cells = [cell.strip(" \t'\"") for cell in next(csv.reader([line]))]
        except csv.Error as error:
            raise DatasetError(f"{path}, line {number} is no row of a table ({error}).") from error
        if not columns:
            columns = tuple(cells)
        elif cells != list(columns):
            yield Row(number, line, dict(zip(columns, cells, strict=False)))
