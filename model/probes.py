"""Answers to the same questions about three drawn faces, by which a loaded model proves which one it is.

A bundle's manifest has the answers that its training gave (`train.tuning.bundle`); whoever loads the bundle
asks again and compares. The faces are drawn by the mini's renderer, so they belong to nobody. An expert that
finds no face in a drawing gives the whole picture and a prior of zeros: what counts is that it is the same
again.
Same answers are promised in float32 on one kind of machine; not covered: other precisions.
"""

import numpy as np
from PIL import Image

from model.errors import NoFaceFound
from model.landmarks import Face
from model.mini import faces
from model.prediction import Look

PROBES = 3
SPLIT = "validation"


def probe_answers(predictor) -> list[dict[str, str]]:
    """Return {task: text} of each probe face, for the tasks that a Predictor answers."""
    looks = [_look(predictor, faces.face(SPLIT, number).picture) for number in range(PROBES)]
    return [dict(found.rationales) for found in predictor.predict_looks(looks)]


def _look(predictor, pixels: np.ndarray) -> Look:
    picture = Image.fromarray(pixels)
    try:
        return predictor.look(picture)
    except NoFaceFound:
        edges = (0.0, 0.0, float(picture.width), float(picture.height))
        nothing = np.zeros(predictor.expert.width, np.float32)
        face = Face(edges, 0.0, np.zeros((0, 2), np.float32), nothing)
        return Look(face, picture, 0.0)
