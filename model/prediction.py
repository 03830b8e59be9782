"""What the model says of a face, as plain values: names, probabilities 0..1, seconds, pixels."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from PIL import Image

from model.landmarks import Face


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the model says of one face.

    emotion: None where the answer names none, or was not asked for. Probabilities: label -> 0..1;
    emotion's sum to 1; empty where the task was not asked. rationales: task -> the whole answer.
    revisions: what answered (base, adapter_au, adapter_emotion, expert; None where there is none).
    timings: seconds, "total" among them; in a batch, a face's share.
    """

    face: Face
    emotion: str | None
    emotion_probabilities: dict[str, float]
    action_units: tuple[str, ...]
    au_probabilities: dict[str, float]
    rationales: dict[str, str]
    revisions: dict[str, str | None]
    timings: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Return the same as JSON's types; the facial prior, which is not for people, is left out."""
        return {
            "face": {
                "box": [round(float(edge), 2) for edge in self.face.box],
                "score": round(float(self.face.score), 4),
                "points": [[round(float(x), 2), round(float(y), 2)] for x, y in self.face.points],
            },
            "emotion": self.emotion,
            "emotion_probabilities": _rounded(self.emotion_probabilities),
            "action_units": list(self.action_units),
            "au_probabilities": _rounded(self.au_probabilities),
            "rationales": dict(self.rationales),
            "revisions": dict(self.revisions),
            "timings": _rounded(self.timings),
        }


@dataclass(frozen=True)
class PartialAnswer:
    """One task's answer as far as it has come: `text` from its beginning."""

    task: str
    text: str


@dataclass(frozen=True, eq=False)
class Look:
    """A face that was found, what the vision tower will see of it, and how many seconds finding it took."""

    face: Face
    crop: Image.Image
    seconds: float


class Reading:
    """What the model says of some looks, filled in task by task: texts, labels, probabilities, times."""

    def __init__(self, looks: Sequence[Look]):
        self.looks = looks
        self._texts: list[dict[str, str]] = [{} for _ in looks]
        self._labels: list[dict[str, Any]] = [{} for _ in looks]
        self._odds: list[dict[str, dict[str, float]]] = [{} for _ in looks]
        self._seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Count the time inside to a part."""
        start = perf_counter()
        yield
        self._seconds[part] = self._seconds.get(part, 0.0) + perf_counter() - start

    def add(self, i: int, task: str, text: str, labels: Any, odds: dict[str, float]) -> None:
        """Keep what a task's answer about the i-th face says."""
        self._texts[i][task], self._labels[i][task], self._odds[i][task] = text, labels, odds

    def predictions(self, revisions: dict[str, str | None]) -> list[Prediction]:
        """Return what was kept, a prediction a face."""
        shares = {part: seconds / len(self.looks) for part, seconds in self._seconds.items()}
        return [
            Prediction(
                face=look.face,
                emotion=labels.get("emotion"),
                emotion_probabilities=odds.get("emotion", {}),
                action_units=labels.get("au", ()),
                au_probabilities=odds.get("au", {}),
                rationales=texts,
                revisions=dict(revisions),
                timings={"face": look.seconds, **shares, "total": look.seconds + sum(shares.values())},
            )
            for look, texts, labels, odds in zip(
                self.looks, self._texts, self._labels, self._odds, strict=True
            )
        ]


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in values.items()}
