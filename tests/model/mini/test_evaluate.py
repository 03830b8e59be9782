"""The mini's figures, on answers made by hand."""

import numpy as np
import pytest

from model.errors import NoFaceFound
from model.facs import FABA, FABA_SCORED
from model.mini.evaluate import calibrate, f1_by_unit, intervals, measure, predictions, table
from model.mini.faces import DrawnFace
from model.mini.rationale import au_rationale, emotion_rationale
from model.predict import Prediction
from model.tasks import TASKS

EMOTIONS = TASKS["emotion"].labels


def drawn(number, emotion="happiness", units=FABA):
    """A face whose picture is its number, and which shows `units`."""
    return DrawnFace(np.full((2, 2, 3), number), np.zeros((68, 2)), emotion, dict.fromkeys(units, 1.0))


def said(emotion, units, texts=("", "")):
    """A prediction that names these, sure of it."""
    return Prediction(
        face=None,
        emotion=emotion,
        emotion_probabilities={label: float(label == emotion) for label in EMOTIONS},
        action_units=tuple(units),
        au_probabilities={code: float(code in units) for code in FABA},
        rationales=dict(zip(("au", "emotion"), texts, strict=True)),
        revisions={},
        timings={},
    )


class Answers:
    """Stands in for a Predictor: gives each picture the answer prepared for its number, None is no face."""

    revisions = {"base": "made by hand"}

    def __init__(self, answers):
        self.answers = answers
        self.temperatures = {"au": 2.0, "emotion": 2.0}

    def look(self, picture):
        answer = self.answers[int(picture[0, 0, 0])]
        if answer is None:
            raise NoFaceFound("No face.")
        return answer

    def predict_looks(self, looks):
        return looks


def test_f1_is_twice_the_hits_over_all_that_was_true_or_said():
    truth, answer = np.zeros((4, 20), bool), np.zeros((4, 20), bool)
    truth[:3, 0], answer[1:, 0] = True, True  # 2 hits, 1 miss, 1 false alarm
    truth[:, 1], answer[:, 1] = True, True
    answer[0, 2] = True
    truth[0, 3] = True
    f1 = f1_by_unit(truth, answer)
    assert list(f1) == list(FABA)
    assert f1["AU1"] == pytest.approx(4 / 6) and f1["AU2"] == 1
    assert f1["AU4"] == f1["AU5"] == f1["AU43"] == 0


def test_answers_stay_with_their_faces_over_several_batches():
    answers = [None if number % 3 == 0 else said("fear", FABA[: number % 20]) for number in range(70)]
    assert predictions(Answers(answers), [drawn(number) for number in range(70)]) == answers


def test_perfect_answers_score_1_everywhere():
    faces = [drawn(0), drawn(1, "fear", FABA)]
    texts = []
    for number, face in enumerate(faces):
        rng = np.random.default_rng((77, number))
        texts.append(
            (au_rationale(face.intensities, rng), emotion_rationale(face.emotion, face.intensities, rng))
        )
    answers = [said(face.emotion, FABA, text) for face, text in zip(faces, texts, strict=True)]
    figures = measure(Answers(answers), faces)
    assert figures["au_f1_scored"] == figures["au_f1_all"] == figures["emotion_accuracy"] == 1
    assert figures["rouge_l"] == {"au": 1, "emotion": 1} and figures["ece"] == {"au": 0, "emotion": 0}
    assert figures["faces"] == 2 and figures["faces_found"] == 1
    assert figures["au_support"] == dict.fromkeys(FABA, 2)


def test_a_face_that_is_not_found_counts_against():
    faces = [drawn(0), drawn(1)]
    figures = measure(Answers([said("happiness", FABA, ("text", "text")), None]), faces)
    assert figures["faces_found"] == figures["emotion_accuracy"] == 0.5
    assert figures["au_f1_all"] == pytest.approx(2 / 3)
    assert max(figures["rouge_l"].values()) < 0.5


def test_the_scored_mean_is_over_the_12_scored_aus():
    answers = [said("happiness", FABA_SCORED, ("x", "x"))]
    figures = measure(Answers(answers), [drawn(0)])
    assert figures["au_f1_scored"] == 1 and figures["au_f1_all"] == pytest.approx(12 / 20)


def test_intervals_contain_the_figure_and_narrow_with_more_faces():
    rng = np.random.default_rng(0)

    def sample(n):
        faces = [drawn(i, "fear", [code for code in FABA if rng.random() < 0.5]) for i in range(n)]
        answers = [
            said("fear" if rng.random() < 0.7 else "anger", [code for code in FABA if rng.random() < 0.5])
            for _ in range(n)
        ]
        figures = measure(Answers(answers), faces)
        spans = figures["interval_95"]
        for name, (low, high) in spans.items():
            assert low <= figures[name] <= high
        return spans

    few, many = sample(20), sample(160)
    for name, (low, high) in many.items():
        assert high - low < few[name][1] - few[name][0]


def test_intervals_are_the_same_each_time():
    faces = [drawn(0), drawn(1, "fear", ["AU1"])]
    answers = [said("happiness", FABA), None]
    assert intervals(faces, answers, rounds=20) == intervals(faces, answers, rounds=20)


def test_the_table_says_faces_figures_and_the_weakest_au():
    faces = [drawn(0), drawn(1)]
    answers = [said("happiness", [code for code in FABA if code != "AU14"], ("x", "x")) for _ in faces]
    text = table(measure(Answers(answers), faces))
    assert text.startswith("| 2 held-out drawn faces |")
    assert "| lowest AU | AU14 0.000 |" in text and "| emotion accuracy | 1.000 (1.000 to 1.000) |" in text


def test_calibration_sets_the_predictor_s_own_temperatures_aside():
    predictor = Answers([said("happiness", FABA), None, said("fear", ["AU1"])])
    figures = calibrate(predictor, [drawn(0), drawn(1), drawn(2, "fear", ["AU1"])])
    assert predictor.temperatures == {"au": 1.0, "emotion": 1.0}
    assert set(figures) == {"au", "emotion"} and figures["emotion"]["n"] == 2
