"""Exemplars: one person at rest and with each AU, to be told apart at a glance."""

import numpy as np
import pytest

from model.facs import FABA
from model.mini.draw import draw_face
from model.mini.exemplars import COMPANY, DRAWN, PERSON, VIEW, exemplar


def test_every_au_of_the_task_has_one():
    assert DRAWN == FABA


@pytest.mark.parametrize("code", DRAWN)
def test_the_active_picture_differs_clearly_and_only_by_its_au(code):
    neutral, active = exemplar(code)
    assert neutral.shape == active.shape == (192, 192, 3) and neutral.dtype == active.dtype == np.uint8
    changed = np.abs(active.astype(int) - neutral).max(axis=2) > 20
    assert changed.mean() > 0.004
    upper = changed[: int(0.52 * 192)].sum()  # down to below the eyes
    if code in ("AU1", "AU2", "AU4", "AU5", "AU7", "AU43"):
        assert upper == changed.sum()
    if code in ("AU10", "AU12", "AU14", "AU15", "AU16", "AU17", "AU20", "AU23", "AU24", "AU25"):
        assert upper == 0


def test_all_exemplars_show_the_same_neutral_face():
    assert len({exemplar(code, 64)[0].tobytes() for code in DRAWN}) == 1
    assert len({exemplar(code, 64)[1].tobytes() for code in DRAWN}) == len(DRAWN)


def test_nothing_covers_the_person_and_nothing_leaves_the_picture():
    assert (PERSON.beard, PERSON.glasses, PERSON.age) == (0, 0, 0.0)
    for code in DRAWN:
        shown = dict.fromkeys((code, *COMPANY.get(code, ())), 1.0)
        points = draw_face(PERSON, shown, VIEW, 192)[1]
        assert points.min() > 0 and points.max() < 190


def test_strength_and_size_are_followed():
    assert exemplar("AU12", 48)[1].shape == (48, 48, 3)
    neutral, faint = exemplar("AU12", strength=0.4)
    strong = exemplar("AU12", strength=1.0)[1]
    assert np.abs(strong.astype(int) - neutral).sum() > np.abs(faint.astype(int) - neutral).sum() > 0


def test_what_is_not_drawn_is_refused():
    with pytest.raises(KeyError, match="AU18"):
        exemplar("AU18")
    with pytest.raises(ValueError, match="1.5"):
        exemplar("AU12", strength=1.5)
