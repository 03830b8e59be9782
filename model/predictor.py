"""From a picture to a `Prediction`: face, emotion, action units, probabilities, and why.

Labels are what the model's answers say, read by `model.tasks`; probabilities are the model's own
likelihoods at the places where the answers name labels, calibrated by one temperature a task. Answers are
greedy, so the same picture gives the same prediction, alone or in a batch (up to the last digits of
floating point).

Shown expression, not felt emotion. A probability is not an AU's intensity.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from model import hub
from model.answers import MAX_NEW_TOKENS, GreedyAnswers, read_faces
from model.calibration import read_temperatures, scale_any_of, scale_one_of
from model.errors import EmolaError, LandmarkExpertError
from model.images import open_image
from model.landmarks import Face, LandmarkExpert, get_expert
from model.likelihood import score_slots
from model.load import load
from model.prediction import Look, PartialAnswer, Prediction, Reading
from model.probabilities import any_of, one_of
from model.tasks import TASKS

MINI = Path(__file__).parent / "mini" / "weights"
"""The embedded default: a demonstration model, trained on drawn faces."""

ALL_TASKS = tuple(TASKS)


class Predictor:
    """A base model, its adapters and the landmark expert that they need, ready to answer.

    base: folder or hub id, by default the mini. adapter: answers every task; adapter_au, adapter_emotion:
    each answers its own, on the same base. A task without an adapter, where another has one, is not
    asked: see `tasks`. expert: a LandmarkExpert or the name of one (with expert_options), by default the
    one that the weights need. probabilities: False leaves them empty, where only answers are wanted: they
    take most of a batch's time. Raises CheckpointError, LandmarkExpertError, EmolaError where these cannot
    be had or do not belong together.
    """

    def __init__(
        self,
        base: str | Path | None = None,
        adapter: str | Path | None = None,
        adapter_au: str | Path | None = None,
        adapter_emotion: str | Path | None = None,
        *,
        expert: str | LandmarkExpert | None = None,
        expert_options: Mapping[str, Any] | None = None,
        device: str = "cpu",
        dtype: str = "float32",
        quantize: str | None = None,
        max_new_tokens: int = MAX_NEW_TOKENS,
        probabilities: bool = True,
    ):
        base = base or MINI
        places = {"emotion": adapter_emotion or adapter, "au": adapter_au or adapter}
        places = {task: str(place) for task, place in places.items() if place}
        self.tasks = tuple(task for task in TASKS if task in places or not places)
        # One folder for two tasks is one adapter, whose reading of the picture both share.
        names = {place: f"adapter_{i}" for i, place in enumerate(dict.fromkeys(places.values()))}
        self._adapters = {task: names.get(places.get(task, "")) for task in self.tasks}
        adapters = {name: place for place, name in names.items()} or None
        self.model, self.processor = load(base, adapters, device=device, dtype=dtype, quantize=quantize)
        self.expert = _fitting_expert(self.processor, expert, expert_options or {})
        loaded = self.processor.revisions
        self.revisions: dict[str, str | None] = {
            "base": loaded["base"],
            **{f"adapter_{task}": loaded.get(self._adapters.get(task)) for task in TASKS},
            "expert": self.expert.revision,
        }
        folders = {task: hub.fetch(places.get(task, base)) for task in self.tasks}
        self.temperatures = {
            task: read_temperatures(folder).get(task, 1.0) for task, folder in folders.items()
        }
        self._max_new_tokens, self._wants_odds = max_new_tokens, probabilities

    def predict(self, image, face: int | Face = 0, tasks: Sequence[str] = ALL_TASKS) -> Prediction:
        """Return the prediction of a picture's face: its number, largest first, or a Face found in it.

        image: whatever `open_image` reads. Raises ImageError, NoFaceFound, LandmarkExpertError;
        EmolaError where the picture has fewer faces or a task is unknown.
        """
        return self.predict_looks([self.look(image, face)], tasks)[0]

    def predict_batch(self, images: Sequence[Any], tasks: Sequence[str] = ALL_TASKS) -> list[Prediction]:
        """Return the prediction of each picture's largest face, all as one batch. Raises as `predict`."""
        return self.predict_looks([self.look(image) for image in images], tasks)

    def predict_looks(self, looks: Sequence[Look], tasks: Sequence[str] = ALL_TASKS) -> list[Prediction]:
        """Return the predictions of faces that `look` found, answered as one batch."""
        reading = Reading(looks)
        for _ in self._answer(reading, tasks, streaming=False):
            pass
        return reading.predictions(self.revisions)

    def stream(
        self, image, face: int | Face = 0, tasks: Sequence[str] = ALL_TASKS
    ) -> Iterator[PartialAnswer | Prediction]:
        """Yield the answers as they grow, then the Prediction. Raises as `predict`, before the first."""
        yield from self.stream_look(self.look(image, face), tasks)

    def stream_look(
        self, look: Look, tasks: Sequence[str] = ALL_TASKS
    ) -> Iterator[PartialAnswer | Prediction]:
        """Yield as `stream` does, for a face that `look` found."""
        reading = Reading([look])
        yield from self._answer(reading, tasks, streaming=True)
        yield reading.predictions(self.revisions)[0]

    def look(self, image, face: int | Face = 0) -> Look:
        """Find the face of a picture that is meant, and ask the model nothing yet. Raises as `predict`."""
        start = perf_counter()
        picture = open_image(image)
        if not isinstance(face, Face):
            faces = self.expert.detect(picture)
            if not 0 <= face < len(faces):
                found = "1 face was" if len(faces) == 1 else f"{len(faces)} faces were"
                raise EmolaError(
                    f"Face {face} was asked for, but {found} found. Give a number from 0 (the largest) to "
                    f"{len(faces) - 1}."
                )
            face = faces[face]
        return Look(face, self.expert.crop(picture, face), perf_counter() - start)

    def _answer(self, reading: Reading, tasks: Sequence[str], *, streaming: bool) -> Iterator[PartialAnswer]:
        """Fill a reading; tasks of one adapter share its view of the pictures. Streams the first face."""
        if unknown := set(tasks).difference(TASKS):
            raise EmolaError(f"There is no task {', '.join(sorted(unknown))}. Allowed: {', '.join(TASKS)}.")
        asked = [task for task in self.tasks if task in tasks] if reading.looks else []
        for adapter in dict.fromkeys(self._adapters[task] for task in asked):
            if adapter is not None:
                self.model.set_adapter(adapter)
            group = [task for task in asked if self._adapters[task] == adapter]
            of_row = group * len(reading.looks)
            questions = [TASKS[task].question for task in group]
            with reading.timed("picture"):
                crops, priors = zip(*((look.crop, look.face.vector) for look in reading.looks), strict=True)
                prefix = read_faces(self.model, self.processor, crops, priors)
            with reading.timed("answers"):
                answers = GreedyAnswers(self.model, self.processor, prefix, questions, self._max_new_tokens)
                if streaming:
                    yield from (PartialAnswer(group[row], text) for row, text in answers.stream())
                texts = answers.finish()
            with reading.timed("probabilities"):
                slots = [TASKS[task].slots(text) for task, text in zip(of_row, texts, strict=True)]
                scored = self._wants_odds and score_slots(
                    self.model, self.processor, prefix, questions, slots
                )
            for row, (task, text) in enumerate(zip(of_row, texts, strict=True)):
                odds = self._probabilities(task, slots[row], scored[row]) if scored else {}
                reading.add(row // len(group), task, text, TASKS[task].parse(text), odds)

    def _probabilities(self, task: str, slots, masses) -> dict[str, float]:
        if TASKS[task].exclusive:
            return scale_one_of(one_of(masses), self.temperatures[task])
        return scale_any_of(any_of(slots, masses), self.temperatures[task])


def _fitting_expert(
    processor, expert: str | LandmarkExpert | None, options: Mapping[str, Any]
) -> LandmarkExpert:
    """The landmark expert asked for. Raises LandmarkExpertError where the weights need another."""
    needed = processor.landmark_expert if processor.landmark_width else None
    name = expert.name if isinstance(expert, LandmarkExpert) else expert or needed or "mini"
    if needed is not None and name != needed:
        raise LandmarkExpertError(
            f"These weights need the landmark expert {needed!r} ({processor.landmark_width} numbers a face), "
            f"not {name!r}: their facial prior was trained on its landmarks. Choose {needed!r}."
        )
    found = expert if isinstance(expert, LandmarkExpert) else get_expert(name, **options)
    if processor.landmark_width and found.width != processor.landmark_width:
        raise LandmarkExpertError(
            f"The landmark expert {name!r} gives {found.width} numbers a face; these weights need"
            f" {processor.landmark_width}. Give the expert that they were trained with."
        )
    return found
