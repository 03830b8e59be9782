"""Compares a data set's folder with what its owners publish, before anything is loaded.

Tells missing and surplus pictures by name, entries that cannot be used, people who are in two splits, and
counts beside the published ones. Reads label files only: whether a picture opens is found when it is loaded.
The names of all pictures are held in memory, about 100 bytes each.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from db.datasets.base import Dataset

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".gif", ".webp"})


@dataclass
class Report:
    """What a folder has.

    `missing`: label files, and files that labels name; `surplus`: pictures that no label names; `problems`:
    entries that cannot be used, with file and place; `left_out`: how many of a class that is none of ours;
    `shared`: subjects with faces in several splits.
    """

    title: str
    entries: int = 0
    found: Counter[str] = field(default_factory=Counter)
    published: Mapping[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    shared: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether it is what was published, and all of it can be used."""
        return not (self.missing or self.surplus or self.problems or self.shared or self.differences)

    @property
    def differences(self) -> list[str]:
        """The counts that are not the published ones, each as a sentence."""
        return [
            f"{name}: {self.found[name]:,} here, {number:,} published"
            for name, number in self.published.items()
            if self.found[name] != number
        ]

    def lines(self, at_most: int = 20) -> Iterator[str]:
        """Yield the report as text, at most so many names of a kind; a longer list says how many more."""
        yield f"{self.title}: {self.entries:,} entries."
        yield from (f"  {name}: {number:,}" for name, number in sorted(self.found.items()))
        for what, names in (
            ("Not the published number", self.differences),
            ("Missing", self.missing),
            ("Surplus: no label names it", self.surplus),
            ("Cannot be used", self.problems),
            ("Subject in several splits", self.shared),
            ("Left out", [f"{number:,} of class {name}" for name, number in self.left_out.items()]),
        ):
            if names:
                yield f"{what} ({len(names):,}):"
                yield from (f"  {name}" for name in names[:at_most])
                if len(names) > at_most:
                    yield f"  and {len(names) - at_most:,} more"


def check(dataset: Dataset, folder: Path, split: str | None = None, *, fold: int | None = None) -> Report:
    """Return the report on a folder, compared with what is published and with itself; with a split, only its
    counts are compared. Raises DatasetError where it cannot be read.
    """
    dataset.refuse(folder, split, fold)
    report = Report(dataset.title, missing=list(dataset.absent(folder, split)))
    named: set[str] = set()
    splits: dict[str, set[str]] = {}
    for record in dataset.records(folder, split, fold=fold):
        report.entries += 1
        if record.picture is not None:
            named.add(str(record.picture))
            needed = (record.picture, record.landmarks) if record.left_out is None else ()
            report.missing += [_relative(path, folder) for path in needed if path and not path.is_file()]
        if record.problem:
            report.problems.append(record.problem)
        elif record.left_out:
            report.left_out[record.left_out] += 1
        else:
            report.found.update(dataset.count(record))
            if record.subject is not None:
                splits.setdefault(record.subject, set()).add(record.split or "")
    report.missing = sorted(set(report.missing))
    if "pictures" in dataset.published:
        report.found["pictures"] = len(named)
    if dataset.has_subjects:
        report.found["subjects"] = len(splits)
    report.shared = [f"{name} ({', '.join(sorted(of))})" for name, of in splits.items() if len(of) > 1]
    if split is None:
        pictures = (path for path in dataset.pictures(folder) if str(path) not in named)
        report.surplus = sorted(_relative(path, folder) for path in pictures)
    report.published = {
        name: number for name, number in dataset.published.items() if split in (None, name.split()[0])
    }
    return report


def pictures_under(folder: Path) -> Iterator[Path]:
    """Yield the picture files in a folder and its subfolders; none where there is no such folder."""
    for here, folders, files in os.walk(folder):
        folders.sort()
        yield from (Path(here, name) for name in sorted(files) if Path(name).suffix.lower() in PICTURES)


def _relative(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
