"""How far people differ on a face, by name of label; plain values in, plain values out.

Labels are as `Annotation.labels` has them. Intensity and side are not compared here: a difference of one
letter in intensity is not a dispute (agreement on it has its own measure). A label that fewer than two
people mention is no difference: whoever says nothing of AU12 has not said that it is absent.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any


def flat(labels: Mapping[str, Any]) -> dict[str, str]:
    """Return {"emotion": "happiness", "au/AU12": "present"} of {"emotion": ..., "au": {"AU12": {...}}}."""
    found = {}
    for task, value in labels.items():
        if isinstance(value, Mapping):
            for name, state in value.items():
                said = state.get("state") if isinstance(state, Mapping) else state
                found[f"{task}/{name}"] = str(said)
        elif value is not None:
            found[task] = str(value)
    return found


def differences(answers: Sequence[Mapping[str, Any]]) -> dict[str, list[str | None]]:
    """Return what each said, in order, for the labels on which they differ; None: said nothing of it."""
    said = [flat(labels) for labels in answers]
    names = dict.fromkeys(name for one in said for name in one)
    columns = {name: [one.get(name) for one in said] for name in names}
    return {name: column for name, column in columns.items() if len(set(column) - {None}) > 1}


def dispute(answers: Sequence[Mapping[str, Any]]) -> float:
    """Return 0 (all agree) to 1: the mean over tasks, by the task's most divided label, of the share of
    people who are not of the majority, twice over (an even split of two is 1).
    """
    said = [flat(labels) for labels in answers]
    worst: dict[str, float] = {}
    for name in dict.fromkeys(name for one in said for name in one):
        given = [one[name] for one in said if name in one]
        share = Counter(given).most_common(1)[0][1] / len(given)
        task = name.split("/")[0]
        worst[task] = max(worst.get(task, 0.0), min(1.0, 2 * (1 - share)))
    return sum(worst.values()) / len(worst) if worst else 0.0
