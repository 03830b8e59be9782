"""What counts as the same answers again: texts where they must be, labels with a tolerance elsewhere."""

from model.probes import unlike

TOLD = [
    {"emotion": "The person shows fear.", "au": "The face shows AU1, AU2, AU4 and AU5."},
    {"emotion": "The person shows joy.", "au": "The face shows AU6 and AU12."},
    {"emotion": "The person shows anger.", "au": "The face shows AU4, AU7, AU9 and AU23."},
]


def other(number: int, **said: str) -> list[dict[str, str]]:
    return [answers | (said if place == number else {}) for place, answers in enumerate(TOLD)]


def test_in_the_same_precision_a_letter_counts():
    assert unlike("emotion", TOLD, TOLD, exact=True) is None
    found = unlike("emotion", TOLD, other(1, emotion="The person shows joy. "), exact=True)
    assert found == (2, "The person shows joy.", "The person shows joy. ")


def test_in_another_words_may_differ_and_a_label_in_five():
    assert unlike("au", TOLD, other(0, au="AU1, AU2, AU4, AU5: surprise or fear."), exact=False) is None
    assert unlike("au", TOLD, other(0, au="The face shows AU1, AU2 and AU25."), exact=False) is None
    found = unlike("au", TOLD, other(0, au="The face shows AU1."), exact=False)
    assert found is not None and found.number == 1


def test_one_emotion_may_be_another_two_may_not():
    one = other(2, emotion="The person shows disgust.")
    assert unlike("emotion", TOLD, one, exact=False) is None
    two = [answers | {"emotion": "The person shows disgust."} for answers in TOLD[:2]] + TOLD[2:]
    assert unlike("emotion", TOLD, two, exact=False).number == 1


def test_a_task_that_is_not_answered_any_more_is_another_answer():
    silent = [{"emotion": answers["emotion"]} for answers in TOLD]
    assert unlike("au", TOLD, silent, exact=False) is not None
