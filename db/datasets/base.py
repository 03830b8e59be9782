"""The seam between data sets and the studio: a `Dataset` reads its owners' folder as a stream of `Record`s.

A record is one entry of a label file: which picture, whose, which labels. Readers touch no database
(`db.datasets.load` does) and open no picture; a record says where it is. An entry that cannot be used is a
record too: `problem` says what is wrong with it, `left_out` that its class is none of ours. Only what makes
all the rest unreadable, such as a JSON list that breaks off, raises DatasetError.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from db.datasets.errors import DatasetError

Readers = Mapping[str, Callable[[str], Any]]
"""Task -> what reads an answer's text: to an emotion or None, or to the AUs that it names ("AU12")."""


class Layout(NamedTuple):
    """What stands before, between and after the entries of a JSON list: with the entries, the whole file."""

    opening: str
    separator: str
    closing: str


@dataclass(frozen=True)
class Record:
    """One entry of a label file.

    `file`, `position`: where it stands, the file's name relative to the data set's folder, places from 0;
    `text`: the entry as it came. `original_name`: the picture's path as the data set writes it; `picture`:
    where it is to be found, which is not checked. `labels`, `rationales`: as in `db.models.Annotation`, of
    those tasks only that the entry says something of. `subject`: the data set's own name of the person.
    """

    file: str
    position: int
    text: str
    original_name: str = ""
    picture: Path | None = None
    task: str | None = None
    subject: str | None = None
    split: str | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)
    rationales: Mapping[str, str] = field(default_factory=dict)
    landmarks: Path | None = None
    left_out: str | None = None
    problem: str | None = None


class Dataset(ABC):
    """A published data set, read from the folder as its owners give it out.

    `name`: as commands take it; `title`: as people call it; `terms`: in short what its owners allow, as far
    as we know it, and where to ask (their agreement is what counts); `expects`: the folder's layout;
    `splits`: those it is published in; `folds`: how many subject-exclusive folds the literature tests on, 0
    where there is a split. `published`: counts as its owners or the literature give them, by the names that
    `count` gives.
    """

    name: str
    title: str
    terms: str
    expects: str
    splits: tuple[str, ...] = ()
    folds: int = 0
    has_subjects: bool = False
    published: Mapping[str, int]

    @abstractmethod
    def records(
        self, folder: Path, split: str | None = None, *, fold: int | None = None, read: Readers | None = None
    ) -> Iterator[Record]:
        """Yield the records of a split, or of all, in the files' order.

        fold: that fold is split test, the others train; without one, the records of a data set with folds
        have no split. read: readers for labels that the data set gives only in words. Raises DatasetError.
        """

    @abstractmethod
    def pictures(self, folder: Path) -> Iterable[Path]:
        """Yield all picture files in the folder, named by a label file or not."""

    def absent(self, folder: Path, split: str | None = None) -> Iterator[str]:
        """Yield the names of label files that should be there and are not."""
        return iter(())

    def count(self, record: Record) -> Iterator[str]:
        """Yield the names of the counts that a record adds to."""
        if record.split:
            yield record.split

    def layout(self, folder: Path, file: str) -> Layout | None:
        """Return the layout of a label file that is a JSON list; None for any other."""
        return None

    def refuse(self, folder: Path, split: str | None = None, fold: int | None = None) -> None:
        """Raise DatasetError for a folder, split or fold that there is not."""
        if not folder.is_dir():
            raise DatasetError(f"{folder} is no folder. Give the one that holds {self.expects}.")
        splits = self.splits or (("train", "test") if fold else ())
        if split is not None and split not in splits:
            with_fold = "It has folds: name one with the split." if self.folds else "It is without splits."
            known = f"Choose one of {', '.join(splits)}." if splits else with_fold
            raise DatasetError(f"{self.title} has no split {split!r}. {known}")
        if fold is not None and not 1 <= fold <= self.folds:
            known = f"Choose one of 1 to {self.folds}." if self.folds else "It has none."
            raise DatasetError(f"{self.title} has no fold {fold}. {known}")
