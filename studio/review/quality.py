"""How well an annotator does on faces whose gold label is known, slipped in to them unseen."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from studio.annotate.labels import present
from studio.review.measure import Measure, percentiles, resampled, share

UNCHECKED = "no gold face was slipped in to them yet"


def quality(checks: Sequence[tuple[dict, dict]], tasks: Sequence[str]) -> dict[str, Any]:
    """Return how an annotator's answers on gold faces compare: {"checks", "emotion", "units"}.

    checks: (labels, gold labels). emotion: the share that is right, with Wilson's interval; units: F1 over
    all action units together, with a bootstrap over faces.
    """
    both = [(said, truth) for said, truth in checks if "emotion" in said and "emotion" in truth]
    emotions = [(said["emotion"], truth["emotion"]) for said, truth in both]
    right = sum(one == other for one, other in emotions)
    return {
        "checks": len(checks),
        "emotion": share(right, len(emotions))
        if emotions and "emotion" in tasks
        else Measure(None, why=UNCHECKED),
        "units": _f1(checks) if checks and "au" in tasks else Measure(None, why=UNCHECKED),
    }


def _f1(checks: Sequence[tuple[dict, dict]]) -> Measure:
    counted = []
    for said, truth in checks:
        mine, right = set(present(said)), set(present(truth))
        counted.append((2 * len(mine & right), len(mine) + len(right)))
    table = np.array(counted, dtype=float)
    if not table[:, 1].sum():
        return Measure(None, n=len(checks), why="neither they nor the gold labels name any action unit")
    drawn = resampled(np.arange(len(table)), len(table)) @ table
    values = np.divide(drawn[:, 0], drawn[:, 1], np.full(len(drawn), np.nan), where=drawn[:, 1] > 0)
    return Measure(float(table[:, 0].sum() / table[:, 1].sum()), *percentiles(values), len(checks))
