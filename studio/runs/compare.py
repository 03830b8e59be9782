"""Two revisions on the same gold faces: what got better, what worse, label by label and face by face.

A face's score is 0..1: the emotion right or wrong, F1 of the action units, their mean where both are asked;
F1 of a label is 0..100. Intervals (95 %) are by resampling faces, 400 times. Texts are not scored here (the
run's report has S_ge); they stand side by side to be read.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import run_history
from db.models import Annotation, Dataset, Face, Freeze, GoldLabel, SnapshotRow
from model.tasks import TASKS
from studio.people.person import Person
from studio.review.measure import DRAWS
from studio.runs import answers
from studio.workplace import Workplace

SHOWN = 24
"""Faces of each kind (better, worse) that are shown."""

Said = dict[str, frozenset[str]]
"""What a text or a person says of a face: task -> names of labels."""


def runs_compare(work: Workplace, person: Person, first: int, second: int) -> dict[str, Any]:
    """Two revisions (0: what served before any training) on the same gold faces: label by label, and the
    faces that changed most with both texts, for reviewers.
    """
    first, second = int(first), int(second)
    with work.database.reads.begin() as session:
        before, after = (
            answers.read(place) for place in answers.pair(run_history.runs(session), first, second)
        )
        truth = _truths(session, sorted(set(before) & set(after)))
    faces = [_face(number, truth[number], before[number], after[number]) for number in truth]
    faces.sort(key=lambda face: (-abs(face["change"]), face["face"]))
    better = [face for face in faces if face["change"] > 0]
    worse = [face for face in faces if face["change"] < 0]
    shown = {"better": better[:SHOWN], "worse": worse[:SHOWN]}
    counts = {"better": len(better), "worse": len(worse), "same": len(faces) - len(better) - len(worse)}
    return {
        "first": first,
        "second": second,
        "counts": counts,
        **shown,
        "labels": _labels(truth, before, after),
    }


def _truths(session: Session, ids: list[int]) -> dict[int, Said]:
    """Return what the frozen gold set says of faces that are still here; the last frozen counts."""
    rows = (
        select(Face.id, GoldLabel.labels, Annotation.labels)
        .join(SnapshotRow, SnapshotRow.face_id == Face.id)
        .join(Freeze, Freeze.snapshot_id == SnapshotRow.snapshot_id)
        .join(Dataset, Dataset.id == Freeze.dataset_id)
        .outerjoin(GoldLabel, GoldLabel.id == SnapshotRow.gold_label_id)
        .outerjoin(Annotation, Annotation.id == SnapshotRow.annotation_id)
        .where(Dataset.purpose == "gold", Face.erased_at.is_(None))
        .order_by(Freeze.id)
    )
    wanted, found = set(ids), {}
    for number, gold, annotated in session.execute(rows):
        if number in wanted and (labels := gold or annotated):
            found[number] = _of_labels(labels)
    return found


def _of_labels(labels: Mapping[str, Any]) -> Said:
    said: Said = {}
    if labels.get("emotion") in TASKS["emotion"].labels:
        said["emotion"] = frozenset([labels["emotion"]])
    if isinstance(units := labels.get("au"), Mapping):
        said["au"] = frozenset(
            code
            for code, state in units.items()
            if (state.get("state") if isinstance(state, Mapping) else state) == "present"
        )
    return said


def _of_text(task: str, text: str) -> frozenset[str]:
    found = TASKS[task].parse(text)
    return frozenset(found if not isinstance(found, str) else [found]) if found else frozenset()


def _face(number: int, truth: Said, before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, Any]:
    scores = [
        [_score(truth[task], _of_text(task, side.get(task, ""))) for task in truth]
        for side in (before, after)
    ]
    first, second = (sum(of_side) / len(of_side) if of_side else 0.0 for of_side in scores)
    return {
        "face": number,
        "picture": f"pictures/{number}",
        "change": round(second - first, 4),
        "truth": {task: sorted(names, key=_place) for task, names in truth.items()},
        "sides": [
            {
                task: {
                    "labels": sorted(_of_text(task, side.get(task, "")), key=_place),
                    "text": side.get(task, ""),
                }
                for task in truth
            }
            for side in (before, after)
        ],
    }


def _score(truth: frozenset[str], said: frozenset[str]) -> float:
    """F1 of a set of labels, 0..1; 1 where both are empty. Of one label each it is right or wrong."""
    return 2 * len(truth & said) / (len(truth) + len(said)) if truth or said else 1.0


def _place(name: str) -> tuple[int, str]:
    return (int(name.removeprefix("AU")), name) if name.startswith("AU") else (0, name)


def _labels(truth: Mapping[int, Said], before, after) -> list[dict[str, Any]]:
    """Return each label that faces show with the change of its F1, the best first."""
    found = []
    for task in TASKS:
        numbers = [number for number in truth if task in truth[number]]
        if not numbers:
            continue
        weights = _weights(len(numbers))
        sides = [
            [_of_text(task, side[number].get(task, "")) for number in numbers] for side in (before, after)
        ]
        for name in TASKS[task].labels:
            shown = np.array([name in truth[number][task] for number in numbers])
            if not shown.any():
                continue
            said = [np.array([name in one for one in side]) for side in sides]
            first, second = (_f1(shown, one, weights) for one in said)
            drawn = second[1:] - first[1:]
            low, high = np.percentile(drawn, (2.5, 97.5))
            found.append(
                {
                    "name": name,
                    "support": int(shown.sum()),
                    "before": round(float(first[0]), 2),
                    "difference": round(float(second[0] - first[0]), 2),
                    "low": round(float(low), 2),
                    "high": round(float(high), 2),
                }
            )
    return sorted(found, key=lambda row: -row["difference"])


def _weights(faces: int) -> np.ndarray:
    """Return (1 + DRAWS, faces): each face once, then as often as it is drawn with replacement."""
    drawn = np.random.default_rng(0).multinomial(faces, np.full(faces, 1 / faces), size=DRAWS)
    return np.vstack([np.ones(faces), drawn])


def _f1(truth: np.ndarray, said: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return a label's F1, 0..100, for each row of weights; 0 where nothing is to be found."""
    both = weights @ (truth & said)
    all_of = weights @ truth + weights @ said
    return 100 * np.divide(2 * both, all_of, out=np.zeros_like(both), where=all_of > 0)
