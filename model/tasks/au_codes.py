"""AUs in English: where a text names their codes, and whether it says that they are there.

Codes are read in the forms that people and models write: "AU12", "AU 12", "au06", "AU-6", "Action Unit
4", "AU1+2", "AUs 1, 2 and 4", "AU12C" (intensity and side are dropped), numbered lists, a bare label
string "1, 2, 25". Denials are read with their scope: "no AU4", "neither AU1 nor AU2", "AU4 is not
present, but AU12 is". Numbers without "AU" or "action unit" before them are no codes, and AUs named
without their code ("Brow Lowerer") are not read, because half of those names are also plain words.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from model.facs import ACTION_UNITS
from model.tasks.negation import REACH, denied_after, denied_before

_FULLWIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0xA0: 0x20}
# An AU's number, with side before it and intensity behind it; not the "1." of a list's next item.
_CODE = r"[LR]?0*([1-9][0-9]?)(?:[A-E](?![A-Z]))?(?!(?!AU)[A-Z0-9])"
_NUMBER = rf"(?![LR]?[0-9]{{1,2}}[.)]\s*AU){_CODE}"
_AU = r"(?:A\.?U\.?|action[\s_-]*unit)"
_BETWEEN = r"[ \t_:#.(-]{0,3}(?:(?:number|no\.)[ \t]*)?"
_PLURAL = r"(?<=s)(?:[ \t]+\w+){0,3}?[ \t]*(?::|\bare\b|\binclud(?:e|ing)\b)[ \t]*"
_FIRST = re.compile(
    # Straight after "AU" a number is a code, even before the next sentence's: "AU4 and AU7. AU12 is absent."
    rf"(?<![A-Z])(?:{_AU}[ \t_-]?(?=[0-9]+[.)]\s*AU){_CODE}"
    rf"|{_AU}(?:s|\(s\))?(?:{_BETWEEN}|{_PLURAL}){_NUMBER})",
    re.IGNORECASE,
)
_TIGHT = re.compile(rf"(?:\s*[+/&]\s*|[-–])(?:AUs?[\s_-]?)?{_NUMBER}", re.IGNORECASE)
# A number after a blank, a comma or "and" goes on where it counts nothing, unlike in "AU12 and 2 deep folds".
_LOOSE = re.compile(
    rf"(?:[ \t]*(?:,[ \t]*(?:(?:and|or|nor)\b|&)?|\b(?:and|or|nor)\b)[ \t]*|[ \t]+){_NUMBER}"
    r"(?=[ \t]*(?:[,;:+/&!?(\n0-9]|[.)](?!\s*AU)|$"
    r"|(?:and|or|nor|are|is|were|was|in|at|as|with|active|present|visible|absent)\b))",
    re.IGNORECASE,
)
_LABEL_STRING = re.compile(r"\s*[1-9][0-9]?(?:\s*[,;+/ ]\s*[1-9][0-9]?)*\s*\.?\s*")
_NAMES = "|".join(re.escape(unit.name) for unit in ACTION_UNITS.values())
_NAME = re.compile(rf"[ \t:,–—-]*[(\[]?(?:the )?\b(?:{_NAMES})\b[)\]]?(?:[ \t]*[,–—-](?=\s))?", re.IGNORECASE)
# What may stand between the members of one enumeration: "AU1 (Inner Brow Raiser), AU2 and also AU4".
_JOINT = re.compile(
    r"[ \t,/+&]*(?:\b(?:and|or|nor|as well as|also|any|an?|the|even|both)\b[ \t,/]*)*", re.IGNORECASE
)
_CLAUSE_END = re.compile(
    r"[.!?](?=\s|$)|[;\n,]|(?<!anything )(?<!nothing )\bbut\b(?! for)"
    r"|\b(?:however|although|though|instead(?! of)|rather(?! than)|yet|while|whereas|because|since|so|and)\b"
    r"|\bonly\b",
    re.IGNORECASE,
)
# What makes the last of several AUs the subject of its own sentence: a verb for one, or its being there.
_OWN_VERB = re.compile(
    r"[\s)]*(?:(?:is|was|does|has|isn['’]t|doesn['’]t|wasn['’]t|looks|seems|appears|remains|stands|shows|indicates"
    r"|suggests|acts|can|may|raises|lowers|lifts|pulls|draws|wrinkles|parts|drops|opens|closes|widens|stretches"
    r"|tightens|presses|moves|occurs|dominates|marks|explains|fires)\b"
    r"|(?:clearly |also )*(?:present|visible|seen|shown|active|evident)\b)",
    re.IGNORECASE,
)


class Mention(NamedTuple):
    """A number that a text names as an AU, known or not: text[start:end], with its name if it follows."""

    start: int
    end: int
    code: str


def mentions(text: str) -> Iterator[Mention]:
    """Yield every mention, denied or not, in reading order."""
    text = text.translate(_FULLWIDTH)
    position = 0
    while match := _FIRST.search(text, position):
        start = match.start()
        while match:
            named = _NAME.match(text, match.end())
            position = named.end() if named else match.end()
            yield Mention(start, position, f"AU{match[match.lastindex]}")
            start = position
            match = _TIGHT.match(text, position) or _LOOSE.match(text, position)


def asserted(text: str) -> set[str]:
    """Return the codes that the text says are there. Where it names one twice, the last mention counts."""
    if _LABEL_STRING.fullmatch(text):
        return {f"AU{number}" for number in re.findall("[0-9]+", text)}
    return {code for code, is_there in dict(_verdicts(text)).items() if is_there}


def _enumerations(text: str) -> Iterator[list[Mention]]:
    """Yield the mentions in groups that share a denial: "neither AU1 nor AU2"."""
    group: list[Mention] = []
    for mention in mentions(text):
        apart = group and mention.start != group[-1].end
        if apart and not _JOINT.fullmatch(text, group[-1].end, mention.start):
            yield group
            group = []
        group.append(mention)
    if group:
        yield group


def _last_stands_alone(text: str, group: list[Mention]) -> bool:
    """Return whether a clause ends before the last member: "without AU12, AU6 is present"."""
    if len(group) < 2:
        return False
    joint = text[group[-2].end : group[-1].start + 1]
    enumerated = "," not in joint or re.search(r"\b(?:and|or|nor)\b", joint)
    return not enumerated and bool(_OWN_VERB.match(text, group[-1].end))


def _verdicts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield (code, whether the text says it is there) of each mention, in reading order."""
    ends = [0] + [match.end() for match in _CLAUSE_END.finditer(text)]
    for group in _enumerations(text):
        start, end = group[0].start, group[-1].end
        before = denied_before(text[ends[bisect_right(ends, start) - 1] : start], text[end : end + REACH])
        after = denied_after(text, end)
        alone = _last_stands_alone(text, group)
        for mention in group[:-1]:
            yield mention.code, not (before or (after and not alone))
        yield group[-1].code, not (after or (before and not alone))
