"""What was said about each face of a set, as arrays: what figures and intervals are counted from.

Truth and answers are aligned row by row, in the truth's order. Not covered: how texts are read; each
scorer does that its own way and hands the result over as an Outcome.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from train.bench.errors import BenchError


@dataclass(frozen=True)
class Outcome:
    """One scorer's reading of one model's answers; n faces, K columns.

    `truth`, `said`: for AUs bool (n, K), K the scored AUs; for emotions int (n,), an index into `columns`
    (-1: none said). `rouge`: float (n,), 0..1, NaN for a face that does not enter the mean. `groups`: int
    (n,), faces with one number are of one subject and are drawn together in a bootstrap. `missing`,
    `crashed`: ids of faces without an answer, and on whose answer the reference would have died.
    """

    scorer: str
    task: str
    dataset: str
    ids: tuple[str, ...]
    columns: tuple[str, ...]
    truth: np.ndarray
    said: np.ndarray
    rouge: np.ndarray
    groups: np.ndarray
    missing: tuple[str, ...] = ()
    crashed: tuple[str, ...] = ()


def align(
    truth: Sequence[Mapping], answers: Mapping[str, object]
) -> tuple[tuple[str, ...], list, np.ndarray]:
    """Return ids, answers (None where missing) and subject groups, in the truth's order.

    Raises BenchError for an empty truth, a duplicate id and an answer for a face that isn't in the truth.
    """
    if not truth:
        raise BenchError("The truth has no entries, so there is nothing to score.")
    ids = tuple(str(entry["id"]) for entry in truth)
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise BenchError(f"Truth: id {name!r} stands there twice. Each face needs an id of its own.")
        seen.add(name)
    by_id = {str(name): answer for name, answer in answers.items()}
    if unknown := [name for name in by_id if name not in seen]:
        raise BenchError(
            f"Answers: {len(unknown)} for faces that aren't in the truth, the first {unknown[0]!r}. "
            "Give the truth file that these answers were made for."
        )
    subjects: dict[str, int] = {}
    keys = [f"subject {entry['subject']}" if entry.get("subject") else f"id {entry['id']}" for entry in truth]
    groups = np.array([subjects.setdefault(key, len(subjects)) for key in keys])
    return ids, [by_id.get(name) for name in ids], groups


def indicator(labels: Sequence[Sequence[str]], columns: Sequence[str]) -> np.ndarray:
    """Return bool (n, K): whether the n label lists hold each column."""
    sets = [set(each) for each in labels]
    return np.array([[column in each for column in columns] for each in sets], dtype=bool)


def confusion(outcome: Outcome) -> np.ndarray:
    """Return emotion counts, int (K, K + 1): rows are the truth, the last column is "none said"."""
    size = len(outcome.columns)
    counts = np.zeros((size, size + 1), dtype=int)
    np.add.at(counts, (outcome.truth, outcome.said), 1)
    return counts


def one_hot(outcome: Outcome) -> tuple[np.ndarray, np.ndarray]:
    """Return truth and answers as float (n, K) of 0 and 1, for emotions too: each label on its own."""
    if outcome.task == "au":
        return outcome.truth.astype(float), outcome.said.astype(float)
    rows = np.vstack([np.eye(len(outcome.columns)), np.zeros(len(outcome.columns))])
    return rows[outcome.truth], rows[outcome.said]


def counts(outcome: Outcome, weights: np.ndarray | None = None) -> tuple[np.ndarray, ...]:
    """Return (TN, FP, FN, TP), each (B, K), of labels under B weightings of the faces; (1, K) without."""
    if weights is None:
        weights = np.ones((1, len(outcome.ids)))
    truth, said = one_hot(outcome)
    tp = weights @ (truth * said)
    fp = weights @ said - tp
    fn = weights @ truth - tp
    return weights.sum(axis=1, keepdims=True) - tp - fp - fn, fp, fn, tp


def mean_rouge(outcome: Outcome, weights: np.ndarray) -> np.ndarray:
    """Return mean ROUGE-L F, (B,), over the faces that enter it; 0 where none does."""
    enters = ~np.isnan(outcome.rouge)
    total = weights @ enters.astype(float)
    return (weights @ np.where(enters, outcome.rouge, 0.0)) / np.where(total > 0, total, 1)
