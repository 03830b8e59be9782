"""One entry of FABA-Instruct's JSON: what it says of a face, as labels and text.

Training entries hold question and answer (`conversations`), evaluation entries `label` and `gpt4`, the
reference text. A training answer is prose: its action units are read from its numbered list, and its emotion
is given by no field, so none is made up; `read` (a task's own parser) may tell both. AUs in a text that are
none of FABA-Instruct's 20 columns stay in the text and are no labels.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from db.datasets.base import Readers
from db.datasets.labels import EMOTIONS, FABA, au, present_among

TASKS = ("emotion", "au")
QUESTIONS = {
    "emotion": "What is the emotion of this face?\n<image>",
    "au": "In this face, what are the discernible action units?\n<image>",
}
"""One of each task's questions in the training files, which ask in many wordings."""

_LISTED = re.compile(r"^[ \t]*(?:\d+[.)]|[-*•])[ \t*_]*AU[ \t]?0*(\d{1,2})\b", re.MULTILINE)
# PostgreSQL keeps no NUL, and no database half of a surrogate pair.
_UNKEPT = re.compile("[\0\ud800-\udfff]")


class Said(NamedTuple):
    """What an entry says: labels and text, each None where it says none, or what is wrong with it."""

    label: Any
    text: str | None
    problem: str | None = None


def said(entry: Any, task: str, read: Readers | None = None) -> Said:
    """Return what an entry of a task's file says."""
    if not isinstance(entry, dict):
        return Said(None, None, f"it is a {type(entry).__name__}, not an object")
    if not isinstance(entry.get("image"), str) or not isinstance(entry.get("landmark", ""), str):
        return Said(None, None, "its image, or its landmark, is no text")
    if "conversations" in entry:
        text = answer(entry)
        if text is None:
            return Said(None, None, "its conversations have no answer (from gpt, with a value)")
        label = None if _unkept(text) else _read(text, task, read)
    elif "label" in entry:
        text = entry.get("gpt4")
        if not isinstance(text, str):
            return Said(None, None, "it has no gpt4 as text")
        label, problem = evaluation_label(entry["label"], task)
        if problem:
            return Said(None, None, problem)
    else:
        return Said(None, None, "it has neither conversations (training) nor label and gpt4 (evaluation)")
    if _unkept(text) or _unkept(entry["image"]):
        return Said(None, None, "its text has a character that no database keeps (NUL or half a surrogate)")
    return Said(label, text)


def answer(entry: Mapping[str, Any]) -> str | None:
    """Return a training entry's answer: the last turn from gpt."""
    turn = answer_turn(entry)
    return turn["value"] if turn else None


def answer_turn(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the turn of the conversation that holds the answer."""
    turns = entry.get("conversations")
    for turn in reversed(turns) if isinstance(turns, list) else ():
        if isinstance(turn, dict) and turn.get("from") == "gpt" and isinstance(turn.get("value"), str):
            return turn
    return None


def evaluation_label(label: Any, task: str) -> tuple[Any, str | None]:
    """Return an evaluation entry's label, or what is wrong with it.

    AUs: numbers in a string, "1, 2, 25", "" for none. Emotions: a name in any case, or a place in EMOTIONS.
    """
    if task == "emotion":
        if isinstance(label, str) and label.strip().lower() in EMOTIONS:
            return label.strip().lower(), None
        number = int(label) if isinstance(label, str) and label.strip().isdecimal() else label
        if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < len(EMOTIONS):
            return EMOTIONS[number], None
        return None, f"emotion {label!r} is none of {', '.join(EMOTIONS)}, nor a place of them, 0 to 6"
    if not isinstance(label, str):
        return None, f'AUs {label!r} are no text such as "1, 2, 25"'
    numbers = [part.strip() for part in label.split(",") if part.strip()]
    for number in numbers:
        if not number.isdecimal() or int(number) not in FABA:
            return None, f"AU {number!r} is none of FABA-Instruct's columns ({', '.join(map(str, FABA))})"
    return present_among((au(int(number)) for number in numbers), FABA), None


def _read(text: str, task: str, read: Readers | None) -> Any:
    """Return the label that a training answer says, None where it says none."""
    if read and task in read:
        found = read[task](text)
        return present_among(found, FABA) if task == "au" and found is not None else found
    if task != "au":
        return None
    listed = [au(int(number)) for number in _LISTED.findall(text)]
    return present_among(listed, FABA) if listed else None


def _unkept(text: str) -> bool:
    return _UNKEPT.search(text) is not None
