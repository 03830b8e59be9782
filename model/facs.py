"""The action units (AUs) that EmoLA Studio knows, from the Facial Action Coding System (FACS).

An AU is named by its code, "AU12": unpadded, as FABA-Instruct writes it. The 20 AUs are FABA-Instruct's
label columns; AU18 is here because the GFT data set codes it. Descriptions say in our own words what a
coder sees on the face. Not covered: intensity (A-E), side (left, right), and how AUs change each other's
appearance; FACS's manual has those.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ActionUnit:
    """One movement of the face: its number and name in FACS, and what it looks like.

    `plain` names the part of the face that moves; `region` is "upper" or "lower" face, as FACS divides
    them; `description` is one sentence without the AU's name, starting with "The" and ending in a full
    stop.
    """

    number: int
    name: str
    plain: str
    region: str
    description: str

    @property
    def code(self) -> str:
        """The label under which it is stored: "AU12"."""
        return f"AU{self.number}"


_TABLE = (
    ActionUnit(1, "Inner Brow Raiser", "inner brows", "upper", "The inner ends of the eyebrows are raised."),
    ActionUnit(2, "Outer Brow Raiser", "outer brows", "upper", "The outer ends of the eyebrows are raised."),
    ActionUnit(4, "Brow Lowerer", "brows", "upper", "The eyebrows are drawn together and lowered."),
    ActionUnit(
        5,
        "Upper Lid Raiser",
        "upper eyelids",
        "upper",
        "The upper eyelids are raised and the eyes look wide.",
    ),
    ActionUnit(6, "Cheek Raiser", "cheeks", "upper", "The cheeks are raised and narrow the eyes from below."),
    ActionUnit(
        7, "Lid Tightener", "eyelids", "upper", "The eyelids are tightened and the lower lids are straight."
    ),
    ActionUnit(9, "Nose Wrinkler", "nose", "lower", "The nose is wrinkled along its sides."),
    ActionUnit(
        10,
        "Upper Lip Raiser",
        "upper lip",
        "lower",
        "The upper lip is raised and the folds beside the nose deepen.",
    ),
    ActionUnit(12, "Lip Corner Puller", "lip corners", "lower", "The lip corners are pulled up and back."),
    ActionUnit(14, "Dimpler", "lip corners", "lower", "The lip corners are tightened and pressed inwards."),
    ActionUnit(15, "Lip Corner Depressor", "lip corners", "lower", "The lip corners are pulled down."),
    ActionUnit(
        16,
        "Lower Lip Depressor",
        "lower lip",
        "lower",
        "The lower lip is pulled down and shows the lower teeth.",
    ),
    ActionUnit(17, "Chin Raiser", "chin", "lower", "The chin is pushed up and the lower lip with it."),
    ActionUnit(18, "Lip Pucker", "lips", "lower", "The lips are drawn together and pushed forward."),
    ActionUnit(
        20, "Lip Stretcher", "mouth", "lower", "The lips are stretched sideways and the mouth looks long."
    ),
    ActionUnit(23, "Lip Tightener", "lips", "lower", "The lips are tightened and look narrow."),
    ActionUnit(24, "Lip Pressor", "lips", "lower", "The lips are pressed together."),
    ActionUnit(25, "Lips Part", "lips", "lower", "The lips are parted."),
    ActionUnit(26, "Jaw Drop", "jaw", "lower", "The jaw is dropped and the teeth are apart."),
    ActionUnit(27, "Mouth Stretch", "mouth", "lower", "The mouth is stretched wide open."),
    ActionUnit(43, "Eyes Closed", "eyes", "upper", "The eyes are closed."),
)

ACTION_UNITS = {unit.code: unit for unit in _TABLE}
"""Every AU, by code, in numeric order."""


def codes(*numbers: int) -> tuple[str, ...]:
    """Return the codes of some AU numbers: codes(1, 12) == ("AU1", "AU12"). Raises KeyError for an AU not
    in the table.
    """
    return tuple(ACTION_UNITS[f"AU{number}"].code for number in numbers)


FABA = codes(1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 20, 23, 24, 25, 26, 27, 43)
"""FABA-Instruct's 20 label columns, in their order."""

FABA_SCORED = codes(1, 2, 4, 5, 6, 10, 12, 17, 24, 25, 26, 43)
"""The 12 AUs over which FABA-Bench averages F1."""

LIST_ORDER = codes(1, 2, 4, 5, 7, 43, 6, 9, 10, 12, 14, 15, 16, 18, 20, 23, 24, 25, 26, 27, 17)
"""Down the face: brows, eyes, cheeks and nose, mouth, jaw and chin. The order in which our answers list AUs.

Not numeric, because a language model tends to stop a long list early, and AU43 would always be its last
item.
"""

PROTOTYPES = {
    "happiness": codes(6, 12),
    "sadness": codes(1, 4, 15),
    "surprise": codes(1, 2, 5, 26),
    "anger": codes(4, 5, 7, 23),
    "disgust": codes(9, 15, 16),
    "fear": codes(1, 2, 4, 5, 20, 26),
}
"""EMFACS: the AUs that tend to come with an emotion. A soft hint on consistency, never a correction."""
