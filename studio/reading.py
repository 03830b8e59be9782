"""Between the page and the predictor: faces found in a picture, and answers as they grow, for page and
API alike.

Texts are the model's; in AU-only mode the emotion question is not put, and what names an emotion is left
out.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from model.errors import EmolaError
from model.landmarks import Face, LandmarkExpert
from model.prediction import PartialAnswer, Prediction
from studio import metrics
from studio.au_only import without_emotion
from studio.stage import thumbnail
from studio.turns import turn

PACE = 0.05
"""Seconds between two states of a growing text: a page update costs several times what a token costs."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture's faces, largest first, and which of them is looked at. The picture itself stays on disk:
    a telephone's takes 150 MB once it is decoded.
    """

    path: str
    expert: str
    faces: list[Face]
    thumbnails: tuple[str, ...] = ()
    chosen: int = 0


def look(expert: LandmarkExpert, path: str, picture: Image.Image) -> Seen:
    """Find the faces. Raises NoFaceFound, and LandmarkExpertError where the expert itself fails."""
    faces = expert.detect(picture)
    several = faces if len(faces) > 1 else []
    return Seen(path, expert.revision, faces, tuple(thumbnail(picture, face.box) for face in several))


def asked(predictor, au_only: bool) -> tuple[str, ...]:
    """The questions to put, in order: those that the model can answer, without emotion in AU-only mode."""
    tasks = tuple(task for task in predictor.tasks if not (au_only and task == "emotion"))
    if not tasks:
        raise EmolaError(
            "The adapter that is loaded answers about emotion only, and AU-only mode asks for none. "
            "Load an adapter for action units, or leave AU-only mode."
        )
    return tasks


def read(
    predictor, picture, face, au_only: bool, pace: float = PACE
) -> Iterator[tuple[dict[str, str], Prediction | None]]:
    """The texts so far by task, at most every `pace` seconds, and at last the Prediction with them.
    face: a Face or its number.
    """
    texts: dict[str, str] = {}
    shown = float("-inf")
    tasks = asked(predictor, au_only)
    with turn():
        for piece in predictor.stream(picture, face, tasks):
            finished = not isinstance(piece, PartialAnswer)
            if finished:
                metrics.predicted(tasks, piece.timings.get("total", 0.0))
            texts = dict(piece.rationales) if finished else {**texts, piece.task: piece.text}
            if not finished and time.monotonic() - shown < pace:
                continue
            if au_only:
                texts = {task: without_emotion(text, finished=finished) for task, text in texts.items()}
            yield texts, piece if finished else None
            shown = time.monotonic()
