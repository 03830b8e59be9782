"""Numbered faces: the same for ever, by any number of processes, and no person in two splits."""

import numpy as np
import pytest

from model.mini.faces import SPLITS, face, faces
from model.mini.identity import sample_identity
from model.mini.landmark_faces import SEEDS


def test_a_number_always_means_the_same_face():
    first, again = face("test", 7, 64), face("test", 7, 64)
    assert np.array_equal(first.picture, again.picture) and np.array_equal(first.points, again.points)
    assert (first.emotion, first.intensities) == (again.emotion, again.intensities)
    assert first.action_units == list(first.intensities)


def test_no_person_is_in_two_splits():
    people = [
        sample_identity(np.random.default_rng((seed, number)))
        for seed in (*SPLITS.values(), *SEEDS.values())
        for number in range(200)
    ]
    assert len(set(people)) == len(people)


def test_the_landmark_expert_learns_from_other_people_than_those_that_are_measured():
    assert set(SPLITS.values()).isdisjoint(SEEDS.values())


def test_other_processes_draw_the_same_faces():
    here, there = (list(faces("validation", range(3), 48, workers=workers)) for workers in (0, 1))
    for one, other in zip(here, there, strict=True):
        assert np.array_equal(one.picture, other.picture) and np.array_equal(one.points, other.points)
        assert (one.emotion, one.intensities) == (other.emotion, other.intensities)


def test_an_unknown_split_is_refused():
    with pytest.raises(KeyError, match="holdout"):
        face("holdout", 0)
