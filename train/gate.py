"""The gate: may a candidate replace what serves, after both have answered about the same faces?

Promoted only if, by the corrected scorer, REGE rises on the gold set (the paired 95 % interval above 0 and
p at most `Terms.level`), falls by no more than `Terms.max_loss` on the original set, and no label collapses
on either; otherwise rejected, and every reason is given in words. REGE is the mean over the tasks, 0..200.

p is of the swap test (`train.bench.uncertainty.paired`), which is exact where candidate and current are as
good as each other, on however few faces. A level of 0.01 lets one such candidate in 200 through: each
training is one more look at the same gold set, and at the interval's own 1 in 40 a studio that retrains
every day would promote chance each month. Pure: answers in, words out. Not covered: that no measured face
was trained on (`train.rounds.leaks`), and a person's overruling (`db.runs.overrule`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from train.bench import corrected, joint, uncertainty
from train.bench.joint import Joint
from train.bench.outcome import Outcome, indicator
from train.bench.tables import dataset_for
from train.bench.uncertainty import REPLICATES, Comparison

SIDES = ("candidate", "current")


@dataclass(frozen=True)
class Terms:
    """The gate's thresholds, in points: REGE is 0..200, a label's F1 here 0..100.

    level: largest p of the rise on the gold set. max_loss: what may be lost on the original set. collapse:
    a label collapses where its F1 falls by more than this and the fall's 95 % interval is below 0. support:
    labels shown by fewer faces are not judged.
    """

    level: float = 0.01
    max_loss: float = 1.0
    collapse: float = 10.0
    support: int = 10


@dataclass(frozen=True)
class Answers:
    """Both models' answers about one set. entries: task -> the truth's entries, as `train.bench` has them;
    candidate, current: task -> entry's id -> answer. table: by whose labels they are read.
    """

    entries: Mapping[str, Sequence[Mapping[str, Any]]]
    candidate: Mapping[str, Mapping[str, Any]]
    current: Mapping[str, Mapping[str, Any]]
    table: str = "FABA"


@dataclass(frozen=True)
class Decision:
    """Whether the candidate may serve, why in words, and the figures behind it as JSON's types."""

    promoted: bool
    reason: str
    report: dict[str, Any]


def decide(
    gold: Answers, original: Answers, terms: Terms = Terms(), replicates: int = REPLICATES
) -> Decision:
    """Return the gate's decision. Raises BenchError for entries or answers that can't be scored."""
    sets = {name: _measure(each, replicates) for name, each in (("gold", gold), ("original", original))}
    against = [
        *_no_rise(sets["gold"].rege.change, terms),
        *_loss(sets["original"].rege.change, terms),
        *(words for name, each in sets.items() for words in _collapses(name, each.labels, terms)),
    ]
    report = {
        "terms": asdict(terms),
        "reasons": against,
        "sets": {name: _as_dict(each) for name, each in sets.items()},
    }
    shown = " ".join(_in_words(name, each) for name, each in sets.items())
    if against:
        return Decision(False, f"Rejected: {'; '.join(against)}. {shown}", report)
    return Decision(True, f"Promoted: {shown} No action unit or emotion collapsed.", report)


@dataclass(frozen=True)
class _Measured:
    """One set's figures: faces, REGE over the tasks (candidate first), labels' differences by support."""

    faces: int
    rege: Joint
    labels: dict[str, tuple[int, float, float, Comparison]]
    tasks: dict[str, dict[str, dict[str, Any]]]


def _measure(answers: Answers, replicates: int) -> _Measured:
    units = _units(answers.entries)
    pairs, labels, tasks = {}, {}, {}
    for task, entries in answers.entries.items():
        one, other = (
            corrected.outcome(task, answers.table, entries, side[task])
            for side in (answers.candidate, answers.current)
        )
        pairs[task] = one, other
        tasks[task] = {"candidate": _figures(one), "current": _figures(other)}
        if task == "au":
            one = _every_column(one, entries, answers.candidate[task])
            other = _every_column(other, entries, answers.current[task])
        labels |= _label_differences(one, other, units[task], replicates)
    faces = len({entry["id"] for entries in answers.entries.values() for entry in entries})
    return _Measured(faces, joint.rege(pairs, units, replicates), labels, tasks)


def _units(entries: Mapping[str, Sequence[Mapping]]) -> dict[str, np.ndarray]:
    """Task -> for each entry the number of what is drawn together over all tasks: a subject, or a face."""
    numbers: dict[str, int] = {}

    def number(entry: Mapping) -> int:
        subject = entry.get("subject")
        key = f"subject {subject}" if subject else f"id {entry['id']}"
        return numbers.setdefault(key, len(numbers))

    return {task: np.array([number(entry) for entry in of_task]) for task, of_task in entries.items()}


