"""24 drawn faces for a first look: eight people who do not exist, each at rest and with two expressions.

Drawn anew each time from fixed seeds, so that bringing them twice brings nothing new. Clearly marked: their
source is "drawn". Not data: nothing learned from them says anything about photographs.
"""

from collections.abc import Iterator
from functools import partial
from io import BytesIO

import numpy as np
from PIL import Image

from db.imports.incoming import Incoming
from model.mini.draw import draw_face, plain_view
from model.mini.expressions import EMOTIONS, sample_expression
from model.mini.geometry import sample_identity

SOURCE = "drawn"
PLACE = "24 drawn faces"
PEOPLE, EACH, SIDE = 8, 3, 384
COUNT = PEOPLE * EACH
FIRST_SEED = 300


def faces() -> Iterator[Incoming]:
    """Yield the faces; drawing one takes some ten milliseconds, when it is read."""
    shown = [name for name in EMOTIONS if name != "neutral"]
    for expression in range(EACH):
        for person in range(PEOPLE):
            neutral = expression == 0
            emotion = None if neutral else shown[(person * 2 + expression) % len(shown)]
            name = f"drawn person {person + 1}, {'at rest' if neutral else f'expression {expression}'}.png"
            about = {"subject": f"drawn person {person + 1}", "neutral": neutral}
            yield Incoming(name, 0, partial(_draw, FIRST_SEED + person, emotion), about)


def _draw(seed: int, emotion: str | None) -> bytes:
    """Return one face as a PNG file."""
    rng = np.random.default_rng((seed, 0 if emotion is None else 1 + EMOTIONS.index(emotion)))
    units = sample_expression(rng, emotion)[1] if emotion else {}
    pixels, _ = draw_face(sample_identity(np.random.default_rng(seed)), units, plain_view(), SIDE)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()
