"""Answers to the same questions about three drawn faces, by which a loaded model proves which one it is.

A bundle's manifest has the answers that its training gave, and in which precision and on what kind of device
it gave them (`train.tuning.bundle`); whoever loads the bundle asks again and compares. The faces are drawn by
the mini's renderer, so they belong to nobody. An expert that finds no face in a drawing gives the whole
picture and a prior of zeros: what counts is that it is the same again.

In the same precision on the same kind of device the texts must be the same. Elsewhere sums end in other
digits, and a word that was nearly another becomes it: there the labels that the texts name are compared, and
up to one in five may differ (at least one). Not covered: two kinds of CPU on which float32 itself differs by
more than a near tie.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from model.errors import NoFaceFound
from model.landmarks import Face
from model.mini import faces
from model.prediction import Look
from model.tasks import TASKS

PROBES = 3
SPLIT = "validation"
TOLERANCE = 0.2
"""Share of a task's labels that may differ in another precision or on another kind of device."""

Answers = Sequence[Mapping[str, str]]
"""For each probe face, task -> text."""


class Unlike(NamedTuple):
    """The first probe face, from 1, on which a task's answer is another, and both texts."""

    number: int
    told: str
    found: str


def probe_answers(predictor) -> list[dict[str, str]]:
    """Return {task: text} of each probe face, for the tasks that a Predictor answers."""
    looks = [_look(predictor, faces.face(SPLIT, number).picture) for number in range(PROBES)]
    return [dict(found.rationales) for found in predictor.predict_looks(looks)]


def probed_in(predictor) -> dict[str, str]:
    """Return in what a Predictor answers, for the manifest: {"precision": "float32", "device": "cpu"}."""
    model = predictor.model
    return {"precision": str(model.dtype).removeprefix("torch."), "device": model.device.type}


def unlike(task: str, told: Answers, found: Answers, *, exact: bool) -> Unlike | None:
    """Return where the answers found are not those that were told, None where they are the same.

    exact: the texts must be; else their labels, up to `TOLERANCE`.
    """
    pairs = [(one[task], other.get(task, "")) for one, other in zip(told, found, strict=True)]
    if exact:
        differing = [before != now for before, now in pairs]
        allowed = 0
    else:
        labels = [(_labels(task, before), _labels(task, now)) for before, now in pairs]
        differing = [max(len(before - now), len(now - before)) for before, now in labels]
        allowed = max(1, int(TOLERANCE * sum(len(before) for before, _ in labels)))
    if sum(differing) <= allowed:
        return None
    number = next(number for number, much in enumerate(differing) if much)
    return Unlike(number + 1, *pairs[number])


def _labels(task: str, text: str) -> set[str]:
    said = TASKS[task].parse(text)
    return {said} if isinstance(said, str) else set(said or ())


def _look(predictor, pixels: np.ndarray) -> Look:
    picture = Image.fromarray(pixels)
    try:
        return predictor.look(picture)
    except NoFaceFound:
        edges = (0.0, 0.0, float(picture.width), float(picture.height))
        nothing = np.zeros(predictor.expert.width, np.float32)
        face = Face(edges, 0.0, np.zeros((0, 2), np.float32), nothing)
        return Look(face, picture, 0.0)
