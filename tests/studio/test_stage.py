"""studio.stage: what is in view, what is drawn, and that nothing but ours is markup."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from model.facs import FABA
from studio import stage
from tests.studio.fake import FakeExpert


@pytest.fixture
def faces(face_picture):
    return FakeExpert().detect(face_picture)


def pictures(markup: str) -> list[Image.Image]:
    parts = markup.split("data:image/jpeg;base64,")[1:]
    return [Image.open(io.BytesIO(base64.b64decode(part.split('"')[0]))) for part in parts]


@pytest.mark.parametrize(
    "size, box",
    [
        ((1000, 600), (400, 200, 500, 320)),
        ((1000, 600), (0, 0, 90, 120)),
        ((1000, 600), (920, 500, 1000, 600)),
        ((240, 240), (20, 10, 220, 235)),
        ((300, 100), (10, -20, 140, 130)),
    ],
)
def test_the_square_in_view_holds_the_face_and_stays_in_the_picture_where_it_can(size, box):
    x, y, side, height = stage.face_window(size, box)
    assert side == height
    inside = max(box[0], 0), max(box[1], 0), min(box[2], size[0]), min(box[3], size[1])
    assert x <= inside[0] + 1 and y <= inside[1] + 1
    assert x + side >= inside[2] - 1 and y + side >= inside[3] - 1
    if side <= min(size):
        assert 0 <= x and x + side <= size[0] and 0 <= y and y + side <= size[1]


def test_every_unit_and_landmark_is_drawn_over_the_face(face_picture, faces):
    markup = stage.face_stage(face_picture, faces, 0)
    assert all(f'data-au="{code}"' in markup for code in FABA)
    assert markup.split('class="dots"')[1].count("h0") == 68


def test_a_small_picture_is_sent_once_and_not_enlarged(face_picture, faces):
    assert [picture.size for picture in pictures(stage.face_stage(face_picture, faces, 0))] == [(240, 240)]


def test_a_small_face_in_a_large_picture_is_sent_sharp(face_picture):
    large = Image.new("RGB", (4000, 3000))
    large.paste(face_picture.resize((400, 400)), (1000, 1000))
    face = type("Face", (), {"box": (1050, 1030, 1350, 1390), "points": np.zeros((68, 2))})
    whole, sharp = pictures(stage.face_stage(large, [face], 0))
    assert max(whole.size) == stage.WHOLE_PX
    assert sharp.size == (630, 630)


def test_several_faces_have_boxes_and_one_is_marked(face_picture):
    wide = Image.new("RGB", (480, 240))
    markup = stage.face_stage(wide, FakeExpert.detect(FakeExpert(), Image.effect_noise((480, 240), 90)), 1)
    assert markup.count('class="face-box') == 2
    assert markup.count("is-chosen") == 1


def test_messages_are_escaped():
    markup = stage.failed_stage(None, np.eye(68, 2), "<b>", "<script>alert(1)</script>")
    assert "<script" not in markup and "&lt;script&gt;" in markup and "&lt;b&gt;" in markup


def test_the_picture_carries_no_metadata(tmp_path, face_picture):
    exif = Image.Exif()
    exif[0x010F] = "maker"
    face_picture.save(tmp_path / "a.jpg", exif=exif)
    uri = stage.data_uri(Image.open(tmp_path / "a.jpg"), 100)
    assert not pictures(f'"{uri}"')[0].getexif()


def test_an_unknown_landmark_layout_is_shown_without_regions(face_picture):
    face = type("Face", (), {"box": (20, 20, 200, 200), "points": np.full((5, 2), 50.0)})
    markup = stage.face_stage(face_picture, [face], 0)
    assert 'class="region"' not in markup and 'class="dots"' in markup
