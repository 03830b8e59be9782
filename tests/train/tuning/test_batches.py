"""Which faces a step learns from, how they are dealt out, and what the tensors say."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.tokens import IGNORED
from tests.train.tuning.squares import rows
from train.errors import DatasetError
from train.tuning.batches import Plan, collate, deal, make_plan, step_faces
from train.tuning.lessons import Lesson
from train.tuning.options import Options


def lesson(length: int, answers: int = 1) -> Lesson:
    """A lesson whose last half is learned."""
    half = length // 2
    segments = [0] * half + [1] * (length - half)
    if answers == 2:
        segments[-2:] = [2, 2]
    targets = [IGNORED] * half + list(range(length - half))
    return Lesson(rows()[0], [7] * length, list(range(length)), segments, targets,
                  [0.0] * half + [1.0] * (length - half))  # fmt: skip


def options(**more) -> Options:
    return Options(**{"batch": 16, "epochs": 8.0, **more}).resolved(256)


def test_steps_grow_with_the_number_of_new_faces():
    assert [make_plan(options(), faces, 0).steps for faces in (50, 100, 200, 400)] == [25, 50, 100, 200]
    assert make_plan(options(steps=7), 400, 0).steps == 7


def test_replay_takes_its_share_of_each_step_and_adds_steps_not_epochs():
    plan = make_plan(options(replay_share=0.5), 200, 400)
    assert (plan.new, plan.replayed, plan.steps) == (8, 8, 200)
    assert make_plan(options(), 5, 0) == Plan(8, 5, 0)


def test_more_processes_than_faces_are_refused():
    with pytest.raises(DatasetError, match="too few for 4 processes"):
        make_plan(options(), 3, 0, processes=4)


@given(st.integers(1, 40), st.integers(1, 20), st.integers(0, 5))
def test_every_face_is_seen_equally_often_give_or_take_one(faces, each, seed):
    plan = Plan(steps=30, new=each, replayed=0)
    seen = Counter(i for step in range(30) for i in step_faces(plan, step, faces, 0, seed)[0])
    assert set(seen) <= set(range(faces))
    assert max(seen.values()) - min(seen.get(i, 0) for i in range(faces)) <= 1


def test_a_step_is_known_by_its_number_alone():
    plan = Plan(steps=9, new=4, replayed=2)
    assert step_faces(plan, 5, 11, 7, 3) == step_faces(plan, 5, 11, 7, 3)
    assert step_faces(plan, 5, 11, 7, 3) != step_faces(plan, 5, 11, 7, 4)


@given(st.lists(st.integers(2, 30), min_size=1, max_size=30), st.integers(1, 3), st.integers(1, 8))
def test_processes_get_all_lessons_once_in_equally_many_micro_batches(lengths, processes, micro_batch):
    lessons = [lesson(length) for length in lengths]
    dealt = [deal(lessons, process, processes, micro_batch) for process in range(processes)]
    assert len({len(parts) for parts in dealt}) == 1
    learned = [one for parts in dealt for part in parts for one in part if one.weight]
    assert sorted(map(id, learned)) == sorted(map(id, lessons))
    assert all(1 <= len(part) <= micro_batch for parts in dealt for part in parts)


def test_answers_of_one_face_see_the_picture_and_themselves_only():
    entry = {"patches": torch.zeros(4, 2), "prior": torch.zeros(3)}
    batch = collate([lesson(8, answers=2), lesson(6, answers=2)], [entry, entry], pad_id=0)
    seen = batch.mask[0, 0]
    assert seen[7, :4].all() and seen[7, 6:].all() and not seen[7, 4:6].any()
    assert not seen[5, 6:].any()
    assert batch.mask.any(-1).all()  # padding, too, sees something


def test_faces_with_one_answer_need_no_mask():
    entry = {"patches": torch.zeros(4, 2), "prior": torch.zeros(3)}
    batch = collate([lesson(8), lesson(6)], [entry, entry], pad_id=0)
    assert batch.mask is None and batch.positions is None
    assert batch.targets[1, 6:].tolist() == [IGNORED, IGNORED]
