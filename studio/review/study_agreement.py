"""Agreement in a study: each label's, the whole set's, the intensities', from the answers to the same faces.

"Not visible" is no answer here: whoever could not see an action unit has said neither that it is there nor
that it is not. Intensities are scored 0 (absent), 1 (A) to 5 (E).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from db.disputes import flat
from model.tasks import TASKS
from studio.annotate.labels import CANT_TELL, INTENSITIES
from studio.review.agreement import Answers, agreed, cohen, fleiss, skew
from studio.review.alpha import alpha
from studio.review.icc import icc

PAIRS = 10
"""Pairs of annotators that are told of: those with the most faces in common."""
SEEN = ("present", "absent")
SCORES = {"absent": 0, **{letter: score for score, letter in enumerate(INTENSITIES, 1)}}


def agreement(answers: Sequence[Any], tasks: Sequence[str], names: dict[int, str]) -> dict[str, Any]:
    """Return {"faces", "pairs", "labels", "sets", "intensity"}: agreement on each label and on all of them.

    answers: (face id, annotator id, labels) of faces that two or more labelled; names: of annotators.
    """
    said, scores = _said(answers)
    pairs = _pairs(answers)
    units = [name for name in TASKS["au"].labels if f"au/{name}" in said] if "au" in tasks else []
    keys = ["emotion"] if "emotion" in tasks and "emotion" in said else []
    keys += [f"au/{unit}" for unit in units]
    faces = sorted({face for face, *_ in answers})
    emotions = {value for one in said["emotion"].values() for value in one.values()}
    known = [*TASKS["emotion"].labels, CANT_TELL]
    return {
        "faces": len(faces),
        "pairs": [{"people": [names.get(a, "?"), names.get(b, "?")], "faces": n} for (a, b), n in pairs],
        "labels": [_label(key, list(said[key].values()), [pair for pair, _ in pairs]) for key in keys],
        "sets": {
            "emotion": alpha(
                [[one] for one in said["emotion"].values()], known + sorted(emotions - {*known})
            ),
            "au": alpha([_units_of(face, [said[f"au/{unit}"] for unit in units]) for face in faces], SEEN),
            "intensity": alpha(
                [_units_of(face, scores.values()) for face in faces], range(len(SCORES)), "ordinal"
            ),
        },
        "intensity": [_intensity(unit, scores[unit]) for unit in units if unit in scores],
    }


def _said(answers: Sequence[Any]):
    """Return {label: {face: {annotator: value}}}, and the same for the intensities of action units."""
    said: dict[str, dict[int, dict[int, str]]] = defaultdict(lambda: defaultdict(dict))
    scores: dict[str, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for face, who, labels in answers:
        for name, value in flat(labels).items():
            if value != "not_visible":
                said[name][face][who] = value
        for unit, state in (labels.get("au") or {}).items():
            code = state.get("intensity") if state["state"] == "present" else state["state"]
            if code in SCORES:
                scores[unit][face][who] = SCORES[code]
    return said, scores


def _units_of(face: int, labels: Iterable[Mapping[int, Answers]]) -> list[Answers]:
    return [by_face[face] for by_face in labels if face in by_face]


def _label(key: str, faces: list[Answers], pairs: list[tuple[int, int]]) -> dict[str, Any]:
    name = key.removeprefix("au/")
    shared = [answers for answers in faces if len(answers) > 1]
    given = [value for answers in shared for value in answers.values()]
    shown = None if key == "emotion" or not given else given.count("present") / len(given)
    return {
        "name": name,
        "prevalence": shown,
        "agreed": agreed(faces),
        "fleiss": fleiss(faces),
        "skew": skew(shown, name),
        "cohen": [cohen([(one[a], one[b]) for one in faces if a in one and b in one]) for a, b in pairs],
    }


def _intensity(unit: str, faces: dict[int, dict[int, int]]) -> dict[str, Any]:
    """Return the ICCs of the people who scored the most faces together."""
    groups: dict[tuple[int, ...], list[list[int]]] = defaultdict(list)
    for answers in faces.values():
        if len(answers) > 1:
            people = tuple(sorted(answers))
            groups[people].append([answers[who] for who in people])
    people = max(groups, key=lambda who: len(groups[who]), default=())
    one, mean = icc(groups.get(people, []))
    return {"name": unit, "annotators": len(people), "one": one, "mean": mean}


def _pairs(answers: Sequence[Any]) -> list[tuple[tuple[int, int], int]]:
    """Return the pairs of annotators with the most faces in common, and how many these are."""
    people: dict[int, list[int]] = defaultdict(list)
    for face, who, _ in answers:
        people[face].append(who)
    number: dict[tuple[int, int], int] = defaultdict(int)
    for who in people.values():
        for pair in combinations(sorted(set(who)), 2):
            number[pair] += 1
    return sorted(number.items(), key=lambda item: (-item[1], item[0]))[:PAIRS]
