"""studio.au_only: a text about action units without what it says of emotion."""

import pytest

from studio.au_only import names_emotion, without_emotion


def test_a_sentence_about_emotion_goes_and_the_others_stay():
    text = "The brows are lowered. This suggests anger. The lips are pressed together."
    assert without_emotion(text) == "The brows are lowered. The lips are pressed together."


def test_a_numbered_line_keeps_its_unit():
    text = "1. AU12 - Lip Corner Puller: They go up, a sign of joy.\n2. AU25 - Lips Part: The lips are apart."
    assert without_emotion(text) == "1. AU12 - Lip Corner Puller\n2. AU25 - Lips Part: The lips are apart."


def test_a_denied_emotion_goes_too():
    assert without_emotion("There is no sign of happiness.") == ""


@pytest.mark.parametrize(
    "text", ["The head is in a neutral position.", "Action units: none.", "AU26 - Jaw Drop"]
)
def test_descriptions_of_the_face_stay(text):
    assert without_emotion(text) == text


def test_the_sentence_in_progress_is_held_back():
    text = "The cheeks are raised. This suggests happ"
    assert without_emotion(text, finished=False) == "The cheeks are raised."
    assert "happ" not in without_emotion("1. AU6 - Cheek Raiser: a happ", finished=False)


@pytest.mark.parametrize("word", ["Joyful", "FEAR", "disgusted", "surprise"])
def test_any_form_of_the_words_counts(word):
    assert names_emotion(f"It looks {word}.")
