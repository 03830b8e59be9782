"""Whether a rationale says what the labels say, what differs from the model's text, and a hint from EMFACS.

Texts are read as the model's own answers are (`model.tasks`). Nothing here changes anything: what is found is
shown before saving, and the annotator decides.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy.orm import Session

from db.given import Given, given
from db.models import Prediction
from model.facs import ACTION_UNITS, PROTOTYPES
from model.tasks import TASKS
from studio.annotate.arguments import BadArgument, told, whole
from studio.annotate.labels import CANT_TELL, present, texts
from studio.annotate.shapes import shown_prediction
from studio.annotate.view import seen_prediction
from studio.people.person import Person
from studio.workplace import Workplace

_PIECES = re.compile(r"\s+|\S+")


def check_rationale(
    work: Workplace,
    person: Person,
    assignment_id: int,
    labels: dict,
    rationales: dict | None = None,
    prediction_id: int | None = None,
) -> dict:
    """How text and labels agree, before saving: {"tasks", "hint", "differences", "lines"}.

    labels may be incomplete. prediction_id: the model's answer to compare with, where it is in sight.
    """
    if not isinstance(labels, Mapping):
        raise BadArgument(f"labels is {told(labels)}. Give an object, as save_annotation takes it.")
    with work.database.reads.begin() as session:
        found = given(session, whole("assignment_id", assignment_id), person.id)
        model_said = _model_said(session, found, prediction_id)
    said = texts(rationales, found.tasks) or {}
    emotion, units = labels.get("emotion"), present(labels)
    if emotion not in (*TASKS["emotion"].labels, CANT_TELL):
        emotion = None
    checks = {
        "au": _check_units(said.get("au", ""), units),
        "emotion": _check_emotion(said.get("emotion", ""), emotion),
    }
    return {
        "tasks": {task: checks[task] for task in found.tasks},
        "hint": hint(emotion, units) if "emotion" in found.tasks and "au" in found.tasks else None,
        "differences": {task: differences(text, said.get(task, "")) for task, text in model_said.items()},
        "lines": {code: line(code) for code in TASKS["au"].labels} if "au" in found.tasks else {},
    }


def line(code: str) -> str:
    """Return the sentence that is offered for an AU, as FABA-Instruct writes it, without a number."""
    unit = ACTION_UNITS[code]
    return f"{code} - {unit.name}: {unit.description}"


def hint(emotion: str | None, units: Sequence[str]) -> str | None:
    """Return where emotion and AUs look at odds by EMFACS; None where they don't, or nothing can be said."""
    if emotion in (None, CANT_TELL):
        return None
    expected = PROTOTYPES.get(emotion, ())
    if expected and not set(expected) & set(units):
        named = _listed(expected)
        return f"{emotion.capitalize()} tends to come with {named}; none of them is coded. A hint only."
    whole_of = [name for name, prototype in PROTOTYPES.items() if set(prototype) <= set(units)]
    if whole_of and emotion not in whole_of and not (expected and set(expected) <= set(units)):
        name = max(whole_of, key=lambda other: len(PROTOTYPES[other]))
        return f"{_listed(PROTOTYPES[name])} tend to come with {name}, not with {emotion}. A hint only."
    return None


def differences(before: str, after: str) -> list[list[str]]:
    """Return [["same" | "added" | "removed", text], ...]: what became of the model's text, word by word."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    found: list[list[str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            found.append(["same", "".join(old[a:b])])
            continue
        if a < b:
            found.append(["removed", "".join(old[a:b])])
        if c < d:
            found.append(["added", "".join(new[c:d])])
    return found


def _model_said(session: Session, found: Given, prediction_id: int | None) -> dict[str, str]:
    """Return the model's text by task, as far as it is in sight; empty where there is nothing to compare."""
    if prediction_id is None:
        return {}
    seen = seen_prediction(session, found, whole("prediction_id", prediction_id))
    row = session.get(Prediction, seen) if seen else None
    return shown_prediction(row, found.tasks)["rationales"] if row else {}


def _check_units(text: str, units: Sequence[str]) -> dict[str, list[str]]:
    """Return which AUs the text names, lacks and has too many of; an empty text is no mismatch."""
    said = TASKS["au"].parse(text)
    return {
        "said": list(said),
        "missing": [code for code in units if code not in said] if text else [],
        "extra": [code for code in said if code not in units],
    }


def _check_emotion(text: str, emotion: str | None) -> dict[str, Any]:
    """Return which emotion the text names; a text that names none agrees with any."""
    said = TASKS["emotion"].parse(text)
    return {"said": said, "agrees": said is None or said == emotion}


def _listed(units: Sequence[str]) -> str:
    return f"{', '.join(units[:-1])} and {units[-1]}"
