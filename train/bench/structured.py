"""Answers that carry labels beside, or instead of, a text: mappings, and texts that are JSON objects.

    {"emotion": "fear", "text": "The eyes are wide ..."}      {"action_units": ["AU6", 12]}

So our own predictions and many other models answer. A text that is no JSON object has no labels of its
own and is read as English.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

Answer = str | Mapping[str, Any]

_LABEL_KEYS = {
    "emotion": ("emotion", "emotions", "emotion_label", "expression"),
    "au": ("action_units", "action units", "aus", "au", "au_labels"),
}
TEXT_KEYS = ("text", "answer", "prediction", "pred", "output", "outputs", "response", "rationale")
"""Under which names an answer's text is looked for."""
_OBJECT = re.compile(r"\s*(?:```(?:json)?\s*)?(\{.*\})\s*(?:```)?\s*", re.DOTALL)


class Absent:
    """There are no labels; None, in contrast, is a model's own word that there is no label."""


def labels_of(answer: Answer, task: str) -> Any:
    """Return a structured answer's labels for the task as they stand, Absent() where it has none."""
    for mapping in (answer, _parsed(text_of(answer))):
        if isinstance(mapping, Mapping):
            named = {str(key).strip().lower(): value for key, value in mapping.items()}
            for key in _LABEL_KEYS[task]:
                if key in named:
                    value = named[key]
                    # One emotion is often given as a list of one.
                    lone = task == "emotion" and isinstance(value, list)
                    return (value[0] if value else None) if lone else value
    return Absent()


def flat(labels: Any) -> list[str]:
    """Return a structured answer's labels as texts: of a list, of {label: whether it is there}, of one.

    A number says that a label is there from 0.5 on.
    """
    if labels is None:
        return []
    if isinstance(labels, Mapping):
        return [str(name) for name, there in labels.items() if _is_there(there)]
    return [str(each) for each in labels] if isinstance(labels, list | tuple | set) else [str(labels)]


def _is_there(value: Any) -> bool:
    if isinstance(value, str):
        value = value.strip().lower()
        return value not in ("", "0", "no", "none", "false", "absent", "not present")
    return value >= 0.5 if isinstance(value, int | float) else bool(value)


def text_of(answer: Answer) -> str:
    """Return an answer's text, "" where it has none."""
    if isinstance(answer, str):
        return answer
    return next((answer[key] for key in TEXT_KEYS if isinstance(answer.get(key), str)), "")


def _parsed(text: str) -> Any:
    match = _OBJECT.fullmatch(text)
    if match is None:
        return None
    try:
        return json.loads(match[1])
    except (ValueError, RecursionError):
        return None
