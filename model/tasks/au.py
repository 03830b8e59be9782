"""The action unit task: which AUs a face shows, read from and written as English with FACS codes.

How texts are read is in `model.tasks.au_codes`; the reference's own parser, defects and all, is a
separate thing of the benchmark. Texts are written as FABA-Instruct has them: an opening, a numbered list,
a closing line.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from model.facs import ACTION_UNITS, FABA, LIST_ORDER
from model.tasks.au_codes import asserted, mentions
from model.tasks.base import LabelSlot

QUESTION = "What AUs are conveyed by this face?"
OPENING = "This face shows the following action units:"
NOTHING = f"{OPENING} none."

# One item of a numbered list, as far as its number; an answer may start with one.
_ITEM = re.compile(r"(?P<lead>(?:^|\n)[ \t]*[0-9]{1,2}[.)][ \t]*)AU(?P<number>[1-9][0-9]?)(?![0-9])")


class ActionUnits:
    """Which of some AUs a face shows, as a tuple in the order of `labels`; by default FABA-Instruct's 20."""

    name = "au"
    title = "Action units"
    question = QUESTION
    exclusive = False

    def __init__(self, labels: tuple[str, ...] = FABA):
        self.labels = labels

    def parse(self, text: str) -> tuple[str, ...]:
        """Return the AUs that the text says are there, in the order of `labels`, without those it denies."""
        said = asserted(text)
        return tuple(label for label in self.labels if label in said)

    def format(
        self, action_units: Iterable[str], seen: Mapping[str, str] | None = None, closing: str = ""
    ) -> str:
        """Return FABA-Instruct's form: an opening, `1. AU4 - Brow Lowerer: ...` a line, a closing line.

        seen: what is seen of an AU, where its description in `model.facs` will not do. The same AUs are
        read back, if `seen` and `closing` name none. Raises ValueError for an AU that is not a label.
        """
        present = set(action_units)
        if unknown := present.difference(self.labels):
            raise ValueError(f"{', '.join(sorted(unknown))}: no AUs here. Allowed: {', '.join(self.labels)}.")
        lines = [OPENING] if present else [NOTHING]
        for i, code in enumerate((code for code in LIST_ORDER if code in present), 1):
            unit = ACTION_UNITS[code]
            lines.append(f"{i}. {code} - {unit.name}: {(seen or {}).get(code, unit.description)}")
        return "\n".join([*lines, closing]) if closing else "\n".join(lines)

    def slots(self, text: str) -> list[LabelSlot]:
        """Return one slot before each AU that the answer names, in its own manner, and one after the last.

        Where it names none: one slot, after its opening's colon if it has one.
        """
        said = self.parse(text)
        items = _firsts(((m.start(), m["lead"], f"AU{m['number']}") for m in _ITEM.finditer(text)), said)
        if items:
            slots = [self._slot(text[:at], lead, code) for at, lead, code in items]
            at, lead, _ = items[-1]
            line_end = text.find("\n", at + 1)
            following = re.sub("[0-9]+", lambda number: str(int(number[0]) + 1), f"\n{lead.strip()} ")
            return [*slots, self._slot(text[:line_end] if line_end >= 0 else text, following, None)]
        named = [(at, end, code) for at, end, code in _firsts(mentions(text), said)]
        if named:
            slots = [self._slot(text[:at].rstrip(), " " if at else "", code) for at, _, code in named]
            return [*slots, self._slot(text[: named[-1][1]].rstrip(), ", ", None)]
        colon = text.partition("\n")[0].find(":")
        return [self._slot(text[: colon + 1] if colon >= 0 else OPENING, "\n1. ", None)]

    def _slot(self, prefix: str, lead: str, written: str | None) -> LabelSlot:
        return LabelSlot(prefix, {label: (f"{lead}{label}",) for label in self.labels}, written)


def _firsts(places: Iterable[tuple[int, Any, str]], said: Iterable[str]) -> list[tuple[int, Any, str]]:
    """The first place of each AU that is said."""
    found: dict[str, tuple[int, Any, str]] = {}
    for place in places:
        found.setdefault(place[2], place)
    return [place for code, place in found.items() if code in said]
