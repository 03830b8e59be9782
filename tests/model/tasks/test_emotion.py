"""What the emotion task reads out of texts, and that it reads back what it writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.tasks import TASKS
from model.tasks.emotion_words import SLOT_WORDS, WORDS

EMOTION = TASKS["emotion"]


@pytest.mark.parametrize(
    "label, word", [(label, word) for label, words in WORDS.items() for word in words.split()]
)
def test_every_form_of_a_word_says_its_emotion(label, word):
    assert EMOTION.parse(f"The person seems {word} here.") == label
    assert EMOTION.parse(word.upper()) == label


def test_no_word_says_two_emotions():
    words = [word for of_label in WORDS.values() for word in of_label.split()]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("no sign of anger but clear sadness", "sadness"),
        ("There is no anger here, only fear.", "fear"),
        ("There's no sign of fear or anger; she looks disgusted", "disgust"),
        ("He isn't sad, he is angry.", "anger"),
        ("He isn’t sad, he is angry.", "anger"),
        ("Neither joy nor sadness is visible; the face is neutral.", "neutral"),
        ("Anger is absent; sadness is clear.", "sadness"),
        ("joy is not visible, sadness is", "sadness"),
        ("No happiness, sadness or fear. The face is neutral.", "neutral"),
        ("rather than anger, the face shows fear", "fear"),
        ("unlike anger, disgust wrinkles the nose", "disgust"),
        ("This is fear rather than surprise.", "fear"),
        ("could be mistaken for surprise, but it is fear", "fear"),
        ("not happy but sad", "sadness"),
        ("Not anger. Not fear. Sadness.", "sadness"),
        ("Happy? No, sad.", "sadness"),
        ("Is it anger? No. It is fear.", "fear"),
        ("It's not that he's sad; he's angry", "anger"),
        ("The person can't be described as happy; sad fits better", "sadness"),
        ("The expression is not neutral, it is fear", "fear"),
        ("no longer neutral, now sad", "sadness"),
        ("a lack of joy and a sad mouth", "sadness"),
        ("The absence of a smile suggests sadness.", "sadness"),
        ("Without a smile, the face looks sad.", "sadness"),
        ("The woman does not smile and seems angry.", "anger"),
        ("no fear is seen and the mouth is happy", "happiness"),
        ("shows no fear and smiles happily", "happiness"),
        ("Happiness: no; sadness: yes", "sadness"),
        ("sadness—not anger", "sadness"),
        ("free from fear, the face is calm", "neutral"),
        ("Instead of joy we find disgust.", "disgust"),
        ("Fear, anger and disgust are absent; the face is neutral.", "neutral"),
        ("happy and surprise is absent", "happiness"),
        ("Anger? Not at all. Fear.", "fear"),
        ("Joy? I see none. Sorrow.", "sadness"),
        ("Not a hint of fear, only joy.", "happiness"),
        ("You would think of anger first, but no: it's sadness.", "sadness"),
        ("Whether it's anger or not, disgust is what I would choose.", "disgust"),
        ("Not disgusted - angry.", "anger"),
        ("no fear, no anger, lots of joy", "happiness"),
        ("The sadness one might expect is missing; this is joy.", "happiness"),
        ("Sad is the wrong word; angry fits.", "anger"),
    ],
)
def test_denials_are_read_with_their_scope(text, wanted):
    assert EMOTION.parse(text) == wanted


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("The nose is wrinkled, suggesting disgust.", "disgust"),
        ("a noticeable annoyance", "anger"),
        ("not only happy but also surprised", "happiness"),
        ("isn't only sad", "sadness"),
        ("There is no doubt that this is anger.", "anger"),
        ("Without any doubt, joy.", "happiness"),
        ("He can't hide his joy.", "happiness"),
        ("She is unhappy", "sadness"),
        ("Surprisingly calm.", "neutral"),
        ("The face shows no emotion.", "neutral"),
        ("A neutral expression.", "neutral"),
        ("against a neutral background, the person is angry", "anger"),
        ("The neutral mouth and furrowed brow suggest anger.", "anger"),
        ("Nobody could miss the joy here.", "happiness"),
        ("He hasn't lost his happiness.", "happiness"),
        ("It is impossible not to see the sadness.", "sadness"),
        ("Happily for us, the label is easy: surprise.", "surprise"),
        ("He smiles happily, showing joy.", "happiness"),
        ("The man in the amusement park is disgusted.", "disgust"),
        ("The face doesn't show any emotion.", "neutral"),
    ],
)
def test_words_that_mislead_are_seen_through(text, wanted):
    assert EMOTION.parse(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The mouth is open.",
        "He doesn't look happy.",
        "fearless",
        "I'm afraid I can't tell.",
        "anything but happy",
        "It would be wrong to call this sadness.",
        "It hardly looks like anger.",
        "Fear is not among the emotions shown.",
        "The annoyed look isn’t there.",
        "no expression of anger",
        "joy is nowhere to be seen",
        "Nothing about this face says happy.",
        "A shock of hair falls over the brow.",
        "surprisingly",
    ],
)
def test_none_where_nothing_is_said(text):
    assert EMOTION.parse(text) is None


@given(st.sampled_from(EMOTION.labels), st.text())
def test_what_is_written_is_read_back_whatever_the_rationale(emotion, rationale):
    assert EMOTION.parse(EMOTION.format(emotion, rationale)) == emotion


def test_none_is_written_and_read_back():
    assert EMOTION.parse(EMOTION.format(None)) is None


def test_an_unknown_emotion_cannot_be_written():
    with pytest.raises(ValueError, match="boredom"):
        EMOTION.format("boredom")


@given(st.text() | st.lists(st.sampled_from("no not happy sad . , but is anger fear".split())).map(" ".join))
def test_any_text_can_be_read_and_has_one_slot_for_what_it_says(text):
    found = EMOTION.parse(text)
    (slot,) = EMOTION.slots(text)
    assert found is None or found in EMOTION.labels
    assert slot.written == found
    assert tuple(slot.continuations) == EMOTION.labels


@pytest.mark.parametrize(
    "text, prefix, continuation",
    [
        ("The man looks angry.", "The man looks", " angry"),
        ("He has an angry face", "He has", " an angry"),
        ("He has a sad face", "He has", " an angry"),
        ("Happiness is shown", "", "Angry"),
        ("Nothing to say", "The emotion shown by this face is", " angry"),
    ],
)
def test_every_emotion_fits_the_slot_by_grammar(text, prefix, continuation):
    (slot,) = EMOTION.slots(text)
    assert slot.prefix == prefix
    assert continuation in slot.continuations["anger"]


def test_the_words_of_a_slot_say_its_label():
    assert all(EMOTION.parse(word) == label for label, words in SLOT_WORDS.items() for word in words)
