"""From likelihoods at slots to probabilities of labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.probabilities import any_of, one_of
from model.tasks import LabelSlot

LABELS = ("AU1", "AU2", "AU4")


def slots(*written):
    return [LabelSlot("", {label: (label,) for label in LABELS}, one) for one in (*written, None)]


def test_one_of_several_sums_to_1():
    assert one_of([{"happiness": 0.3, "fear": 0.1}]) == pytest.approx({"happiness": 0.75, "fear": 0.25})


def test_one_of_labels_that_the_model_never_says_is_even():
    assert one_of([{"happiness": 0.0, "fear": 0.0}]) == pytest.approx({"happiness": 0.5, "fear": 0.5})


def test_a_written_label_competes_with_what_came_later_and_with_the_end():
    masses = [
        {"AU1": 0.6, "AU2": 0.2, "AU4": 0.1},
        {"AU1": 0.0, "AU2": 0.5, "AU4": 0.1},
        {"AU1": 0, "AU2": 0, "AU4": 0},
    ]
    found = any_of(slots("AU1", "AU2"), masses)
    assert found["AU1"] == pytest.approx(0.6 / (0.6 + 0.2 + 0.1))
    assert found["AU2"] == pytest.approx(0.5 / (0.5 + 0.4))


def test_a_label_never_written_had_its_chance_at_every_slot():
    masses = [{"AU1": 0.6, "AU2": 0.2, "AU4": 0.1}, {"AU1": 0.0, "AU2": 0.3, "AU4": 0.0}]
    found = any_of(slots("AU1"), masses)
    assert found["AU2"] == pytest.approx(1 - (1 - 0.2 / 0.9) * (1 - 0.3))
    assert found["AU4"] == pytest.approx(0.1 / 0.8)


def test_in_a_fixed_order_each_label_is_judged_against_skipping_it():
    # Independent labels said in order: P(AU1) = .7, P(AU2) = .2, P(AU4) = .6; the answer says AU1 and AU4.
    first = {"AU1": 0.7, "AU2": 0.3 * 0.2, "AU4": 0.3 * 0.8 * 0.6}
    second = {"AU1": 0.0, "AU2": 0.2, "AU4": 0.8 * 0.6}
    found = any_of(slots("AU1", "AU4"), [first, second, dict.fromkeys(LABELS, 0.0)])
    assert found["AU4"] == pytest.approx(0.6)
    assert found["AU1"] == pytest.approx(0.7 / (0.7 + 0.3 * 0.8), abs=1e-9)
    assert found["AU2"] == pytest.approx(1 - (1 - 0.06) * (1 - 0.2))


MASS = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(
    lambda values: dict(zip(LABELS, [value / max(1, sum(values)) for value in values], strict=True))
)


@given(st.permutations(LABELS), st.integers(0, 3), st.lists(MASS, min_size=4, max_size=4))
def test_probabilities_stay_inside_0_and_1(order, said, masses):
    found = any_of(slots(*order[:said]), masses[: said + 1])
    assert tuple(found) == LABELS
    assert all(0 < chance < 1 for chance in found.values())
