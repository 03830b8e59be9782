"""Which pictures are meant: files, folders, lists of paths, and Parquet files with a column of paths.

A folder stands for all pictures in it and below it, in the order of their names, by their endings; a `.txt`
for the path on each of its lines; a `.parquet` for the paths in one column. Paths in lists are relative to
where the command runs, as on the command line. Anything else is taken for a picture, which may turn out to
be none: that is said where it is read.

All paths are held in memory, some 150 bytes each.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from model.errors import BulkError

ENDINGS = (
    ".jpg .jpeg .jpe .jfif .png .webp .gif .bmp .tif .tiff .avif .jp2 .j2k .jpx .ppm .pgm .pbm .pnm"
).split()
COLUMNS = ("image", "path")
"""The columns of a Parquet file that are looked for where none is named."""


def pictures(sources: Sequence[str], column: str | None = None) -> list[str]:
    """Return the paths, each once, in the order given. Raises BulkError for a list that cannot be read."""
    found: dict[str, str] = {}
    for source in sources:
        for picture in _pictures(source, column):
            found.setdefault(os.path.abspath(picture), picture)
    return list(found.values())


def _pictures(source: str, column: str | None) -> Iterator[str]:
    if os.path.isdir(source):
        yield from _below(source)
    elif source.lower().endswith(".txt"):
        yield from _lines(source)
    elif source.lower().endswith(".parquet"):
        yield from _column(source, column)
    else:
        yield source


def _below(folder: str) -> Iterator[str]:
    """The pictures of a folder, then those of the folders in it."""

    def refuse(error: OSError):
        raise BulkError(f"The folder {error.filename} could not be read: {error.strerror}.") from error

    count = 0
    for place, folders, files in os.walk(folder, onerror=refuse):
        folders.sort()
        for name in sorted(files):
            if Path(name).suffix.lower() in ENDINGS:
                count += 1
                yield os.path.join(place, name)
    if not count:
        raise BulkError(f"The folder {folder} holds no pictures. Their names end in {', '.join(ENDINGS)}.")


def _lines(path: str) -> Iterator[str]:
    try:
        with open(path, encoding="utf-8") as file:
            yield from (line for line in map(str.strip, file) if line)
    except OSError as error:
        raise BulkError(f"The list {path} could not be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BulkError(f"The list {path} is not UTF-8 text. Give one path on each line.") from error


def _column(path: str, column: str | None) -> Iterator[str]:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        with parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            chosen = next((name for name in ([column] if column else COLUMNS) if name in names), None)
            if chosen is None:
                wanted = repr(column) if column else " or ".join(map(repr, COLUMNS))
                raise BulkError(
                    f"{path} has no column {wanted}. It has {', '.join(names)}; name the one that holds the "
                    "pictures' paths with --column."
                )
            for batch in file.iter_batches(columns=[chosen]):
                for value in batch[0].to_pylist():
                    if not isinstance(value, str):
                        raise BulkError(
                            f"The column {chosen!r} of {path} holds {value!r}, which is not a path. Name "
                            "another with --column."
                        )
                    yield value
    except OSError as error:
        raise BulkError(f"{path} could not be opened: {error.strerror or error}.") from error
    except pa.ArrowInvalid as error:
        raise BulkError(f"{path} is not a Parquet file that can be read ({error}).") from error
