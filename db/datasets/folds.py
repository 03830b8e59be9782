"""Subject-exclusive folds: each subject is in one part, and fold n tests on part n and trains on the rest."""

from collections.abc import Sequence

from db.datasets.errors import DatasetError

Parts = Sequence[frozenset[str]]


def parts(*listed: str) -> Parts:
    """Return the parts from lists of subjects, separated by spaces."""
    return tuple(frozenset(names.split()) for names in listed)


def split_of(subject: str, folds: Parts, fold: int | None) -> str | None:
    """Return a subject's split in a fold, numbered from 1; None without a fold. Raises DatasetError."""
    if fold is None:
        return None
    if not 1 <= fold <= len(folds):
        raise DatasetError(f"There is no fold {fold}. Choose one of 1 to {len(folds)}.")
    if not any(subject in part for part in folds):
        raise DatasetError(
            f"Subject {subject} is in none of the {len(folds)} folds of the literature. Load it without a "
            "fold, or take its files out."
        )
    return "test" if subject in folds[fold - 1] else "train"
