"""studio.annotate.redraw and studio.predicting: a drawn box counts, now and for later models."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import func, select

from db.errors import NotFound
from db.models import Landmarks, Prediction
from model.errors import NoFaceFound
from studio.annotate.arguments import BadArgument
from studio.annotate.redraw import draw_box
from studio.predicting import find_inside, predict_face
from tests.studio.fake import FakeExpert


def count(desk, table):
    with desk.work.database.reads.begin() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_asking_again_keeps_one_prediction_and_one_set_of_landmarks(desk):
    (face,) = desk.faces(1)
    first, again = predict_face(desk.work, face), predict_face(desk.work, face)
    assert first.id == again.id and count(desk, Prediction) == count(desk, Landmarks) == 1
    assert first.labels == {"emotion": "happiness", "au": ["AU6", "AU12", "AU25"]}
    assert first.stratum == "happiness" and 0 < first.uncertainty < 1 and first.seconds == 0.14
    assert first.probabilities["emotion"]["happiness"] == 0.96


def test_a_face_that_is_not_there_is_said_to_be_not_there(desk):
    with pytest.raises(NotFound):
        predict_face(desk.work, 99)


def test_a_drawn_box_is_kept_with_its_author_and_counts_from_then_on(desk):
    desk.study()
    predict_face(desk.work, 1)
    found = draw_box(desk.work, desk.me, desk.given(), [100, 20, 30, 110])
    assert found["overlay"]["box"] == [30, 20, 100, 110] and found["hidden"] is False
    with desk.work.database.reads.begin() as session:
        row = session.scalars(select(Landmarks).order_by(Landmarks.id.desc())).first()
        assert row.drawn_by == desk.me.id
        points = np.array(row.points)
    assert points.min() >= 0 and points[:, 0].max() < 140
    later = predict_face(desk.work, 1)
    assert later.landmarks_id == row.id and count(desk, Landmarks) == 2


class TwoFaces(FakeExpert):
    """Finds a large face on the right of whatever it sees, and a small one in its middle."""

    def detect(self, picture):
        (found,) = super().detect(picture)
        middle = picture.width / 2, picture.height / 2
        small = replace(found, box=(middle[0] - 9, middle[1] - 9, middle[0] + 9, middle[1] + 9))
        return [replace(found, box=(picture.width - 99, 0, picture.width, 99)), small]


def test_the_face_nearest_to_the_boxes_middle_is_taken_in_the_whole_pictures_pixels():
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (400, 600, 3), dtype=np.uint8))
    face = find_inside(TwoFaces(), picture, (300, 100, 400, 200))
    assert face.box == (341, 141, 359, 159)
    assert 265 <= face.points[:, 0].min() and face.points[:, 0].max() <= 435


def test_a_box_without_a_face_is_said_in_a_sentence_and_changes_nothing(desk, monkeypatch):
    desk.study()
    assignment = desk.given()

    def nothing(picture):
        raise NoFaceFound("none")

    monkeypatch.setattr(desk.work.serving.predictor.expert, "detect", nothing)
    with pytest.raises(NoFaceFound, match="inside the box of 90x80 px"):
        draw_box(desk.work, desk.me, assignment, [10, 10, 100, 90])
    assert count(desk, Landmarks) == 0


def test_what_is_no_box_in_the_picture_is_refused(desk):
    desk.study()
    assignment = desk.given()
    for box in (None, [1, 2, 3], [0, 0, 5, 5], [0, 0, float("nan"), 9], "0 0 9 9", [0, 0, "9", 9], [900] * 4):
        with pytest.raises(BadArgument):
            draw_box(desk.work, desk.me, assignment, box)
