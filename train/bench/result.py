"""Everything that one run of the benchmark says, as plain values that JSON can hold: figures with intervals.

`measured` is what the command prints, writes as JSON and shows in its report.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from train.bench import corrected, paper, uncertainty
from train.bench.outcome import Outcome
from train.bench.structured import Answer

SCORERS = {"paper": paper, "corrected": corrected}
FIGURES = ("S_re", "S_ge", "S_rege", "macro_F1", "micro_F1", "balanced_accuracy")
"""Headline figures, in the order in which they are shown; a scorer and task has some of them."""


def measured(
    task: str,
    dataset: str,
    truth: Sequence[Mapping],
    answers: Mapping[str, Answer],
    scorers: Sequence[str],
    against: Mapping[str, Answer] | None = None,
) -> tuple[dict[str, Any], dict[str, Outcome]]:
    """Score by each scorer; return the results by scorer, and the outcomes that they were counted from.

    Each result is the scorer's own summary and `intervals`, `label_intervals`, `detectable`; with `against`,
    another model's answers, also `comparison` by figure: this model minus the other.
    """
    results, outcomes = {}, {}
    for name in scorers:
        scorer = SCORERS[name]
        read = outcomes[name] = scorer.outcome(task, dataset, truth, answers)
        result = scorer.summary(read)
        result["intervals"] = uncertainty.intervals(read)
        result["label_intervals"] = uncertainty.label_intervals(read)
        result["detectable"] = uncertainty.detectable(read)
        if against is not None:
            other = scorer.outcome(task, dataset, truth, against)
            pairs = uncertainty.compare(read, other).items()
            result["comparison"] = {figure: vars(comparison) for figure, comparison in pairs}
        results[name] = _plain(result)
    return results, outcomes


def _plain(value: Any) -> Any:
    """The value without NaN, which JSON has no word for: None instead."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def rows(result: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return (figure, value, interval, smallest difference) of a result, as text."""
    found = []
    for name in FIGURES:
        if name in result:
            low, high = result["intervals"][name]
            found.append((name, number(result[name]), span(low, high), number(result["detectable"][name])))
    return found


def label_rows(result: Mapping[str, Any]) -> list[tuple[str, float | None, tuple, int]]:
    """Return (label, F1, interval, faces that show it) of each AU or emotion; F1 None where not counted."""
    table = result.get("per_AU") or result.get("per_emotion") or {}
    return [
        (name, row.get("F1"), tuple(result["label_intervals"][name]), sum(row["confusion"][1]))
        for name, row in table.items()
    ]


def number(value: float | None, digits: int = 1) -> str:
    """A figure as text, a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def span(low: float | None, high: float | None, digits: int = 1) -> str:
    """An interval as text."""
    return "–" if low is None or high is None else f"{low:.{digits}f} to {high:.{digits}f}"


def remarks(result: Mapping[str, Any]) -> list[str]:
    """What a reader should know beside the figures, as sentences."""
    found = []
    if result["missing"]:
        found.append(f"{_faces(result['missing'])} without an answer, scored as an empty one")
    if result.get("crashed"):
        found.append(
            f"{_faces(result['crashed'])} on whose texts the published script crashes; "
            "counted as wrong, left out of the ROUGE mean where that failed"
        )
    if result.get("dropped"):
        dropped = ", ".join(result["dropped"])
        found.append(f"dropped from the mean (truth and answers all one value): {dropped}")
    if result.get("undefined"):
        found.append(f"in neither truth nor answers, hence without F1: {', '.join(result['undefined'])}")
    if result.get("none_said"):
        found.append(f"{_faces(result['none_said'])} whose answer says no emotion")
    return [f"{result['scorer']}: {each}." for each in found]


def _faces(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:5]) + (", ..." if len(ids) > 5 else "")
    return f"{len(ids)} {'face' if len(ids) == 1 else 'faces'} ({shown})"
