"""Agreement on intensity: the intraclass correlations ICC(2,1) and ICC(2,k) of Shrout & Fleiss (1979).

Two-way random effects, absolute agreement; intervals after McGraw & Wong (1996). Not covered: designs in
which the annotators differ from face to face.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import f as f_distribution

from studio.review.measure import ALIKE, Measure, interval

TOO_FEW = "it takes two faces that the same two people scored"
FLAT = "the annotators' scores vary no more between faces than by themselves"


def icc(scores: Sequence[Sequence[float]]) -> tuple[Measure, Measure]:
    """Return ICC(2,1), of one annotator, and ICC(2,k), of the mean of all k.

    scores: a row for each face, a column for each of the same k >= 2 annotators, none missing.
    """
    table = np.asarray(scores, dtype=float)
    if table.ndim != 2 or table.shape[0] < 2 or table.shape[1] < 2:
        return _none(table, TOO_FEW)
    if np.ptp(table) == 0:
        return _none(table, ALIKE)
    n, k = table.shape
    between = float(k * table.mean(1).var(ddof=1))
    judges = float(n * table.mean(0).var(ddof=1))
    rest = table - table.mean(1, keepdims=True) - table.mean(0) + table.mean()
    error = float((rest**2).sum()) / ((n - 1) * (k - 1))
    below = between + (k - 1) * error + k * (judges - error) / n
    if below <= 1e-12:
        return _none(table, FLAT)
    one = (between - error) / below
    edges = interval(*_edges(n, k, between, judges, error, one))
    mean, low, high = (_of_mean(edge, k) for edge in (one, *edges))
    # Where one annotator's scores tell nothing, the formula of the mean runs off to minus infinity.
    several = Measure(None, n=n, why=FLAT) if mean is None or mean < -1 else Measure(mean, low, high, n)
    return Measure(max(one, -1.0), *edges, n), several


def _none(table: np.ndarray, why: str) -> tuple[Measure, Measure]:
    return Measure(None, n=len(table), why=why), Measure(None, n=len(table), why=why)


def _edges(n: int, k: int, between: float, judges: float, error: float, value: float) -> tuple[float, float]:
    """Return McGraw & Wong's interval of ICC(2,1), NaN where the annotators agree without any error."""
    with np.errstate(all="ignore"):
        value, between, judges, error = (np.float64(number) for number in (value, between, judges, error))
        a = k * value / (n * (1 - value))
        b = 1 + k * value * (n - 1) / (n * (1 - value))
        weight = (a * judges) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
        freedom = (a * judges + b * error) ** 2 / weight
        upper = f_distribution.ppf(0.975, n - 1, freedom)
        lower = f_distribution.ppf(0.975, freedom, n - 1)
        rest = k * judges + (k * n - k - n) * error
        low = n * (between - upper * error) / (upper * rest + n * between)
        high = n * (lower * between - error) / (rest + n * lower * between)
    return float(low), float(high)


def _of_mean(one: float | None, k: int) -> float | None:
    """Return the reliability of k annotators' mean of that of one (Spearman and Brown)."""
    if one is None or 1 + (k - 1) * one <= 1e-12:
        return None
    return k * one / (1 + (k - 1) * one)
