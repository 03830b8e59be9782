"""Rows to token ids: what a face's answers look like to the model, each answer as if it were asked alone.

All rows of one face make one lesson: the prompt's beginning and the picture once (segment 0), then a segment
for each question with its answer. A segment sees segment 0 and itself, and its positions go on from segment
0's end. Only answers are learned, the end mark included.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.conversation import END, evaluation_prompt, training_prompt
from model.tokens import IGNORED
from train.corpus.decisions import decisions
from train.corpus.rows import Row
from train.errors import DatasetError


@dataclass(frozen=True)
class Lesson:
    """One face's answers as lists of the same length: ids, positions, segments, the id to say next (-100
    where nothing is learned) and its weight (0 there). `row`: one of its rows, for the picture. `replayed`:
    it is known to be right, and never distrusted.
    """

    row: Row
    ids: list[int]
    positions: list[int]
    segments: list[int]
    targets: list[int]
    weights: list[float]
    replayed: bool = False

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def weight(self) -> float:
        """What all learned tokens weigh together."""
        return sum(self.weights)


class LessonMaker:
    """Makes lessons with a model's processor, in one of the two templates."""

    def __init__(self, processor, *, template: str, label_weight: float, max_length: int):
        self._processor, self._template = processor, template
        self._label_weight, self._max_length = label_weight, max_length
        self._image = processor.image_token_id

    def lessons(self, rows: Iterable[Row], *, replayed: bool = False) -> list[Lesson]:
        """Return a lesson a picture, in the order in which pictures first come."""
        by_picture: dict[tuple, list[Row]] = {}
        for row in rows:
            by_picture.setdefault((row.picture, row.box), []).append(row)
        return [self._lesson(of_one, replayed) for of_one in by_picture.values()]

    def _lesson(self, rows: Sequence[Row], replayed: bool) -> Lesson:
        ids: list[int] = []
        positions: list[int] = []
        segments: list[int] = []
        targets: list[int] = []
        weights: list[float] = []
        for number, row in enumerate(rows, 1):
            head, tail, next_ids, next_weights = self._encode(row)
            if number == 1:
                ids, start = list(head), len(head)
                positions, segments = list(range(start)), [0] * start
                targets, weights = [IGNORED] * start, [0.0] * start
            ids += tail
            positions += range(start, start + len(tail))
            segments += [number] * len(tail)
            targets += next_ids
            weights += next_weights
            if start + len(tail) > self._max_length:
                raise DatasetError(
                    f"A row on the picture {row.picture[:12]} has {start + len(tail)} tokens; allowed are "
                    f"{self._max_length}. Shorten its rationale, or give a larger --max-length."
                )
        return Lesson(rows[0], ids, positions, segments, targets, weights, replayed)

    def _encode(self, row: Row) -> tuple[list[int], list[int], list[int], list[float]]:
        """(ids up to the picture, ids behind it, the id to say next at each of those, its weight)."""
        if self._template == "training":
            text, [(answer_start, _)] = training_prompt(row.conversation())
        else:
            prompt = evaluation_prompt(row.question)
            text, answer_start = f"{prompt} {row.answer}{END}", len(prompt)
        ids = self._processor.encode(text)
        cut = ids.index(self._image) + 1
        weights = [0.0] * len(ids)
        first = self._place(ids, text[:answer_start])
        weights[first:] = [1.0] * (len(ids) - first)
        offset = text.index(row.answer, answer_start)
        if self._label_weight != 1.0:
            for one in decisions(row.task, row.answer):
                self._mark(weights, ids, text, offset + one.start, offset + one.end, self._label_weight)
        for start, end in row.unlearned:
            self._mark(weights, ids, text, offset + start, offset + end, 0.0)
        # The token at a place is said by the one before it.
        tail_weights = [*weights[cut + 1 :], 0.0]
        tail_targets = [
            token if weight else IGNORED
            for token, weight in zip([*ids[cut + 1 :], IGNORED], tail_weights, strict=True)
        ]
        expanded = ids[: cut - 1] + [self._image] * self._processor.image_tokens
        return expanded, ids[cut:], tail_targets, tail_weights

    def _mark(self, weights: list[float], ids: list[int], text: str, start: int, end: int, value: float):
        """Give the tokens that the characters from start to end touch a weight, at least one."""
        first = self._place(ids, text[:start])
        last = max(self._place(ids, text[:end]), first + 1)
        weights[first:last] = [value] * (min(last, len(weights)) - first)

    def _place(self, ids: list[int], before: str) -> int:
        """How many of the ids a beginning of the text decides on its own."""
        other = self._processor.encode(before)
        pairs = enumerate(zip(ids, other, strict=False))
        return next((at for at, (a, b) in pairs if a != b), min(len(ids), len(other)))
