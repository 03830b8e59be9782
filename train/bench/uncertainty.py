"""How far a figure may be believed: bootstrap intervals, a paired test, the least difference a set shows.

All by resampling faces (whole subjects where the truth names them), with a fixed seed, so that the same
files give the same intervals. Percentile bootstrap, 95 %. The paired test swaps the two models' answers
face by face (approximate randomisation; Noreen 1989). Not covered: the variance of training, and of labels
on which annotators disagree; and a figure at 0 or 100, which has no spread to resample, so that its
interval is too narrow.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from train.bench import corrected, paper
from train.bench.errors import BenchError
from train.bench.outcome import Outcome

REPLICATES = 2000
SEED = 20240408
CONFIDENCE = 0.95
POWER_FACTOR = 1.959964 + 0.841621
"""A difference of so many standard errors is found by a two-sided test at 5 % four times in five."""
_CELLS = 4_000_000

FIGURES = {"paper": paper.figures, "corrected": corrected.figures}
Figures = Callable[[Outcome, np.ndarray], dict[str, np.ndarray]]


@dataclass(frozen=True)
class Comparison:
    """One figure of two models on the same faces: first minus second, in the figure's points."""

    difference: float
    low: float
    high: float
    p: float
    detectable: float


def intervals(read: Outcome, replicates: int = REPLICATES) -> dict[str, tuple[float, float]]:
    """Return each headline figure's 95 % interval, in points 0..100 (S_rege 0..200)."""
    spread = bootstrap(read, FIGURES[read.scorer], replicates)
    return {name: interval(values) for name, values in spread.items()}


def label_intervals(read: Outcome, replicates: int = REPLICATES) -> dict[str, tuple[float, float]]:
    """Return the 95 % interval of each label's F1, 0..1; NaN for one that is neither in truth nor answers."""

    def f1(outcome: Outcome, weights: np.ndarray) -> dict[str, np.ndarray]:
        return dict(zip(outcome.columns, corrected.per_label(outcome, weights)["F1"].T, strict=True))

    return {name: interval(values) for name, values in bootstrap(read, f1, replicates).items()}


def detectable(read: Outcome, replicates: int = REPLICATES) -> dict[str, float]:
    """Return the smallest difference that the set shows between two models whose errors are unrelated.

    In points, at 5 % and 80 % power. Models that fail on the same faces show smaller ones: `compare` says.
    """
    spread = bootstrap(read, FIGURES[read.scorer], replicates)
    return {name: POWER_FACTOR * 2**0.5 * _deviation(values) for name, values in spread.items()}


def compare(first: Outcome, second: Outcome, replicates: int = REPLICATES) -> dict[str, Comparison]:
    """Return, for each headline figure, the difference of two models on the same faces and whether it is one.

    Raises BenchError where the outcomes are not of the same faces under the same scorer.
    """
    if (first.scorer, first.ids, first.columns) != (second.scorer, second.ids, second.columns):
        raise BenchError("Two models can be compared on the same faces under the same scorer only.")
    figures = FIGURES[first.scorer]
    both = stacked(first, second)
    return paired(first.groups, lambda one, other: figures(both, np.hstack([one, other])), replicates)


def paired(
    groups: np.ndarray,
    value: Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]],
    replicates: int = REPLICATES,
) -> dict[str, Comparison]:
    """Return the difference of two models in each figure of `value`, over n faces in `groups`, int (n,).

    value(first, second), both (B, n): the figures, (B,), of a model that gives face i the first model's
    answer `first[:, i]` times and the second's `second[:, i]` times.
    """
    ones = np.ones((1, len(groups)))
    observed = {name: values[0] for name, values in _differences(value, ones).items()}
    spread: dict[str, list[np.ndarray]] = {name: [] for name in observed}
    swapped: dict[str, list[np.ndarray]] = {name: [] for name in observed}
    random = np.random.default_rng(SEED)
    for weights in _resamples(groups, replicates, random):
        for name, values in _differences(value, weights).items():
            spread[name].append(values)
    for mask in _masks(groups, replicates, random):
        one, other = value(1 - mask, mask), value(mask, 1 - mask)
        for name in observed:
            swapped[name].append(one[name] - other[name])
    result = {}
    for name, difference in observed.items():
        values, null = np.concatenate(spread[name]), np.concatenate(swapped[name])
        # The slack keeps equal differences equal, whatever order their sums were taken in.
        beyond = np.sum(np.abs(null) >= abs(difference) - 1e-9)
        low, high = interval(values)
        p = float((1 + beyond) / (1 + len(null)))
        result[name] = Comparison(float(difference), low, high, p, POWER_FACTOR * _deviation(values))
    return result


def bootstrap(read: Outcome, figures: Figures, replicates: int = REPLICATES) -> dict[str, np.ndarray]:
    """Return each figure's values over resampled sets, (replicates,)."""
    return resampled(read.groups, lambda weights: figures(read, weights), replicates)


def resampled(
    groups: np.ndarray, value: Callable[[np.ndarray], dict[str, np.ndarray]], replicates: int = REPLICATES
) -> dict[str, np.ndarray]:
    """Return the figures of `value`, each (replicates,), over resampled faces in `groups`, int (n,).

    value(weights), float (B, n): each figure, (B,), where face i counts `weights[:, i]` times.
    """
    found: dict[str, list[np.ndarray]] = {}
    for weights in _resamples(groups, replicates, np.random.default_rng(SEED)):
        for name, values in value(weights).items():
            found.setdefault(name, []).append(values)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _chunks(replicates: int, faces: int) -> Iterator[int]:
    """Sizes that add up to the replicates and keep a table of weights small."""
    size = max(1, _CELLS // faces)
    for done in range(0, replicates, size):
        yield min(size, replicates - done)


def _resamples(groups: np.ndarray, replicates: int, random: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield (b, n): how often each face is drawn when groups are drawn with replacement."""
    size = int(groups.max()) + 1
    for count in _chunks(replicates, len(groups)):
        drawn = random.integers(size, size=(count, size))
        drawn += np.arange(count)[:, None] * size
        times = np.bincount(drawn.ravel(), minlength=count * size).reshape(count, size)
        yield times[:, groups].astype(float)


def _masks(groups: np.ndarray, replicates: int, random: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield (b, n) of 0 and 1: whose answers are swapped; one group's together."""
    for count in _chunks(replicates, len(groups)):
        yield random.integers(2, size=(count, int(groups.max()) + 1)).astype(float)[:, groups]


def stacked(first: Outcome, second: Outcome) -> Outcome:
    """Return both models' answers as one outcome of 2n faces, the first's first."""
    joined = {
        name: np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("truth", "said", "rouge", "groups")
    }
    return replace(first, ids=first.ids + second.ids, **joined)


def _differences(value: Callable, weights: np.ndarray) -> dict[str, np.ndarray]:
    nothing = np.zeros_like(weights)
    one, other = value(weights, nothing), value(nothing, weights)
    return {name: one[name] - other[name] for name in one}


def interval(values: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of the values; replicates in which the figure is undefined are left out."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def _deviation(values: np.ndarray) -> float:
    defined = values[~np.isnan(values)]
    return float(defined.std()) if len(defined) else float("nan")
