"""Earlier data that is learned again: where it comes from, and where it may not come from."""

import pytest

from db.models import Face
from model.tasks import TASKS
from tests.train.test_dataset import annotated
from train.corpus.replay import drawn_rows, replay_rows
from train.dataset import freeze_training
from train.errors import DatasetError
from train.tuning.options import Options


def test_nothing_is_replayed_unless_asked_for():
    assert replay_rows(Options()) == []


def test_drawn_faces_are_replayed_with_the_labels_that_they_were_drawn_with():
    from model.mini.faces import face

    emotion, units = drawn_rows([5], ("emotion", "au"))
    assert TASKS["emotion"].parse(emotion.answer) == face("train", 5).emotion
    assert set(TASKS["au"].parse(units.answer)) == set(face("train", 5).action_units)


def test_the_snapshot_before_is_replayed(session, things):
    annotated(things)
    before = freeze_training(session).snapshot
    with pytest.raises(DatasetError, match="no earlier snapshot"):
        replay_rows(Options(replay="earlier"), session, before.id)
    annotated(things)
    now = freeze_training(session).snapshot
    assert len(replay_rows(Options(replay="earlier"), session, now.id)) == 8


def test_faces_that_are_held_out_by_now_are_not_replayed(session, things):
    ids = annotated(things)
    freeze_training(session)
    annotated(things)
    session.get_one(Face, ids[0]).split = "test"
    session.flush()
    now = freeze_training(session).snapshot
    with pytest.raises(DatasetError, match="1 faces of the earlier snapshot are held out"):
        replay_rows(Options(replay="earlier"), session, now.id)
