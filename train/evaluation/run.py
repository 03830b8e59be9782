"""Asks a model about the faces of an evaluation set, batch after batch, into an answer log.

A face whose picture cannot be read, or in which no face is found, is recorded with the reason and counts as
an answer that says nothing; the others go on. The ablations take one of the model's two sources away as it
answers: `prior` sets the landmark vector to zeros (the mini has met that in a twentieth of its lessons,
EmoLA's own adapters never), `picture` paints the face's crop over with CLIP's mean colour. A model that was
trained without one is the fairer comparison: `model.mini.pretrain` makes such twins.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from model.errors import ImageError, NoFaceFound
from model.images import MEAN_COLOUR
from model.prediction import Look, Prediction
from train.evaluation.log import AnswerLog
from train.evaluation.set import AskedFace

WITHOUT = ("prior", "picture")


def ask(
    predictor,
    faces: Sequence[AskedFace],
    log: AnswerLog,
    *,
    batch_size: int = 8,
    without: str | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> None:
    """Answer about every face that the log has no answer for; shows a bar with the time left.

    predictor: a `model.predictor.Predictor`. without: one of WITHOUT. watch(done, all): called after each
    batch.
    """
    begin = len(log.answered)
    with tqdm(
        total=len(faces),
        initial=begin,
        desc="answers",
        unit="face",
        # In a file, a line now and then is enough.
        mininterval=0.5 if sys.stderr.isatty() else 15,
    ) as bar:
        for batch in _batches(faces, begin, batch_size):
            log.append(_records(predictor, batch, without))
            bar.update(len(batch))
            if watch is not None:
                watch(len(log.answered), len(faces))


def _batches(faces: Sequence[AskedFace], begin: int, size: int) -> Iterator[Sequence[AskedFace]]:
    """Yield what is left, cut where it would have been cut from the start, and where the tasks change."""
    while begin < len(faces):
        end = min((begin // size + 1) * size, len(faces))
        same = next((i for i in range(begin, end) if faces[i].tasks != faces[begin].tasks), end)
        yield faces[begin:same]
        begin = same


def _records(predictor, batch: Sequence[AskedFace], without: str | None) -> list[dict[str, Any]]:
    looks = [_look(predictor, face, without) for face in batch]
    found = [look for look in looks if isinstance(look, Look)]
    predictions = iter(predictor.predict_looks(found, batch[0].tasks) if found else [])
    return [
        {"face": face.name, "error": look} if isinstance(look, str) else _record(face, next(predictions))
        for face, look in zip(batch, looks, strict=True)
    ]


def _record(face: AskedFace, prediction: Prediction) -> dict[str, Any]:
    return {"face": face.name, "answers": {task: prediction.rationales[task] for task in face.tasks}}


def _look(predictor, face: AskedFace, without: str | None) -> Look | str:
    """The face as the model is to see it, or why there is none."""
    try:
        look = predictor.look(face.picture())
    except (ImageError, NoFaceFound) as error:
        return str(error)
    if without == "prior":
        return replace(look, face=replace(look.face, vector=np.zeros_like(look.face.vector)))
    if without == "picture":
        return replace(look, crop=Image.new("RGB", look.crop.size, MEAN_COLOUR))
    return look
