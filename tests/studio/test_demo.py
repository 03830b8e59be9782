"""studio.demo and studio.reading: what the page shows for a request, step by step, without a browser."""

from pathlib import Path

import pytest
from PIL import Image

from model.errors import EmolaError, ImageError, NoFaceFound
from studio.demo import Request, sample_cards, show
from studio.reading import asked, look, read
from studio.samples import SAMPLES, sample_path
from studio.views import View, empty_view, failed_view, too_large_view
from tests.studio.fake import FakeExpert, FakePredictor


def views(serving, request, au_only=False) -> list[View]:
    return [view for view, _ in show(serving, request, au_only, pace=0)]


def test_a_face_is_waited_for_then_drawn_then_read_word_by_word(serving, face_file):
    shown = views(serving, Request(path=face_file))
    assert 'data-state="loading"' in shown[0].stage and "skeleton" in shown[0].answer
    assert 'data-state="ready"' in shown[1].stage and "1 face found" in shown[1].found
    assert len(shown) > 20
    assert 'class="caret"' in shown[5].answer
    assert "<h2>Happiness</h2>" in shown[-1].answer and "0.14 s" in shown[-1].found
    assert 'aria-busy="true"' not in shown[-1].answer + shown[-1].units


def test_the_picture_is_drawn_once_and_then_left_alone(serving, face_file):
    assert len({view.stage for view in views(serving, Request(path=face_file))}) == 2


def test_au_only_asks_no_emotion_and_shows_none(serving, face_file):
    shown = views(serving, Request(path=face_file), au_only=True)
    assert serving.predictor.asked == [("au",)]
    for view in shown:
        assert view.answer == "" and view.emotions == ""
        assert "joy" not in view.units and "happ" not in view.units.lower()
    assert 'data-au="AU12" data-present' in shown[-1].units


def test_no_face_is_said_over_the_picture(serving, grey_file):
    *_, last = views(serving, Request(path=grey_file))
    assert 'data-state="failed"' in last.stage and "No face found" in last.stage and "<image" in last.stage
    assert last.units == "" and "Give it a face" in last.answer


def test_a_file_that_is_no_picture_is_said_with_its_name(serving, tmp_path):
    (tmp_path / "a<b>.jpg").write_text("not a picture")
    (last,) = views(serving, Request(path=str(tmp_path / "a<b>.jpg")))
    assert "This picture cannot be read" in last.stage and "a&lt;b&gt;.jpg" in last.stage


def test_another_face_of_the_open_picture_can_be_picked(serving, tmp_path):
    Image.effect_noise((600, 200), 90).convert("RGB").save(tmp_path / "three.png")
    steps = list(show(serving, Request(path=str(tmp_path / "three.png")), False))
    seen = steps[-1][1]
    assert len(seen.faces) == 3 and seen.chosen == 0
    view, seen = list(show(serving, Request(seen=seen, face=2), False))[-1]
    assert seen.chosen == 2
    assert 'data-pick="2" aria-pressed="true"' in view.faces
    assert view.stage != steps[-1][0].stage


def test_a_face_number_beyond_the_last_is_the_last(serving, face_file):
    seen = list(show(serving, Request(path=face_file), False))[-1][1]
    assert list(show(serving, Request(seen=seen, face=99), False))[-1][1].chosen == 0


def test_one_face_needs_no_row_to_pick_from(face_picture):
    assert look(FakeExpert(), "a.png", face_picture).thumbnails == ()


def test_faces_are_found_anew_after_another_expert_was_loaded(serving, face_file):
    old = list(show(serving, Request(path=face_file), False))[-1][1]
    serving.predictor.expert = FakeExpert()
    serving.predictor.expert.revision = "another-1"
    steps = list(show(serving, Request(seen=old), False))
    assert 'data-state="loading"' in steps[0][0].stage
    assert steps[-1][1].expert == "another-1"


def test_a_picture_that_was_swept_away_meanwhile_is_said(serving, face_file):
    seen = list(show(serving, Request(path=face_file), False))[-1][1]
    Path(face_file).unlink()
    *_, last = views(serving, Request(seen=seen))
    assert "This picture cannot be read" in last.stage


def test_too_large_says_both_sizes():
    assert "has 31 MB; at most 20 MB" in too_large_view("big.jpg", 31.4, 20).stage


@pytest.mark.parametrize(
    "error, title",
    [
        (NoFaceFound("x"), "No face found"),
        (ImageError("x"), "This picture cannot be read"),
        (EmolaError("x"), "The face could not be read"),
    ],
)
def test_failures_have_their_own_title(error, title):
    assert title in failed_view(error).stage


def test_the_empty_page_says_what_to_do():
    assert "Drop a picture, paste one" in empty_view().stage
    assert empty_view().answer.count('class="unit"') == 20


def test_a_model_of_one_task_is_asked_only_that():
    predictor = FakePredictor()
    predictor.tasks = ("emotion",)
    assert asked(predictor, au_only=False) == ("emotion",)
    with pytest.raises(EmolaError, match="emotion only"):
        asked(predictor, au_only=True)


def test_texts_grow_and_end_in_the_prediction(face_picture):
    steps = list(read(FakePredictor(), face_picture, 0, False, pace=0))
    lengths = [len(texts.get("au", "")) for texts, _ in steps]
    assert lengths == sorted(lengths)
    assert [prediction is not None for _, prediction in steps] == [False] * (len(steps) - 1) + [True]


def test_samples_are_there_with_alternative_text():
    cards = sample_cards()
    assert [name for name, _, _ in cards] == list(SAMPLES) and len(cards) == 6
    assert all(alt and uri.startswith("data:image/") for _, alt, uri in cards)


@pytest.mark.parametrize("name", ["../settings.py", "/etc/passwd", "", "smile.webp"])
def test_only_samples_can_be_asked_for_by_name(name):
    with pytest.raises(KeyError, match="no sample face named"):
        sample_path(name)


def test_a_text_that_grows_fast_is_not_shown_word_by_word(face_picture):
    steps = list(read(FakePredictor(), face_picture, 0, False, pace=60))
    assert [prediction is not None for _, prediction in steps] == [False, True]
