"""Pictures that show what an action unit looks like: the same drawn person neutral and with it.

RGB uint8, straight, evenly lit. Drawn for annotators' guidelines: an AU at one strength, on one face,
beside others only where it cannot be seen alone. No substitute for FACS's manual, which has photographs,
degrees and combinations.
"""

import numpy as np

from model.mini.draw import draw_face
from model.mini.expressions import ALL_AUS
from model.mini.identity import Identity
from model.mini.view import plain_view, turned

PERSON = Identity(
    seed=2,
    face_width=1.0,
    chin=1.24,
    squareness=2.3,
    eye_size=1.06,
    eye_gap=0.43,
    eye_tilt=0.0,
    brow_height=-0.41,
    brow_arch=0.07,
    brow_thickness=0.055,
    nose_width=0.17,
    nose_length=0.36,
    mouth_width=0.35,
    mouth_height=0.73,
    lip_thickness=0.08,
    mouth_tilt=0.0,
    age=0.0,
    skin=(236, 192, 158),
    hair=(92, 58, 36),
    iris=(70, 96, 60),
    lips=(200, 112, 100),
    hairstyle=6,
    hair_volume=1.0,
    beard=0,
    glasses=0,
)
"""The person of all exemplars: lines stand out on the skin, nothing covers it, it has none at rest."""

VIEW = turned(plain_view(), scale=0.28, centre=(0.5, 0.51))
"""A little smaller than usual, so that the chin of a dropped jaw stays in the picture."""

COMPANY = {"AU16": ("AU25",), "AU26": ("AU25",), "AU27": ("AU25",)}
"""AUs drawn along with one that shows only through them: a lowered lip or jaw, through parted lips."""

DRAWN = tuple(f"AU{number}" for number in ALL_AUS)
"""The AUs that have an exemplar."""


def exemplar(au_code: str, size: int = 192, strength: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """The person at rest, and the same showing one AU ("AU12") at a strength above 0, up to 1.

    Two pictures (size, size, 3) uint8 RGB. Raises KeyError for an AU that is not drawn, ValueError for
    another strength.
    """
    if au_code not in DRAWN:
        raise KeyError(f"There is no exemplar of {au_code!r}. There are: {', '.join(DRAWN)}.")
    if not 0 < strength <= 1:
        raise ValueError(f"The strength is {strength}; give one above 0, up to 1.")
    shown = dict.fromkeys((au_code, *COMPANY.get(au_code, ())), strength)
    return draw_face(PERSON, {}, VIEW, size)[0], draw_face(PERSON, shown, VIEW, size)[0]
