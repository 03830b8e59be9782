"""How far people agree on a label beyond chance: Cohen's and Fleiss' kappa, and plain agreement beside them.

Plain values in, plain values out; the kappas are statsmodels'. A face's answers are {annotator: value}.
Krippendorff's alpha is in `studio.review.alpha`, intensities in `studio.review.icc`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

from studio.review.measure import ALIKE, ALONE, Measure, interval, percentiles, resampled, share

RARE = 0.05
"""Kappa says little about a label that fewer faces show, or that all but fewer show."""
Answers = Mapping[Any, Any]


def agreed(faces: Sequence[Answers]) -> Measure:
    """Return the share of faces, of those that two or more labelled, on which all said the same."""
    sets = [set(answers.values()) for answers in faces if len(answers) > 1]
    return share(sum(len(said) == 1 for said in sets), len(sets)) if sets else Measure(None, why=ALONE)


def cohen(pairs: Sequence[tuple[Any, Any]]) -> Measure:
    """Return Cohen's kappa (1960) of two people's answers, unweighted, with its asymptotic interval."""
    if not pairs:
        return Measure(None, why="the two labelled no face in common")
    names = {value: place for place, value in enumerate(sorted({said for pair in pairs for said in pair}))}
    if len(names) == 1:
        return Measure(None, n=len(pairs), why=ALIKE)
    table = np.zeros((len(names), len(names)))
    for (first, second), number in Counter(pairs).items():
        table[names[first], names[second]] = number
    with np.errstate(all="ignore"):  # its variance is 0 / 0, or a hair below 0, in small or one-sided tables
        found = cohens_kappa(table)
    return Measure(float(found.kappa), *interval(found.kappa_low, found.kappa_upp), len(pairs))


def fleiss(faces: Sequence[Answers]) -> Measure:
    """Return Fleiss' kappa (1971) over the faces with the most common number of annotators, two at least.

    The interval is a percentile bootstrap over faces.
    """
    sizes = Counter(len(answers) for answers in faces if len(answers) > 1)
    if not sizes:
        return Measure(None, why=ALONE)
    raters = max(sizes, key=lambda size: (sizes[size], size))
    said = [Counter(answers.values()) for answers in faces if len(answers) == raters]
    names = sorted({name for one in said for name in one})
    if len(names) == 1:
        return Measure(None, n=len(said), why=ALIKE)
    table = np.array([[one[name] for name in names] for one in said])
    patterns, members = np.unique(table, axis=0, return_inverse=True)
    drawn = fleiss_of(patterns, resampled(members.ravel(), len(patterns)))
    return Measure(float(fleiss_kappa(table)), *percentiles(drawn), len(table))


def fleiss_of(patterns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return Fleiss' kappa of each row of weights (draws, patterns) of patterns (patterns, values); NaN where
    it is not defined.
    """
    raters = patterns[0].sum()
    agreement = ((patterns**2).sum(1) - raters) / (raters * (raters - 1))
    faces = weights.sum(1)
    observed = weights @ agreement / faces
    expected = ((weights @ patterns / (faces[:, None] * raters)) ** 2).sum(1)
    undefined = np.full(len(faces), np.nan)
    return np.divide(observed - expected, 1 - expected, undefined, where=expected < 1 - 1e-12)


def skew(prevalence: float | None, name: str) -> str:
    """Return a warning where a label's prevalence (0..1) is so extreme that kappa says little; else ""."""
    if prevalence is None or RARE <= prevalence <= 1 - RARE:
        return ""
    seldom = "rarely" if prevalence < RARE else "nearly always"
    return (
        f"{name} is {seldom} present ({100 * prevalence:.0f} %). Kappa is low then even where people nearly "
        "always agree: read the plain agreement beside it."
    )
