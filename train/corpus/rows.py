"""What is learned from: one question about one face, with the answer.

A row's picture is the SHA-256 of a face's bytes in the store, or "drawn:train:17", a face that the mini's own
renderer draws again whenever it is asked for (`train.corpus.pictures`). Plain values: no torch, no database.
"""

from dataclasses import dataclass

from model.conversation import IMAGE

Span = tuple[int, int]


@dataclass(frozen=True)
class Row:
    """A task's question about a picture and the answer to learn.

    written: "rationale", where the answer is a person's text that agrees with the labels; "labels", where it
    was made from the labels alone. unlearned: spans of characters of `answer` and the end mark behind it that
    teach nothing, since they would assert what nobody said. box: the face in its picture, in px (left, top,
    right, bottom); None: the largest.
    """

    picture: str
    task: str
    question: str
    answer: str
    written: str
    unlearned: tuple[Span, ...] = ()
    box: tuple[float, float, float, float] | None = None

    def conversation(self) -> list[dict[str, str]]:
        """Return the row as FABA-Instruct has it: a person's turn with `<image>`, then the model's."""
        return [
            {"from": "human", "value": f"{self.question}\n{IMAGE}"},
            {"from": "gpt", "value": self.answer},
        ]
