"""Sets faces aside to measure with: a frozen gold set, of which nothing is ever learned.

Taken are faces with a gold label of which no training snapshot has any, nor any face of the same subject;
whole subjects: first those of whom nothing would be learned anyway (in the splits val and test, or set aside
in part), then in the order of a hash, so that the choice hangs on nothing that anybody could prefer. What was
set aside before stays in, with the gold labels that are in force now. Not covered: two pictures of one person
whose subject was never noted, which count as two people.
"""

from datetime import datetime
from hashlib import sha256
from math import ceil, sqrt
from typing import NamedTuple

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from db.errors import DataError
from db.gold_in_force import gold_in_force
from db.models import Dataset, Face, GoldLabel, Snapshot, SnapshotRow
from db.new_labels import MEASURED_SPLITS
from db.snapshots import Labelled, freeze, gold_faces, newest, newest_freeze

NAME = "gold"
"""The gold set by which candidates are judged, unless the command is told another."""
SHARE = 0.3
"""How much of the gold labels is set aside where nothing else is asked for."""
FEWEST_FACES, FEWEST_PEOPLE = 30, 8
"""Below 8 people not even a model that is better on all of them passes the gate: in the swap test on 7, a
difference as large comes by chance twice in 2 ** 7, more often than its level of 0.01."""


class Standing(NamedTuple):
    """Faces with a gold label; the newest gold set (None: none yet); faces that could join it: those with a
    gold label of which, and of whose subject, nothing was trained on; when the set was frozen.
    """

    labelled: int
    snapshot: Snapshot | None
    new: int
    since: datetime | None


def standing(session: Session, name: str = NAME) -> Standing:
    """Return how many gold labels there are and what is set aside, by counting alone."""
    last = newest_freeze(session, name, "gold")
    snapshot_id = last.snapshot_id if last else None
    gold = select(func.count(Face.id)).join(GoldLabel, GoldLabel.face_id == Face.id)
    gold = gold.where(gold_in_force(), Face.erased_at.is_(None))
    learned = _learned().subquery()
    in_set = select(SnapshotRow.face_id).where(SnapshotRow.snapshot_id == snapshot_id)
    known = select(learned.c.subject_id).where(learned.c.subject_id.is_not(None))
    free = and_(
        Face.id.not_in(in_set),
        Face.id.not_in(select(learned.c.id)),
        or_(Face.subject_id.is_(None), Face.subject_id.not_in(known)),
    )
    return Standing(
        session.scalar(gold) or 0,
        session.get_one(Snapshot, snapshot_id) if last else None,
        session.scalar(gold.where(free)) or 0,
        last.created_at if last else None,
    )


def least_difference(faces: int) -> float:
    """Return the difference between two models, in points of faces right (0..100), that so many faces show.

    Found four times in five by a two-sided test at 5 %; where each model is right about every other face
    and their errors are unrelated, which is the worst case: models with common errors differ visibly sooner.
    """
    return 100 * (1.959964 + 0.841621) * sqrt(2 * 0.25 / faces)


def set_aside_share(
    session: Session, share: float = SHARE, *, name: str = NAME, created_by: int | None = None
) -> Snapshot:
    """Freeze the gold set of a name so that it has this share of all gold labels, and return the snapshot.

    share: above 0 to 1. What is set aside already counts and stays; people are added whole, and one whose
    faces would be too many is passed over, so that the rest can be learned from. Raises DataError where the
    set would be too small to measure anything.
    """
    if not 0 < share <= 1:
        raise DataError(f"A share of {share:g} cannot be set aside. Give more than 0, and at most 1 (all).")
    there = _there(session, name)
    wanted = ceil(share * there.labelled - 1e-9)  # 0.3 * 10 is a little above 3
    content = list(there.kept)
    for group in there.groups:
        if len(content) + len(group) <= wanted:
            content += group
    people = len({_person(one) for one in content})
    if len(content) < FEWEST_FACES or people < FEWEST_PEOPLE:
        raise DataError(
            f"A gold set of {_of(len(content), 'face')} of {_of(people, 'person', 'people')} is too small: "
            f"it takes {FEWEST_FACES} faces of {FEWEST_PEOPLE} people to tell two models apart, and even "
            f"those only where they differ by some {least_difference(FEWEST_FACES):.0f} points. "
            f"{share:.0%} of {_of(there.labelled, 'gold label')} was asked for; {_why_not(there)} A person's "
            "faces stay together. Decide more faces in the Review tab, or set a larger share aside."
        )
    return freeze(session, name, "gold", content, options={"share": share}, created_by=created_by)


class _There(NamedTuple):
    """Faces with a gold label: how many, those set aside already, and those that can be, a person a group,
    in the order in which they are taken.
    """

    labelled: int
    kept: list[Labelled]
    groups: list[list[Labelled]]


def _there(session: Session, name: str) -> _There:
    now = newest(session, name, "gold")
    rows = select(SnapshotRow.face_id).where(SnapshotRow.snapshot_id == (now.id if now else None))
    aside = set(session.scalars(rows))
    learned = [tuple(row) for row in session.execute(_learned())]
    subjects = {one for _, one in learned if one is not None}
    numbers = {number for number, _ in learned}
    known = gold_faces(session, Face.erased_at.is_(None))
    groups: dict[str, list[Labelled]] = {}
    for one in known:
        if one.face.id not in aside | numbers and one.face.subject_id not in subjects:
            groups.setdefault(_person(one), []).append(one)
    kept = [one for one in known if one.face.id in aside]
    people = {_person(one) for one in kept}

    def order(person: str) -> tuple[bool, str]:
        never_learned = person in people or any(one.face.split in MEASURED_SPLITS for one in groups[person])
        return not never_learned, sha256(person.encode()).hexdigest()

    return _There(len(known), kept, [groups[person] for person in sorted(groups, key=order)])


def _person(one: Labelled) -> str:
    subject = one.face.subject_id
    return f"subject {subject}" if subject is not None else f"face {one.face.sha256}"


def _learned() -> Select:
    """Return the selection of (face, subject) of every face that was ever trained on."""
    return (
        select(Face.id, Face.subject_id)
        .join(SnapshotRow, SnapshotRow.face_id == Face.id)
        .join(Snapshot, Snapshot.id == SnapshotRow.snapshot_id)
        .join(Dataset, Dataset.id == Snapshot.dataset_id)
        .where(Dataset.purpose == "training")
        .distinct()
    )


def _why_not(there: _There) -> str:
    free = sum(map(len, there.groups))
    return (
        f"of {there.labelled} with a gold label {len(there.kept)} are set aside already, {free} can be, and "
        "nobody of whom a model has learned can be."
    )


def _of(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
