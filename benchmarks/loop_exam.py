"""What a model is worth on held-out drawn faces, for `benchmarks.loop`: figures with intervals.

Faces that the landmark expert does not find count as answers that say nothing. Answers are kept on disk, so a
model is asked once. Figures are of the corrected scorer of `train.bench`: F1 is a mean over AUs (0..100),
REGE the mean over both tasks (0..200). Intervals are 95 %, by bootstrap over faces, the same ones for all
models, and over the seeds that several models stand for.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.loop_shift import MISLABELLED, OTHERS, Shift
from model.errors import NoFaceFound
from model.facs import FABA, FABA_SCORED
from model.mini import faces
from model.mini.rationale import au_rationale, emotion_rationale
from model.predictor import Predictor
from model.tasks import TASKS
from train.bench import corrected

FIRST = 40_000
"""Number of the first held-out face; the gate's original set and `model.mini.evaluate` begin at 0."""
BATCH, REPLICATES = 32, 1000
AUS = {"F1": FABA_SCORED, "mislabelled": MISLABELLED, "others": OTHERS}


class Exam:
    """Held-out faces of a shift. split: "test" to report, "validation" to choose options with."""

    def __init__(self, shift: Shift, count: int, split: str, kept: Path):
        self.shift, self.split, self.kept = shift, split, kept
        self.numbers = range(FIRST, FIRST + count)
        self._faces = [faces.face(split, number) for number in self.numbers]
        self._truth = self._entries()
        self._looks: list | None = None
        rng = np.random.default_rng(3)
        self.weights = np.vstack(
            [np.ones(count), rng.multinomial(count, np.full(count, 1 / count), REPLICATES)]
        )

    def answers(self, adapter: str) -> dict[str, list[str]]:
        """Return task -> a model's answers, "" where no face was found. adapter: its folder; "": the mini."""
        name = f"{Path(adapter).name or 'mini'}-{self.shift.name}-{self.split}-{len(self.numbers)}.json"
        file = self.kept / name
        if not file.exists():
            self.kept.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(self._ask(adapter)), encoding="utf-8")
        return json.loads(file.read_text(encoding="utf-8"))

    def figures(self, adapter: str) -> dict[str, np.ndarray]:
        """Return figure -> (1 + REPLICATES,): as measured, then under each resampling of the faces."""
        answers = self.answers(adapter)
        named = {
            task: dict(zip(map(str, self.numbers), texts, strict=True)) for task, texts in answers.items()
        }
        read = {task: corrected.outcome(task, "FABA", self._truth[task], named[task]) for task in TASKS}
        scored = {task: corrected.figures(one, self.weights) for task, one in read.items()}
        found = {
            "REGE": (scored["au"]["S_rege"] + scored["emotion"]["S_rege"]) / 2,
            "emotion": scored["emotion"]["S_re"],
        }
        shown = np.array([[code in face.intensities for code in FABA] for face in self._faces])
        read_units = [TASKS["au"].parse(text) for text in answers["au"]]
        said = np.array([[code in units for code in FABA] for units in read_units])
        hits, both = self.weights @ (shown & said), self.weights @ shown + self.weights @ said
        for name, codes in AUS.items():
            columns = [FABA.index(code) for code in codes]
            found[name] = 100 * (2 * hits / np.maximum(both, 1))[:, columns].mean(axis=1)
        return found

    def _entries(self) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = {task: [] for task in TASKS}
        for number, face in zip(self.numbers, self._faces, strict=True):
            rng, codes = np.random.default_rng((77, number)), face.action_units
            label = ", ".join(code.removeprefix("AU") for code in codes)
            text = au_rationale(codes, rng)
            found["au"].append({"id": str(number), "label": label, "gpt4": text})
            text = emotion_rationale(face.emotion, codes, rng)
            found["emotion"].append({"id": str(number), "label": face.emotion, "gpt4": text})
        return found

    def _ask(self, adapter: str) -> dict[str, list[str]]:
        predictor = Predictor(adapter=adapter or None, probabilities=False)
        if self._looks is None:
            self._looks = [_look(predictor, self.shift.picture(face.picture)) for face in self._faces]
        found = [look for look in self._looks if look is not None]
        said = []
        for first in range(0, len(found), BATCH):
            said += [one.rationales for one in predictor.predict_looks(found[first : first + BATCH])]
        texts = iter(said)
        each = [dict.fromkeys(TASKS, "") if look is None else next(texts) for look in self._looks]
        return {task: [one[task] for one in each] for task in TASKS}


def _look(predictor: Predictor, picture: np.ndarray):
    try:
        return predictor.look(picture)
    except NoFaceFound:
        return None


def over_seeds(figures: Sequence[np.ndarray]) -> tuple[float, float, float]:
    """Return the mean over seeds of a figure, or of a difference, and its interval (low, high).

    figures: a seed each, as `Exam.figures` gives them, all of the same resamplings.
    """
    each = np.array(figures)
    rng = np.random.default_rng(4)
    draws = rng.integers(len(each), size=(each.shape[1] - 1, len(each)))
    resampled = each[draws, np.arange(1, each.shape[1])[:, None]].mean(axis=1)
    low, high = np.percentile(resampled, [2.5, 97.5])
    return float(each[:, 0].mean()), float(low), float(high)
