"""Drawn faces: decided by their arguments, with landmarks on the features and every AU to be seen."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from PIL import Image

from model.mini.draw import draw_face, plain_view, sample_identity, sample_view, turned
from model.mini.expressions import ALL_AUS, sample_expression

AUS = [f"AU{number}" for number in ALL_AUS]


def person(seed=1, **changes):
    return replace(sample_identity(np.random.default_rng(seed)), **changes)


def points(*present, who=None, strength=1.0):
    return draw_face(who or person(), dict.fromkeys(present, strength), plain_view())[1]


def test_the_same_arguments_give_the_same_picture():
    view = sample_view(np.random.default_rng(3))
    first, again = (draw_face(person(), {"AU6": 0.7, "AU12": 0.9}, view, 96) for _ in range(2))
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    assert first[0].shape == (96, 96, 3) and first[0].dtype == np.uint8
    assert first[1].shape == (68, 2) and first[1].dtype == np.float32


def test_the_same_generator_gives_the_same_person_and_view():
    for sample in (sample_identity, sample_view):
        assert sample(np.random.default_rng(8)) == sample(np.random.default_rng(8))
        assert sample(np.random.default_rng(8)) != sample(np.random.default_rng(9))


@pytest.mark.parametrize(
    ("code", "numbers", "direction"),
    (
        ("AU1", (21, 22), -1),
        ("AU2", (18, 25), -1),
        ("AU4", (21, 22), 1),
        ("AU5", (37, 38, 43, 44), -1),
        ("AU10", (50, 51, 52), -1),
        ("AU12", (48, 54), -1),
        ("AU15", (48, 54), 1),
        ("AU16", (56, 57, 58), 1),
        ("AU26", (8,), 1),
        ("AU27", (8,), 1),
    ),
)
def test_an_au_moves_its_landmarks_the_way_it_says(code, numbers, direction):
    moved = (points(code) - points())[list(numbers), 1]
    assert (moved * direction > 2).all(), moved


def test_closed_eyes_have_their_lids_together():
    def opening(p):
        return (p[[40, 41, 46, 47], 1] - p[[38, 37, 44, 43], 1]).mean()

    assert opening(points("AU43")) < 0.3 * opening(points())
    assert opening(points("AU5")) > 1.3 * opening(points())


def test_mouths_grow_wider_narrower_and_open():
    def width(p):
        return p[54, 0] - p[48, 0]

    def opening(p):
        return p[66, 1] - p[62, 1]

    assert width(points("AU20")) > width(points("AU12")) > width(points()) > width(points("AU23"))
    assert opening(points("AU27", "AU25")) > opening(points("AU26", "AU25")) > opening(points("AU25")) > 2
    assert opening(points()) < 0.5


@pytest.mark.parametrize("code", AUS)
def test_each_au_changes_picture_and_landmarks(code):
    rest, active = (draw_face(person(), au, plain_view()) for au in ({}, {code: 0.6}))
    assert np.linalg.norm(active[1] - rest[1], axis=1).max() > 0.7
    changed = (np.abs(active[0].astype(int) - rest[0]).max(axis=2) > 20).mean()
    assert changed > 0.002


def test_an_absent_au_and_one_of_strength_0_have_the_same_landmarks():
    assert np.array_equal(points(), points(*AUS, strength=0.0))


def test_landmarks_lie_on_the_features():
    who = person(lips=(200, 40, 60), skin=(230, 190, 160), beard=0, glasses=0)
    view = turned(plain_view(), light=0.0)
    picture, p = draw_face(who, {}, view)
    colour = {name: picture[round(y), round(x)] for name, (x, y) in places(p).items()}
    assert np.abs(colour["lower lip"].astype(int) - who.lips).max() < 25
    assert np.abs(colour["below the mouth"].astype(int) - who.skin).max() < 45
    assert colour["left pupil"].max() < 70 and colour["right pupil"].max() < 70
    assert np.abs(colour["left brow"] - np.array(who.hair) * 0.72).max() < 40


def places(p):
    return {
        "lower lip": (p[57] + p[66]) / 2,
        "below the mouth": (p[57] * 2 + p[8]) / 3,
        "left pupil": p[[37, 38, 40, 41]].mean(axis=0),
        "right pupil": p[[43, 44, 46, 47]].mean(axis=0),
        "left brow": p[19],
    }


def test_size_scales_the_points():
    view = sample_view(np.random.default_rng(2))
    small, large = (draw_face(person(), {"AU4": 1.0}, view, size)[1] for size in (96, 384))
    assert np.allclose(small * 4, large, atol=1e-2)


def test_size_changes_no_content():
    small, large = (draw_face(person(), {"AU12": 1.0}, plain_view(), size)[0] for size in (192, 384))
    shrunk = np.asarray(Image.fromarray(large).resize((192, 192), Image.Resampling.BOX), int)
    assert np.abs(shrunk - small).mean() < 4


def test_every_style_draws_and_no_two_look_alike():
    drawn = {
        draw_face(person(hairstyle=h, beard=b, glasses=g), {}, plain_view(), 96)[0].tobytes()
        for h, b, g in product(range(7), range(4), range(3))
    }
    assert len(drawn) == 7 * 4 * 3


def test_points_stay_inside_a_plain_picture():
    rng = np.random.default_rng(6)
    for _ in range(60):
        who, (_, shown) = sample_identity(rng), sample_expression(rng)
        shown.pop("AU27", None)  # the chin of a mouth stretched wide may leave it
        p = draw_face(who, shown, plain_view(), 100)[1]
        assert p.min() >= 0 and p.max() <= 100


def test_a_turned_head_has_its_nose_to_one_side():
    straight, turned_away = (draw_face(person(), {}, turned(plain_view(), yaw=yaw))[1] for yaw in (0.0, 0.3))
    assert abs(straight[30, 0] - straight[[36, 45], 0].mean()) < 1
    assert turned_away[30, 0] - turned_away[[36, 45], 0].mean() > 3
