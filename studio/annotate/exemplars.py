"""What an action unit looks like, as two small drawn pictures: the same person at rest and with it.

Drawn when first asked for and then kept; a picture is about 6 kB. Not covered: photographs, which only
FACS's own manual has.
"""

import base64
import io
from functools import cache

import numpy as np
from PIL import Image

from model.mini import exemplars
from studio.annotate.arguments import BadArgument, told
from studio.people.person import Person
from studio.workplace import Workplace

SIDE = 288
"""Side of a picture in px: twice its size on the page, for dense screens."""


def exemplar(work: Workplace, person: Person, au: str) -> dict:
    """An action unit ("AU12") as pictures: {"rest": data URI, "shown": data URI}. Raises BadArgument for
    one that is not drawn.
    """
    if au not in exemplars.DRAWN:
        raise BadArgument(f"au is {told(au)}. Drawn are: {', '.join(exemplars.DRAWN)}.")
    rest, shown = _drawn(au)
    return {"rest": rest, "shown": shown}


@cache
def _drawn(au: str) -> tuple[str, str]:
    rest, shown = exemplars.exemplar(au, size=SIDE)
    return _uri(rest), _uri(shown)


def _uri(picture: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "WEBP", quality=88)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
