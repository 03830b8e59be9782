"""Agreement: published values, libraries' values, and what is said where there is no number."""

import warnings

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import fleiss_kappa

from studio.review.agreement import agreed, cohen, fleiss, fleiss_of, skew
from studio.review.alpha import alpha, alpha_of, coincidences, placed
from studio.review.icc import icc
from studio.review.measure import share

# Shrout & Fleiss (1979), table 2: six targets, four judges.
SHROUT = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Fleiss (1971), as Wikipedia's article on Fleiss' kappa has it: ten subjects, fourteen raters, kappa 0.210.
TEN = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def people(counts):
    said = [value for value, number in enumerate(counts) for _ in range(number)]
    return dict(enumerate(said))


def test_cohens_kappa_is_that_of_its_textbook_example():
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    found = cohen(pairs)
    assert found.value == pytest.approx(0.4) and found.n == 50
    assert found.low < 0.4 < found.high


def test_fleiss_kappa_is_that_of_its_published_example():
    found = fleiss([people(counts) for counts in TEN])
    assert found.value == pytest.approx(0.210, abs=5e-4) and found.n == 10
    assert found.low < 0.210 < found.high


def test_fleiss_takes_the_most_common_number_of_annotators():
    faces = [{1: "a", 2: "a"}, {1: "a", 2: "b"}, {1: "b", 2: "b"}, {1: "a", 2: "b", 3: "a"}, {1: "b"}]
    assert fleiss(faces).n == 3


def test_fleiss_draws_are_the_librarys_number():
    table = np.array(TEN)
    weighted = fleiss_of(table, np.array([[1.0] * 10, [2.0] * 5 + [0.0] * 5]))
    assert weighted[0] == pytest.approx(fleiss_kappa(table))
    assert weighted[1] == pytest.approx(fleiss_kappa(np.repeat(table[:5], 2, axis=0)))


@pytest.mark.parametrize("level", ["nominal", "ordinal"])
def test_alpha_and_its_draws_are_the_librarys_number(level):
    rng = np.random.default_rng(3)
    units = [dict(enumerate(rng.integers(0, 4, size=rng.integers(2, 5)).tolist())) for _ in range(40)]
    found = alpha([[unit] for unit in units], range(4), level)
    table = placed(units, {value: value for value in range(4)})
    assert found.value == pytest.approx(krippendorff.alpha(value_counts=table, level_of_measurement=level))
    flat = coincidences(table).sum(0).reshape(1, -1)
    assert alpha_of(flat, 4, level)[0] == pytest.approx(found.value)
    assert found.low <= found.value <= found.high


def test_alpha_is_that_of_krippendorffs_example():
    matrix = [
        [None] * 5 + [3, 4, 1, 2, 1, 1, 3, 3, None, 3],
        [1, None, 2, 1, 3, 3, 4, 3] + [None] * 7,
        [None, None, 2, 1, 3, 4, 4, None, 2, 1, 1, 3, 3, None, 4],
    ]
    units = [[{who: said for who, said in enumerate(column) if said}] for column in zip(*matrix, strict=True)]
    assert alpha(units, (1, 2, 3, 4)).value == pytest.approx(0.691358, abs=1e-6)


def test_iccs_are_those_of_shrout_and_fleiss():
    one, mean = icc(SHROUT)
    assert one.value == pytest.approx(0.29, abs=5e-3) and mean.value == pytest.approx(0.62, abs=5e-3)
    # The intervals that R's psych::ICC prints for the same table.
    assert (one.low, one.high) == pytest.approx((0.019, 0.76), abs=5e-3)
    assert (mean.low, mean.high) == pytest.approx((0.072, 0.93), abs=5e-3)


def test_wilsons_interval_stays_between_0_and_1():
    assert share(0, 10).low == pytest.approx(0, abs=1e-12) and share(0, 10).high == pytest.approx(
        0.2775, abs=1e-4
    )
    assert share(0, 0).value is None


@pytest.mark.parametrize(
    "found",
    [
        cohen([]),
        cohen([("a", "a")] * 3),
        fleiss([]),
        fleiss([{1: "a"}]),
        fleiss([{1: "a", 2: "a"}] * 2),
        alpha([], "ab"),
        alpha([[{1: "a"}]], "ab"),
        alpha([[{1: "a", 2: "a"}]], "ab"),
        agreed([{1: "a"}]),
        *icc([]),
        *icc([[1, 2]]),
        *icc([[2, 2], [2, 2]]),
        *icc([[1, 2], [2, 1]]),
    ],
)
def test_what_is_not_defined_is_none_and_says_why(found):
    assert found.value is None and found.why


def test_perfect_agreement_is_one():
    assert cohen([("a", "a"), ("b", "b")]).value == 1
    assert fleiss([{1: "a", 2: "a"}, {1: "b", 2: "b"}]).value == 1
    assert alpha([[{1: "a", 2: "a"}], [{1: "b", 2: "b"}]], "ab").value == 1
    assert [found.value for found in icc([[1, 1], [2, 2]])] == [1, 1]


def test_a_skewed_label_is_said_in_words():
    assert "rarely present (2 %)" in skew(0.02, "AU9") and "nearly always present" in skew(0.99, "AU25")
    assert skew(0.3, "AU12") == skew(None, "AU12") == ""


VALUES = st.sampled_from(["absent", "present"])
FACES = st.lists(st.dictionaries(st.integers(1, 4), VALUES, max_size=4), max_size=8)


@given(FACES)
def test_no_answers_give_a_warning_or_a_nan(faces):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pairs = [(face[1], face[2]) for face in faces if {1, 2} <= set(face)]
        scores = [[float(first == "present"), float(second == "present")] for first, second in pairs]
        measures = [cohen(pairs), fleiss(faces), alpha([[face] for face in faces], ("absent", "present"))]
        for found in (*measures, agreed(faces), *icc(scores)):
            for number in (found.value, found.low, found.high):
                assert number is None or np.isfinite(number)
