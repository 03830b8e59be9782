"""REGE over several tasks, of two models on the same faces: the mean, its intervals, and the difference.

The tasks are asked about the same faces, so what is drawn is drawn for all of them at once: a face that a
model gets wrong in both counts twice in the same resample, and the interval is as wide as that makes it.
REGE is 0..200, by the corrected scorer. Not covered: tasks whose faces are of different people, which are
drawn together all the same and only lose a little of what that would gain.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from train.bench import corrected, uncertainty
from train.bench.outcome import Outcome
from train.bench.uncertainty import REPLICATES, Comparison

FIGURE = "S_rege"


@dataclass(frozen=True)
class Joint:
    """Mean REGE of (first, second), the 95 % interval of each, and their paired difference."""

    values: tuple[float, float]
    spans: tuple[tuple[float, float], tuple[float, float]]
    change: Comparison


def rege(
    pairs: Mapping[str, tuple[Outcome, Outcome]],
    units: Mapping[str, np.ndarray],
    replicates: int = REPLICATES,
) -> Joint:
    """Return the mean REGE of two models over their tasks. pairs: task -> both models' outcomes, n faces.

    units: task -> int (n,), for each of its faces the number of what is drawn as one: a face, or a subject,
    known by one number in all tasks.
    """
    both = {task: uncertainty.stacked(*pair) for task, pair in pairs.items()}
    groups = np.arange(1 + max(int(each.max()) for each in units.values()))

    def mean(first: np.ndarray, second: np.ndarray) -> dict[str, np.ndarray]:
        values = [
            corrected.figures(both[task], np.hstack([first[:, of_task], second[:, of_task]]))[FIGURE]
            for task, of_task in units.items()
        ]
        return {FIGURE: np.mean(values, axis=0)}

    def sides(weights: np.ndarray) -> dict[str, np.ndarray]:
        nothing = np.zeros_like(weights)
        return {"first": mean(weights, nothing)[FIGURE], "second": mean(nothing, weights)[FIGURE]}

    values = sides(np.ones((1, len(groups))))
    spread = uncertainty.resampled(groups, sides, replicates)
    return Joint(
        values=(float(values["first"][0]), float(values["second"][0])),
        spans=(uncertainty.interval(spread["first"]), uncertainty.interval(spread["second"])),
        change=uncertainty.paired(groups, mean, replicates)[FIGURE],
    )
