"""From likelihoods at slots to one probability a label: what an answer says, and how near it was to another.

Inputs are what `model.likelihood.score_slots` gives for one answer: for each slot, label -> probability
0..1 that the answer goes on with it there. Outputs are probabilities 0..1 before temperature scaling
(`model.calibration`). An answer is one path through what the model could say, so a probability here means
"given the rest of this answer".
"""

from collections.abc import Sequence

from model.tasks import LabelSlot

FLOOR = 1e-6
"""Probabilities stay this far from 0 and 1: a language model is never that sure, and logits stay finite."""


def one_of(masses: Sequence[dict[str, float]]) -> dict[str, float]:
    """Probabilities that sum to 1, for a task whose answer names one label, at its first slot."""
    floored = {label: max(mass, 1e-30) for label, mass in masses[0].items()}
    total = sum(floored.values())
    return {label: mass / total for label, mass in floored.items()}


def any_of(slots: Sequence[LabelSlot], masses: Sequence[dict[str, float]]) -> dict[str, float]:
    """A probability for each label on its own, for a task whose answer lists labels.

    A label written at a slot competes there with going on without it: with labels written later and with
    the list's end. A label never written had its chance at every slot, against whatever was written or
    would have ended the list.
    """
    written = [slot.written for slot in slots]
    never = [label for label in masses[0] if label not in written]
    found: dict[str, float] = {}
    for i, (label, mass) in enumerate(zip(written, masses, strict=True)):
        if label in mass and label not in found:
            end = max(0.0, 1.0 - sum(mass.values()))
            rivals = sum(mass[later] for later in {*written[i + 1 :]} - {None, label} if later in mass)
            found[label] = mass[label] / max(mass[label] + rivals + end, FLOOR)
    for label in never:
        unsaid = 1.0
        for mass in masses:
            others = sum(mass[other] for other in never if other != label)
            unsaid *= 1.0 - min(1.0, mass[label] / max(1.0 - others, mass[label], FLOOR))
        found[label] = 1.0 - unsaid
    return {label: min(max(found[label], FLOOR), 1.0 - FLOOR) for label in masses[0]}
