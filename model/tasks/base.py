"""What a task is: a question, its labels, and the way between labels and an answer's text.

Labels are names ("happiness", "AU12"), never indices. Texts are what a language model answers: free
English.
"""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class LabelSlot:
    """A place in an answer where the text could name a label.

    `prefix`: the answer up to there. `continuations`: label -> the texts that would name it there, all of
    them put directly after `prefix`. `written`: the label that the answer itself names there, None where it
    goes on without one.
    """

    prefix: str
    continuations: dict[str, tuple[str, ...]]
    written: str | None


class Task(Protocol):
    """One question about a face.

    `question` is the evaluation's wording; training may ask in others. `exclusive`: a face has one of the
    labels, and their probabilities sum to 1; otherwise it has any of them, each with a probability of its
    own.
    """

    name: str
    title: str
    question: str
    labels: tuple[str, ...]
    exclusive: bool

    def parse(self, text: str) -> Any:
        """Return what the text says: one label or None (emotion), a tuple of labels (action units)."""

    def format(self, labels: Any) -> str:
        """Return an answer that says these labels; `parse` reads the same labels back."""

    def slots(self, text: str) -> list[LabelSlot]:
        """Return the places of an answer where labels are, or could be, named; at least one."""
