"""A number with its doubt, and how the doubt is found where no formula gives it: a bootstrap over faces."""

from dataclasses import dataclass

import numpy as np
from statsmodels.stats.proportion import proportion_confint

DRAWS = 400
ALONE = "fewer than two people labelled the same face"
ALIKE = "everybody always said the same, so there is no chance agreement to compare with"


@dataclass(frozen=True)
class Measure:
    """A number with its 95 % interval and the number of faces (or answers) it rests on.

    `value` is None where the number is not defined, and `why` says why; it is never NaN. An interval is None
    where it cannot be told.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    why: str = ""


def share(part: int, whole: int) -> Measure:
    """Return part of whole, 0..1, with Wilson's interval."""
    if not whole:
        return Measure(None, why="nothing was counted yet")
    low, high = proportion_confint(part, whole, method="wilson")
    return Measure(part / whole, float(low), float(high), whole)


def interval(low: float, high: float) -> tuple[float | None, float | None]:
    """Return an interval within -1..1; None for one without width, which would look like certainty."""
    if not (np.isfinite(low) and np.isfinite(high)) or high - low < 1e-9:
        return None, None
    return float(np.clip(low, -1, 1)), float(np.clip(high, -1, 1))


def resampled(members: np.ndarray, patterns: int) -> np.ndarray:
    """Return (DRAWS, patterns): how often each pattern is in a sample of the faces with replacement.

    members: for each face the number of its pattern; faces that look alike are drawn as one.
    """
    weights = np.bincount(members, minlength=patterns) / len(members)
    return np.random.default_rng(0).multinomial(len(members), weights, size=DRAWS).astype(float)


def percentiles(drawn: np.ndarray) -> tuple[float | None, float | None]:
    """Return the middle 95 % of the draws in which the number is defined; None where these are too few."""
    kept = drawn[np.isfinite(drawn)]
    if len(kept) < DRAWS / 2:
        return None, None
    return interval(*np.percentile(kept, (2.5, 97.5)))
