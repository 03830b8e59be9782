"""Labels as `db.models.Annotation` keeps them, from the ways in which data sets write them.

The AU columns are those that the paper's tables score or train on; `model.facs` has the same numbers for
FABA-Instruct and GFT, which a test holds together.
"""

from collections.abc import Iterable, Mapping
from typing import Any

EMOTIONS = ("happiness", "sadness", "surprise", "anger", "neutral", "disgust", "fear")
"""In FABA-Instruct's order: its evaluation's integers are places in it."""

FABA = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 20, 23, 24, 25, 26, 27, 43)
BP4D = (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)
DISFA = (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)
"""All twelve that DISFA codes; the paper scores 1, 2, 4, 6, 9, 12, 25, 26."""
GFT = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 18, 20, 23, 24, 25, 26)
EMOTIONET = (1, 2, 4, 5, 6, 9, 12, 17, 20, 25, 26, 43)

INTENSITIES = "ABCDE"


def au(number: int) -> str:
    """Return an AU's name: 12 is "AU12"."""
    return f"AU{number}"


def present_among(present: Iterable[str], columns: Iterable[int]) -> dict[str, Any]:
    """Return the AU labels of a set that names what is present: every other column is absent."""
    there = set(present)
    return {au(n): {"state": "present" if au(n) in there else "absent"} for n in columns}


def occurrence(values: Mapping[int, bool | None]) -> dict[str, Any]:
    """Return AU labels from number -> whether it occurs; those not coded (None) are left out."""
    return {
        au(n): {"state": "present" if occurs else "absent"}
        for n, occurs in values.items()
        if occurs is not None
    }
