"""Which action units a drawn face shows for which emotion.

An expression is an emotion name and a dictionary {AU name: intensity}. Intensities run from 0 (absent) to
1 (FACS grade E); an AU that is present is never drawn below `FAINTEST`, about grade B, so that "present"
is a fact of the picture. Rates follow the EMFACS prototypes with the company that AUs keep in AffectNet
faces. Not a model of how often people show these expressions: the seven emotions come up equally often.
"""

import numpy as np

EMOTIONS = ("happiness", "sadness", "surprise", "anger", "neutral", "disgust", "fear")
FAINTEST = 0.4
STRAY = 0.015
"""Chance of any AU to show without belonging to the emotion."""

RATES = {
    "happiness": {6: 0.85, 12: 0.99, 25: 0.6, 26: 0.22, 7: 0.15, 14: 0.16, 43: 0.16, 2: 0.05},
    "sadness": {1: 0.93, 4: 0.6, 15: 0.93, 17: 0.55, 43: 0.28, 24: 0.2, 14: 0.06, 7: 0.08, 25: 0.06},
    "surprise": {1: 0.95, 2: 0.97, 5: 0.85, 25: 0.95, 26: 0.5, 27: 0.48},
    "anger": {4: 0.98, 7: 0.75, 5: 0.2, 23: 0.55, 24: 0.5, 10: 0.12, 17: 0.25, 16: 0.1, 25: 0.06, 9: 0.04},
    "neutral": {14: 0.14, 43: 0.14, 25: 0.1, 24: 0.05, 20: 0.03},
    "disgust": {9: 0.93, 10: 0.75, 15: 0.3, 16: 0.45, 17: 0.3, 4: 0.25, 7: 0.2, 25: 0.35, 6: 0.1},
    "fear": {1: 0.94, 2: 0.75, 4: 0.8, 5: 0.9, 20: 0.93, 25: 0.7, 26: 0.4, 16: 0.12},
}
"""Chance of each AU under each emotion."""

ALL_AUS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 20, 23, 24, 25, 26, 27, 43)
EXCLUSIVE = (
    (27, 26),
    (43, 5),
    (43, 7),
    (5, 7),
    (25, 24),
    (26, 24),
    (27, 24),
    (24, 23),
    (12, 15),
    (20, 23),
    (27, 17),
    (27, 23),
)
"""Pairs that one face cannot show at once here; the later of a pair gives way."""


def sample_expression(rng: np.random.Generator, emotion: str | None = None) -> tuple[str, dict[str, float]]:
    """Draw an emotion (unless given) and the AUs that show it, present ones only: {"AU12": 0.8, ...}."""
    emotion = emotion or EMOTIONS[rng.integers(len(EMOTIONS))]
    rates = RATES[emotion]
    present = {au for au in ALL_AUS if rng.random() < rates.get(au, 0.0) or rng.random() < STRAY}
    if present & {16, 26} and rng.random() < 0.85 or 27 in present:
        present.add(25)
    for kept, gives_way in EXCLUSIVE:
        if kept in present and gives_way in present:
            own = rates.get(gives_way, 0.0) > rates.get(kept, 0.0)
            present.discard(kept if own else gives_way)
    if 27 in present:
        present.add(25)
    return emotion, {f"AU{au}": float(rng.uniform(FAINTEST, 1.0)) for au in ALL_AUS if au in present}
