"""Random expressions: possible ones only, clearly shown, and every label often enough to be learned."""

from collections import Counter

import numpy as np
import pytest

from model.facs import FABA
from model.mini.expressions import ALL_AUS, EMOTIONS, EXCLUSIVE, FAINTEST, sample_expression
from model.tasks import TASKS

N = 6000


@pytest.fixture(scope="module")
def expressions():
    rng = np.random.default_rng(0)
    return [sample_expression(rng) for _ in range(N)]


def test_aus_and_emotions_are_those_of_the_tasks():
    assert tuple(f"AU{number}" for number in ALL_AUS) == FABA == TASKS["au"].labels
    assert EMOTIONS == TASKS["emotion"].labels


def test_aus_that_exclude_each_other_never_come_together(expressions):
    for one, other in EXCLUSIVE:
        assert not any({f"AU{one}", f"AU{other}"} <= set(shown) for _, shown in expressions)


def test_a_stretched_mouth_is_open(expressions):
    assert all("AU25" in shown for _, shown in expressions if "AU27" in shown)


def test_present_aus_are_never_faint(expressions):
    strengths = [strength for _, shown in expressions for strength in shown.values()]
    assert FAINTEST <= min(strengths) < 0.45 and 0.95 < max(strengths) <= 1


def test_every_au_and_every_emotion_comes_up(expressions):
    rates = Counter(code for _, shown in expressions for code in shown)
    assert {code: rates[code] / N for code in FABA if rates[code] < 0.03 * N} == {}
    emotions = Counter(emotion for emotion, _ in expressions)
    assert set(emotions) == set(EMOTIONS)
    assert max(emotions.values()) < 1.25 * min(emotions.values())


def test_an_emotion_asked_for_is_shown():
    rng = np.random.default_rng(1)
    found = [sample_expression(rng, "fear") for _ in range(50)]
    assert {emotion for emotion, _ in found} == {"fear"}
    assert sum("AU20" in shown for _, shown in found) > 35
