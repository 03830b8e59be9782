"""Intervals, the paired test and the smallest difference do what their names say."""

import numpy as np
import pytest

from train.bench import corrected, paper, uncertainty
from train.bench.errors import BenchError

SAID = {True: "The face shows anger.", False: "The face shows fear."}


def outcome(scorer, right: list[bool], subjects: int | None = None):
    truth = [
        {"id": str(i), "label": "Anger", "gpt4": "The face shows anger."}
        | ({"subject": f"s{i % subjects}"} if subjects else {})
        for i in range(len(right))
    ]
    return scorer.outcome("emotion", "FABA", truth, {str(i): SAID[each] for i, each in enumerate(right)})


@pytest.fixture(scope="module")
def chance() -> np.ndarray:
    return np.random.default_rng(1).random(400)


@pytest.mark.parametrize("scorer", [paper, corrected])
def test_an_accuracy_s_interval_is_the_binomial_s(scorer, chance):
    low, high = uncertainty.intervals(outcome(scorer, list(chance < 0.6)))["S_re"]
    share = np.mean(chance < 0.6)
    half = 196 * np.sqrt(share * (1 - share) / 400)
    assert (low, high) == pytest.approx((100 * share - half, 100 * share + half), abs=1)


def test_the_same_files_give_the_same_intervals(chance):
    read = outcome(corrected, list(chance < 0.5))
    assert uncertainty.intervals(read) == uncertainty.intervals(read)


def test_faces_of_one_subject_are_drawn_together(chance):
    # Of each of 20 subjects all 20 faces are right, or none.
    right = [chance[i % 20] < 0.5 for i in range(400)]
    by_face = uncertainty.intervals(outcome(corrected, right))["S_re"]
    by_subject = uncertainty.intervals(outcome(corrected, right, subjects=20))["S_re"]
    assert by_subject[1] - by_subject[0] > 3 * (by_face[1] - by_face[0])


def test_equal_answers_show_no_difference(chance):
    read = outcome(corrected, list(chance < 0.5))
    found = uncertainty.compare(read, read)["S_re"]
    assert (found.difference, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_a_clear_difference_is_found_and_an_accidental_one_is_not(chance):
    first = outcome(corrected, list(chance < 0.6))
    clear = uncertainty.compare(first, outcome(corrected, list(chance < 0.5)))["S_re"]
    assert clear.difference > 8 and clear.p < 0.01 and clear.low > 0
    other = outcome(corrected, list(np.random.default_rng(2).random(400) < 0.6))
    assert uncertainty.compare(first, other)["S_re"].p > 0.05


def test_a_pair_that_fails_on_the_same_faces_shows_smaller_differences(chance):
    first = outcome(corrected, list(chance < 0.6))
    paired = uncertainty.compare(first, outcome(corrected, list(chance < 0.57)))["S_re"].detectable
    alone = uncertainty.detectable(first)["S_re"]
    assert paired < alone / 2
    assert alone == pytest.approx(2.8016 * np.sqrt(2) * 100 * np.sqrt(0.24 / 400), rel=0.1)


def test_au_figures_have_intervals_too():
    truth = [{"id": str(i), "label": "12" if i % 2 else "4", "gpt4": "A face."} for i in range(60)]
    answers = {str(i): "AU12" if i % 3 else "AU4" for i in range(60)}
    for scorer in (paper, corrected):
        read = scorer.outcome("au", "DISFA", truth, answers)
        low, high = uncertainty.intervals(read)["S_re"]
        assert low < scorer.summary(read)["S_re"] < high
        assert uncertainty.label_intervals(read)["AU12"][0] > 0.3
        assert np.isnan(uncertainty.label_intervals(read)["AU26"][0])


def test_only_the_same_faces_under_the_same_scorer_are_compared(chance):
    read = outcome(corrected, list(chance < 0.5))
    with pytest.raises(BenchError, match="same faces"):
        uncertainty.compare(read, outcome(corrected, [True, False]))
    with pytest.raises(BenchError, match="same scorer"):
        uncertainty.compare(read, outcome(paper, list(chance < 0.5)))
