"""AU-only mode's last guard: sentences that name an emotion are left out of a text about action units.

The emotion question is never put in that mode; but a model trained on people's wording may add
"suggesting happiness" to an action unit. A sentence goes as a whole, except that a numbered line keeps
its code and name. Words for the face at rest ("neutral", "calm") go only where they are a verdict. Not
covered: emotions outside the seven, other languages.
"""

import re

from model.tasks import TASKS
from model.tasks.emotion_words import WORDS

_VERDICTS = {word for label, words in WORDS.items() if label != "neutral" for word in words.split()}
_WORD = re.compile(r"[\w-]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_NUMBERED = re.compile(r"^(?P<head>\s*\d+[.)]\s+AU\d+[^:.]*)(?P<rest>.*)$", re.DOTALL)


def names_emotion(text: str) -> bool:
    """Whether a text names one of the seven emotions, even to deny it."""
    return any(word.lower() in _VERDICTS for word in _WORD.findall(text)) or bool(
        TASKS["emotion"].parse(text)
    )


def without_emotion(text: str, *, finished: bool = True) -> str:
    """The text without its sentences about emotion; while it is being written, without the sentence in
    progress too.
    """
    lines = text.splitlines()
    kept = [_line(line, finished or number < len(lines) - 1) for number, line in enumerate(lines)]
    return "\n".join(line for line in kept if line)


def _line(line: str, finished: bool) -> str:
    numbered = _NUMBERED.match(line)
    head, rest = (numbered["head"], numbered["rest"]) if numbered else ("", line)
    sentences = _SENTENCE.split(rest)
    if not finished and not rest.rstrip().endswith((".", "!", "?")):
        sentences = sentences[:-1]
    said = " ".join(sentence for sentence in sentences if not names_emotion(sentence))
    return ("" if names_emotion(head) else head) + said
