"""The Demo tab's changing parts in each of its states: empty, loading, streaming, answered, failed."""

from dataclasses import dataclass

from PIL import Image

from model.errors import EmolaError, ImageError, NoFaceFound
from model.prediction import Prediction
from studio import render, stage
from studio.samples import OUTLINE

PROMPT = "Drop a picture, paste one, or pick a face below"


@dataclass(frozen=True)
class View:
    """The page's changing parts as HTML, in the order in which they are wired."""

    stage: str = ""
    faces: str = ""
    found: str = ""
    answer: str = ""
    units: str = ""
    emotions: str = ""


def empty_view() -> View:
    """Before any face, and after one is put away."""
    return View(stage=stage.empty_stage(OUTLINE, PROMPT), answer=render.guide_card())


def failed_view(error: Exception, picture: Image.Image | None = None) -> View:
    """What went wrong, where the face would be."""
    if isinstance(error, NoFaceFound):
        title = "No face found"
    elif isinstance(error, ImageError):
        title = "This picture cannot be read"
    else:
        title = "The face could not be read"
    return View(stage=stage.failed_stage(picture, OUTLINE, title, str(error)), answer=render.guide_card())


def too_large_view(name: str, size: float, limit: float) -> View:
    """A file over the limit, refused before it was sent. Sizes in MB."""
    allowed = f"{name} has {size:.0f} MB; at most {limit:.0f} MB are taken."
    return failed_view(ImageError(f"{allowed} Save it smaller or as JPEG, and give it again."))


def broken_view() -> View:
    """Something that is not our error; Gradio has logged it."""
    return failed_view(
        EmolaError(
            "Something failed here, by no fault of the picture; the studio's log says what. Try again."
        )
    )


def answer_cards(
    tasks: tuple[str, ...], texts: dict[str, str], prediction: Prediction | None
) -> dict[str, str]:
    """The three cards for the texts so far and, at the end, the labels and probabilities; none for what
    is not asked.
    """
    done = prediction is not None
    cards = {"answer": "", "units": "", "emotions": ""}
    if "au" in tasks:
        present = prediction.action_units if done else ()
        chances = prediction.au_probabilities if done else None
        cards["units"] = render.units_card(texts.get("au", ""), present, chances, streaming=not done)
    if "emotion" in tasks:
        emotion = prediction.emotion if done else None
        odds = prediction.emotion_probabilities if done else None
        cards["answer"] = render.answer_card(emotion, odds, texts.get("emotion", ""), streaming=not done)
        cards["emotions"] = render.emotions_card(emotion, odds)
    return cards
