"""The emotion task: which of seven emotions a face shows, read from and written as English.

Reading is robust to word forms ("happy", "joyful") and denials ("no sign of anger but clear sadness"),
and says None where the text names no emotion. Where it names several, the first that is not denied
counts: FABA-Instruct's answers give their verdict first and compare afterwards. The reference's own
parser, defects and all, is a separate thing of the benchmark. Not covered: irony, other languages, and
emotions outside this set (contempt, pride).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from model.tasks.base import LabelSlot
from model.tasks.emotion_words import SLOT_WORDS, WORDS
from model.tasks.negation import REACH, denied_after, denied_before

QUESTION = "What emotions are conveyed by this face?"
OPENING = "The emotion shown by this face is"
"""What would lead to an emotion's word. Without an article, which by grammar would favour some."""
SILENT = "The face cannot be read."

_LABEL_OF = {word: label for label, words in WORDS.items() for word in words.split()}
_WORD = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted(_LABEL_OF, key=len, reverse=True))})(?!\w)", re.IGNORECASE
)
# Uses of those words that say nothing about this face's emotion.
_OTHER_USE = re.compile(
    r"\b(?:neutral|calm)[\s-]+(?:background|backdrop|lighting|light|colou?rs?|tones?|wall|setting|position|grey|gray|head"
    r"|pose|brows?|eyebrows?|eyes|eyelids?|gaze|mouth|lips?|cheeks?|nose|jaw|chin|forehead|corners)\b"
    r"|\bi(?:['’]|\s+a)m afraid\b|\bshock of (?:hair|red|white)\b|\bmad scientist\b"
    r"|\b(?:fear|panic|anger)[\s-](?:inducing|provoking|free)\b"
    r"|\bhappily for\b|(?:^|[.!?]\s+)(?:happily|sadly),|\bhappy (?:birthday|new year|ending)\b"
    r"|\b(?:amusement|horror|anger)[\s-](?:parks?|arcades?|movies?|films?|management)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"[.!?;:\n]|\bno,|(?<!anything )(?<!nothing )\bbut\b"
    r"|\b(?:however|although|though|instead(?! of)|rather(?! than)|yet|while|whereas|because|since|so)\b"
    r"|,\s*(?:and\s+)?(?:it|he|she|they|this|that|there|the|which|who|clear(?:ly)?|only|mostly|just|i|we)\b"
    r"|,\s*(?:lots|plenty|pure|simply)\b|\s[-–—]+\s"
    r"|,\s*leaving\b|,(?=\s*\w+\s+(?:is|are|was|were|seems?|looks?)\b)|\band (?:an?|clear(?:ly)?|strong)\b"
    r"|\b(?:unlike|rather than|instead of|opposed to)\s+\w+"
    r"(?:,|(?=\s+(?:i|we|you|he|she|it|they|the|this|there)\b))",
    re.IGNORECASE,
)
# The rest of "fear, anger and disgust", where a verb for several follows: they are denied together.
_AND_MORE = re.compile(
    rf"(?:\s*,\s*{_WORD.pattern}){{0,5}}\s*,?\s*\b(?:and|or)\s+{_WORD.pattern}"
    r"(?=\s+(?:are|were|both|all|do|have|can|could|cannot|seem|remain|absent|missing)\b)",
    re.IGNORECASE,
)
# "No clear emotion is shown" is a way to say neutral; "no emotion of anger" is not.
_NO_EMOTION = re.compile(
    r"(?:\b(?:no|without|lacks?|lack of)|(?:\bnot|n['’]t) (?:show|display|convey|express)(?:ing)?)\s+"
    r"(?:(?:any|an?|clear|strong|particular|specific|visible|discernible|obvious|apparent|real|facial|distinct)\s+)*"
    r"(?:emotions?|expressions?)\b(?!\s+(?:of|other|but|except))",
    re.IGNORECASE,
)


def _assertions(text: str) -> Iterator[tuple[int, str]]:
    """Yield (position, label) of each emotion that the text names and does not deny, in reading order."""
    other = [match.span() for match in _OTHER_USE.finditer(text)]
    ends = [0] + [match.end() for match in _CLAUSE_END.finditer(text)]
    nothing_shown = {match.start(): "neutral" for match in _NO_EMOTION.finditer(text)}
    found = dict(nothing_shown)
    for match in _WORD.finditer(text):
        start = match.start()
        if any(first <= start < last for first, last in other):
            continue
        clause = text[max(ends[bisect_right(ends, start) - 1], start - REACH) : start]
        more = _AND_MORE.match(text, match.end())
        end = match.end()
        if denied_before(clause, text[end : end + REACH]):
            continue
        if not denied_after(text, more.end() if more else end):
            found[start] = _LABEL_OF[match[0].lower()]
    yield from sorted(found.items())


class Emotion:
    """Which emotion a face shows: one of seven, or None where a text says none."""

    name = "emotion"
    title = "Emotion"
    question = QUESTION
    exclusive = True
    labels = ("happiness", "sadness", "surprise", "anger", "neutral", "disgust", "fear")

    def parse(self, text: str) -> str | None:
        """Return the first emotion that the text names and does not deny, None where there is none."""
        return next((label for _, label in _assertions(text)), None)

    def format(self, emotion: str | None, rationale: str = "") -> str:
        """Return an answer whose first sentence names the emotion, then the rationale; None names none.

        The same emotion is read back, whatever the rationale says; for None, if the rationale names none
        either. Raises ValueError for an emotion that is not a label.
        """
        if emotion is not None and emotion not in self.labels:
            raise ValueError(
                f"{emotion!r} is not an emotion here. Allowed: {', '.join(self.labels)}, or None."
            )
        verdict = SILENT if emotion is None else f"{OPENING} {emotion}."
        return f"{verdict} {rationale.strip()}".rstrip()

    def slots(self, text: str) -> list[LabelSlot]:
        """Return one slot: where the answer's verdict stands, or after `OPENING` where it names none."""
        for position, label in _assertions(text):
            prefix = text[:position].rstrip()
            if not prefix:
                return [LabelSlot("", {name: _capital(words) for name, words in SLOT_WORDS.items()}, label)]
            # "a happy", but "an angry": the article already tells, so it belongs to the word.
            bare = re.sub(r"\s+an?$", "", prefix, flags=re.IGNORECASE)
            return [
                LabelSlot(
                    bare, {name: _spaced(words, bare != prefix) for name, words in SLOT_WORDS.items()}, label
                )
            ]
        return [LabelSlot(OPENING, {name: _spaced(words, False) for name, words in SLOT_WORDS.items()}, None)]


def _capital(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.capitalize() for word in words)


def _spaced(words: tuple[str, ...], articles: bool) -> tuple[str, ...]:
    plain = tuple(f" {word}" for word in words)
    if not articles:
        return plain
    return plain + tuple(f" {'an' if word[0] in 'aeiou' else 'a'} {word}" for word in words)