def _figures(read: Outcome) -> dict[str, Any]:
    spans = uncertainty.intervals(read)
    found = corrected.figures(read)
    return {
        name: {
            "value": _number(found[name][0]),
            "low": _number(spans[name][0]),
            "high": _number(spans[name][1]),
        }
        for name in ("S_re", "S_ge", "S_rege")
    }


def _every_column(read: Outcome, entries: Sequence[Mapping], answers: Mapping[str, Any]) -> Outcome:
    """The outcome over all AUs that the table codes: one that is not scored can collapse as well."""
    columns = dataset_for("au", read.dataset).columns
    wanted = [corrected.read_label(entry["label"], read.dataset) for entry in entries]
    said = [corrected.read_action_units(answers.get(name) or "", read.dataset) for name in read.ids]
    return replace(read, columns=columns, truth=indicator(wanted, columns), said=indicator(said, columns))


def _label_differences(
    one: Outcome, other: Outcome, units: np.ndarray, replicates: int
) -> dict[str, tuple[int, float, float, Comparison]]:
    """Label -> (faces that show it, its F1 now and before in 0..100, the difference)."""
    both = uncertainty.stacked(one, other)

    def f1(first: np.ndarray, second: np.ndarray) -> dict[str, np.ndarray]:
        values = 100 * corrected.per_label(both, np.hstack([first, second]))["F1"]
        return dict(zip(one.columns, values.T, strict=True))

    _, groups = np.unique(units, return_inverse=True)
    found = uncertainty.paired(groups, f1, replicates)
    now, before = (100 * corrected.per_label(each)["F1"][0] for each in (one, other))
    shown = one.truth.sum(axis=0) if one.task == "au" else np.bincount(one.truth, minlength=len(one.columns))
    return {
        label: (int(shown[i]), float(now[i]), float(before[i]), found[label])
        for i, label in enumerate(one.columns)
    }


def _no_rise(rege: Comparison, terms: Terms) -> list[str]:
    if math.isnan(rege.difference):
        return ["REGE is not defined on the gold set, which shows none of the labels that are scored"]
    if rege.low > 0 and rege.p <= terms.level:
        return []
    why = "did not rise" if rege.difference <= 0 else "did not rise for certain"
    return [
        f"REGE on the gold set {why} ({rege.difference:+.2f}, 95 % interval {rege.low:+.2f} to "
        f"{rege.high:+.2f}, p = {rege.p:.3f}; asked is an interval above 0 and p of at most {terms.level}). "
        f"These faces show rises from about {rege.detectable:.1f} points on"
    ]


def _loss(rege: Comparison, terms: Terms) -> list[str]:
    if rege.difference >= -terms.max_loss:
        return []
    if math.isnan(rege.difference):
        return ["REGE is not defined on the original set"]
    return [
        f"REGE on the original set fell by {-rege.difference:.2f} points (95 % interval {rege.low:+.2f} to "
        f"{rege.high:+.2f}; at most {terms.max_loss:g} may be lost)"
    ]


def _collapses(
    name: str, labels: Mapping[str, tuple[int, float, float, Comparison]], terms: Terms
) -> list[str]:
    return [
        f"{label} collapsed on the {name} set: its F1 fell from {before:.0f} to {now:.0f}, on {shown} faces "
        "that show it"
        for label, (shown, now, before, change) in labels.items()
        if shown >= terms.support and change.difference < -terms.collapse and change.high < 0
    ]


def _in_words(name: str, found: _Measured) -> str:
    (now, before), rege = found.rege.values, found.rege.change
    return (
        f"On the {found.faces} {name} faces REGE went from {before:.2f} to {now:.2f} "
        f"({rege.difference:+.2f}, 95 % interval {rege.low:+.2f} to {rege.high:+.2f}, p = {rege.p:.3f})."
    )


def _as_dict(found: _Measured) -> dict[str, Any]:
    return {
        "faces": found.faces,
        **{side: _number(value) for side, value in zip(SIDES, found.rege.values, strict=True)},
        "intervals": {
            side: [_number(edge) for edge in span] for side, span in zip(SIDES, found.rege.spans, strict=True)
        },
        "rege": _comparison(found.rege.change),
        "tasks": found.tasks,
        "labels": {
            label: {"support": shown, "candidate": _number(now), "current": _number(before)}
            | _comparison(change)
            for label, (shown, now, before, change) in found.labels.items()
        },
    }


def _comparison(found: Comparison) -> dict[str, float | None]:
    return {name: _number(value) for name, value in asdict(found).items()}


def _number(value: float) -> float | None:
    """The value for JSON, which has no word for NaN."""
    return float(value) if math.isfinite(value) else None
