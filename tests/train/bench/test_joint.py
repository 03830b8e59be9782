"""REGE over two tasks: one resample of faces for both, and what a candidate that is no better gets."""

import numpy as np
import pytest

from train.bench import joint
from train.bench.outcome import Outcome
from train.bench.tables import EMOTIONS
from train.gate import Terms

FACES = 60


def emotions(truth: np.ndarray, wrong: np.ndarray, rouge: np.ndarray) -> Outcome:
    """A model that is wrong about some faces' emotions, and whose texts are so good (0..1)."""
    said = np.where(wrong, (truth + 1) % len(EMOTIONS), truth)
    ids = tuple(map(str, range(len(truth))))
    return Outcome("corrected", "emotion", "FABA", ids, EMOTIONS, truth, said, rouge, np.arange(len(truth)))


def pair(random: np.random.Generator, rates=(0.3, 0.3), same: bool = False) -> dict:
    """Two models' outcomes for two tasks; same: either is wrong about the same faces in both tasks."""
    truth, found = random.integers(len(EMOTIONS), size=FACES), {}
    for task in ("one", "two"):
        if not same or not found:
            wrong = [random.random(FACES) < rate for rate in rates]
            texts = [random.random(FACES) for _ in rates]
        found[task] = tuple(emotions(truth, *side) for side in zip(wrong, texts, strict=True))
    return found


def both(**outcomes) -> dict:
    return {task: np.arange(FACES) for task in outcomes}


@pytest.mark.parametrize("same, narrower", [(True, 1.0), (False, 0.5**0.5)])
def test_errors_in_both_tasks_widen_the_interval_and_errors_apart_do_not(same, narrower):
    pairs = pair(np.random.default_rng(3), same=same)
    found = joint.rege(pairs, both(**pairs))
    alone = [joint.rege({task: each}, {task: np.arange(FACES)}) for task, each in pairs.items()]
    widths = [high - low for one in alone for low, high in one.spans[:1]]
    low, high = found.spans[0]
    assert (high - low) / np.mean(widths) == pytest.approx(narrower, abs=0.08)
    assert low < found.values[0] < high
    assert found.values[0] == pytest.approx(np.mean([one.values[0] for one in alone]))
    assert found.change.difference == pytest.approx(found.values[0] - found.values[1])


def test_tasks_may_be_about_different_faces():
    pairs = pair(np.random.default_rng(4))
    units = {"one": np.arange(FACES), "two": np.arange(FACES) + FACES // 2}
    assert joint.rege(pairs, units, 200).values == joint.rege(pairs, both(**pairs), 200).values


def test_the_same_answers_give_the_same_figures():
    pairs = pair(np.random.default_rng(5))
    assert joint.rege(pairs, both(**pairs), 200) == joint.rege(pairs, both(**pairs), 200)


def test_of_four_hundred_candidates_that_are_no_better_one_in_forty_at_most_rises():
    risen = above = 0
    for seed in range(400):
        pairs = pair(np.random.default_rng((6, seed)))
        change = joint.rege(pairs, both(**pairs), 300).change
        above += change.low > 0
        risen += change.low > 0 and change.p <= Terms().level
    assert risen <= 10, "the gate's rule"
    assert above <= 16, (
        "the interval alone: 10 expected, a percentile interval of 60 faces is a little narrow"
    )


def test_a_candidate_that_is_better_rises():
    risen = 0
    for seed in range(20):
        pairs = pair(np.random.default_rng((7, seed)), rates=(0.1, 0.5))
        change = joint.rege(pairs, both(**pairs), 300).change
        risen += change.low > 0 and change.p <= Terms().level
    assert risen >= 16
