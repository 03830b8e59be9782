"""A stand-in for the predictor: answers at once and always the same, with a real drawn face's landmarks.

It finds no face in a picture without contrast, and as many faces as the picture is wider than high.
"""

import time

import numpy as np

from model.errors import NoFaceFound
from model.facs import FABA
from model.landmarks import Face
from model.mini.geometry import face_landmarks, sample_identity
from model.prediction import PartialAnswer, Prediction

EMOTION_TEXT = "The person shows a happy expression. The cheeks are lifted and the lip corners are pulled up."
AU_TEXT = (
    "The face shows these action units:\n"
    "1. AU6 - Cheek Raiser: The cheeks are raised and narrow the eyes from below.\n"
    "2. AU12 - Lip Corner Puller: The lip corners are pulled up and back.\n"
    "3. AU25 - Lips Part: The lips are parted <b>and</b> show the teeth, suggesting joy.\n"
    "This is what the cheeks and the mouth show; it does not tell what the person feels."
)


class FakeExpert:
    name, width, revision = "mini", 136, "mini-1"

    def detect(self, picture):
        if np.asarray(picture).std() < 4:
            raise NoFaceFound(
                f"No face was found in this picture of {picture.width}x{picture.height} px. Try another."
            )
        count, side = max(1, round(picture.width / picture.height)), min(picture.size)
        shape = face_landmarks(
            sample_identity(np.random.default_rng(1)), {"AU6": 0.8, "AU12": 0.9, "AU25": 0.7}
        )
        faces = []
        for index in range(count):
            middle = np.array([(index + 0.5) * picture.width / count, side * 0.53])
            points = (shape * side * 0.3 + middle).astype(np.float32)
            (left, top), (right, bottom) = points.min(0), points.max(0)
            box = (float(left), float(top - 0.1 * side), float(right), float(bottom))
            faces.append(Face(box, 0.99, points, np.zeros(self.width, np.float32)))
        return faces


class FakePredictor:
    tasks = ("emotion", "au")

    def __init__(self, pause: float = 0):
        self.pause, self.expert, self.asked = pause, FakeExpert(), []
        self.revisions = {
            "base": "mini@0123456789abcdef",
            "adapter_au": None,
            "adapter_emotion": None,
            "expert": "mini",
        }

    def stream(self, picture, face=0, tasks=("emotion", "au")):
        self.asked.append(tasks)
        found = self.expert.detect(picture)[face] if isinstance(face, int) else face
        texts = {"emotion": EMOTION_TEXT, "au": AU_TEXT}
        for task in tasks:
            words = texts[task].split(" ")
            for end in range(1, len(words) + 1):
                time.sleep(self.pause)
                yield PartialAnswer(task, " ".join(words[:end]))
        chances = dict.fromkeys(FABA, 0.02) | {
            "AU12": 0.97,
            "AU25": 0.94,
            "AU6": 0.91,
            "AU7": 0.38,
            "AU26": 0.22,
        }
        odds = {
            "happiness": 0.96,
            "sadness": 0.0,
            "surprise": 0.02,
            "anger": 0.001,
            "neutral": 0.01,
            "disgust": 0.0,
            "fear": 0.0,
        }
        emotional = "emotion" in tasks
        yield Prediction(
            face=found,
            emotion="happiness" if emotional else None,
            emotion_probabilities=odds if emotional else {},
            action_units=("AU6", "AU12", "AU25"),
            au_probabilities=chances,
            rationales={task: texts[task] for task in tasks},
            revisions=self.revisions,
            timings={"face": 0.04, "answers": 0.1, "total": 0.14},
        )
