"""Krippendorff's alpha of a whole set of labels, by krippendorff, with a bootstrap over faces.

A face's labels hang together, so a face is drawn with all of them. The coincidences that the draws need are
this module's own; the number itself is the library's.
"""

from collections.abc import Sequence
from typing import Any

import krippendorff
import numpy as np

from studio.review.agreement import Answers
from studio.review.measure import ALIKE, ALONE, Measure, percentiles, resampled


def alpha(faces: Sequence[Sequence[Answers]], values: Sequence[Any], level: str = "nominal") -> Measure:
    """Return alpha over all labels of all faces.

    faces: for each face its units, {annotator: value} each (one for an emotion, one for each AU); values:
    what can be said, in order; level: "nominal" or "ordinal". `n` counts faces.
    """
    place = {value: number for number, value in enumerate(values)}
    owner = [face for face, units in enumerate(faces) for unit in units if len(unit) > 1]
    table = placed([unit for units in faces for unit in units if len(unit) > 1], place)
    kept, owner = np.unique(np.array(owner, dtype=int), return_inverse=True)
    if not len(kept):
        return Measure(None, why=ALONE)
    if (table.sum(0) > 0).sum() < 2:
        return Measure(None, n=len(kept), why=ALIKE)
    value = krippendorff.alpha(value_counts=table, level_of_measurement=level)
    together = np.zeros((len(kept), len(values), len(values)))
    np.add.at(together, owner.ravel(), coincidences(table))
    flat = together.reshape(len(kept), -1).round(9)
    patterns, members = np.unique(flat, axis=0, return_inverse=True)
    drawn = alpha_of(resampled(members.ravel(), len(patterns)) @ patterns, len(values), level)
    return Measure(float(value), *percentiles(drawn), len(kept))


def placed(units: Sequence[Answers], place: dict[Any, int]) -> np.ndarray:
    """Return (units, values): how many said each value."""
    said = [(row, place[value]) for row, answers in enumerate(units) for value in answers.values()]
    table = np.zeros((len(units), len(place)), dtype=int)
    if said:
        np.add.at(table, tuple(np.array(said).T), 1)
    return table


def coincidences(table: np.ndarray) -> np.ndarray:
    """Return Krippendorff's coincidences (units, values, values) of units (units, values), two answers each
    at least.
    """
    pairs = table[:, :, None] * table[:, None, :] - table[:, :, None] * np.eye(table.shape[1], dtype=int)
    return pairs / (table.sum(1) - 1)[:, None, None]


def alpha_of(flat: np.ndarray, values: int, level: str) -> np.ndarray:
    """Return alpha of each row of coincidences (draws, values * values); NaN where it is not defined."""
    together = flat.reshape(-1, values, values)
    margins = together.sum(2)
    if level == "ordinal":
        reach = np.cumsum(margins, 1) - margins / 2
        distance = (reach[:, :, None] - reach[:, None, :]) ** 2
    else:
        distance = np.broadcast_to(1.0 - np.eye(values), together.shape)
    observed = (together * distance).sum((1, 2))
    expected = (margins[:, :, None] * margins[:, None, :] * distance).sum((1, 2))
    expected = expected / (margins.sum(1) - 1)
    return 1 - np.divide(observed, expected, np.full(len(flat), np.nan), where=expected > 1e-12)
