"""Where in an answer a label is decided: the characters that name it, or with which a list ends.

A plain token of a rationale has many good wordings; a token here has one. `batches` lets such tokens weigh
more, and leaves out those that would assert something about an action unit that nobody could see.
"""

from collections.abc import Iterable
from typing import NamedTuple

from model.conversation import END
from model.facs import LIST_ORDER
from model.tasks import TASKS


class Decision(NamedTuple):
    """Characters `start` to `end` of an answer (and of the end mark behind it) that decide on `label`; None
    where a list ends.
    """

    start: int
    end: int
    label: str | None


def decisions(task: str, answer: str) -> list[Decision]:
    """Return the decisions of a task's answer in reading order, those on the end of a list included."""
    found = []
    for slot in TASKS[task].slots(answer):
        start = len(slot.prefix)
        if not answer.startswith(slot.prefix):
            continue  # the slot is where the answer would have named a label, and it doesn't
        if slot.written is None:
            found.append(_ending(answer, start))
            continue
        for words in slot.continuations[slot.written]:
            if answer.lower().startswith(words.lower(), start):
                # Of "\n2. AU4" only the code decides between labels; the rest says that the list goes on.
                code = start + words.find(slot.written) if slot.written in words else start
                found += [Decision(start, code, None)] * (code > start + 1)
                found.append(Decision(code, start + len(words), slot.written))
                break
    return found


def undecided_spans(answer: str, unseen: Iterable[str]) -> tuple[tuple[int, int], ...] | None:
    """Return the spans in which an AU answer decides against the AUs in `unseen`, of which nobody said
    whether they are there.

    An AU that is not listed is denied at one place: where a list down the face (`LIST_ORDER`) goes on
    without it. None where the answer's list is in another order, so that there is no such place.
    """
    places = {code: number for number, code in enumerate(LIST_ORDER)}
    found = decisions("au", answer)
    named = [one for one in found if one.label is not None]
    order = [places.get(one.label, -1) for one in named]
    if order != sorted(order) or not found:
        return None
    spans = set()
    for code in unseen:
        later = (one for one in named if places[one.label] > places[code])
        one = next(later, found[-1])
        if one.label is None and found[-1].label is not None:
            return None
        spans.add((one.start, one.end))
    return tuple(sorted(spans))


def _ending(answer: str, start: int) -> Decision:
    """The decision to end a list: the first word of what follows, or the end mark."""
    if not answer[start:].strip():
        return Decision(len(answer), len(answer) + len(END), None)
    word = start + len(answer[start:]) - len(answer[start:].lstrip())
    end = next((at for at in range(word, len(answer)) if answer[at].isspace()), len(answer))
    return Decision(start, end, None)
