"""Holds that nobody is both trained and tested on: a subject's faces are all in one split.

Looked at before anything is loaded, in the data set's labels and in the database, and refused by name.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from db.datasets.base import Dataset, Record
from db.datasets.errors import DatasetError
from db.models import Face, Subject

ASKED_AT_ONCE = 500
NAMED = 10


def pseudonym(dataset: Dataset, subject: str) -> str:
    """Return a subject's name in the database: S1 of one data set is not S1 of another."""
    return f"{dataset.name}:{subject}"


def refuse_shared(
    session: Session, dataset: Dataset, records: Iterable[Record], as_split: str | None = None
) -> None:
    """Raise DatasetError where a subject of the records is in another split too, here or in the database.

    as_split: the split that all are to be put in, whatever the records say. Reads all records.
    """
    splits: dict[str, set[str]] = {}
    for record in records:
        split = as_split or record.split
        if record.subject is not None and split is not None and not record.problem:
            splits.setdefault(pseudonym(dataset, record.subject), set()).add(split)
    names = sorted(splits)
    for at in range(0, len(names), ASKED_AT_ONCE):
        for name, split in _known(session, names[at : at + ASKED_AT_ONCE]):
            splits[name].add(split)
    shared = [f"{name} ({', '.join(sorted(of))})" for name, of in sorted(splits.items()) if len(of) > 1]
    if shared:
        more = f" and {len(shared) - NAMED:,} more" if len(shared) > NAMED else ""
        raise DatasetError(
            f"{len(shared):,} subjects of {dataset.title} would be in several splits: "
            f"{', '.join(shared[:NAMED])}{more}. Nothing was loaded. Load them into the split they are "
            "in, or use another database: one database holds one fold."
        )


def _known(session: Session, names: Sequence[str]) -> Iterable[Row[str, str]]:
    """Return the splits that subjects' faces are in already."""
    found = select(Subject.name, Face.split).join(Face, Face.subject_id == Subject.id)
    found = found.where(Subject.name.in_(names), Face.split.is_not(None), Face.erased_at.is_(None))
    return session.execute(found.distinct())
