"""studio.draw: regions lie where the action units show, on both layouts, however the face is placed."""

import numpy as np
import pytest

from model.facs import FABA
from model.mini.geometry import face_landmarks, sample_identity
from studio.draw import INSIGHTFACE_TO_IBUG, MIRROR, area, au_regions

PAIRED = {"AU1", "AU2", "AU5", "AU6", "AU7", "AU12", "AU14", "AU15", "AU20", "AU43"}


@pytest.fixture
def points() -> np.ndarray:
    return face_landmarks(sample_identity(np.random.default_rng(0)), {"AU25": 0.8}) * 200 + 300


def as_106(points: np.ndarray) -> np.ndarray:
    """An InsightFace face with the same 68 places; the points between them are never looked at."""
    found = np.full((106, 2), np.nan)
    found[INSIGHTFACE_TO_IBUG] = points
    return found


def middle(polygons: list) -> np.ndarray:
    return np.mean([polygon.mean(0) for polygon in polygons], axis=0)


def test_every_faba_unit_has_a_region(points):
    assert tuple(au_regions(points)) == FABA


def test_units_of_both_halves_have_two_polygons_and_the_others_one(points):
    counts = {code: len(polygons) for code, polygons in au_regions(points).items()}
    assert counts == {code: 2 if code in PAIRED else 1 for code in FABA}


def test_polygons_are_finite_and_enclose_something(points):
    for polygons in au_regions(points).values():
        for polygon in polygons:
            assert polygon.shape[1] == 2 and len(polygon) >= 3
            assert np.isfinite(polygon).all() and area(polygon) > 20


@pytest.mark.parametrize(
    "code, indices",
    [
        ("AU1", [20, 21, 22, 23]),
        ("AU2", [17, 18, 25, 26]),
        ("AU7", [*range(36, 48)]),
        ("AU9", [29, 30]),
        ("AU12", [48, 54]),
        ("AU25", [*range(48, 60)]),
        ("AU17", [8, 57]),
        ("AU26", [8, 57]),
    ],
)
def test_region_is_around_its_part_of_the_face(points, code, indices):
    span = np.linalg.norm(points[42:48].mean(0) - points[36:42].mean(0))
    assert np.linalg.norm(middle(au_regions(points)[code]) - points[indices].mean(0)) < 0.3 * span


def test_paired_regions_mirror_each_other(points):
    axis = points[27:31, 0].mean()
    for code in PAIRED:
        left, right = au_regions(points)[code]
        np.testing.assert_allclose(left.mean(0)[0] + right.mean(0)[0], 2 * axis, atol=4)


def test_the_106_point_layout_gives_the_regions_of_its_68_places(points):
    for code, polygons in au_regions(as_106(points)).items():
        for ours, theirs in zip(polygons, au_regions(points)[code], strict=True):
            np.testing.assert_allclose(ours, theirs)


def test_regions_turn_with_the_face(points):
    angle = 0.4
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    for code, polygons in au_regions(points @ turn).items():
        for turned, upright in zip(polygons, au_regions(points)[code], strict=True):
            np.testing.assert_allclose(turned, upright @ turn, atol=1e-6)


def test_mirroring_twice_changes_nothing():
    assert (MIRROR[MIRROR] == np.arange(68)).all()


def test_an_unknown_layout_has_no_regions():
    assert au_regions(np.zeros((5, 2))) == {}


def test_points_all_in_one_place_give_no_division_by_zero():
    for polygons in au_regions(np.zeros((68, 2))).values():
        assert all(np.isfinite(polygon).all() for polygon in polygons)
