"""The endpoints by name, for gradio_client: /predict, /stream, /faces and /model do what the page does.

    from gradio_client import Client, handle_file
    Client("http://127.0.0.1:7860").predict(handle_file("face.jpg"), api_name="/predict")

A picture must be uploaded by the client (handle_file does that); paths on this computer are refused by
Gradio.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import gradio as gr

from model.errors import ImageError
from model.images import open_image
from studio.demo import QUEUE
from studio.people.guard import guarded
from studio.people.person import VISITOR, Person
from studio.reading import read
from studio.workplace import Workplace


def predict(
    work: Workplace, person: Person | None, picture: str | None, face: int = 0, au_only: bool = False
) -> dict[str, Any]:
    """The Prediction of one face as plain JSON. face counts from 0, largest first."""
    *_, last = stream(work, person, picture, face, au_only)
    return last["prediction"]


def stream(
    work: Workplace, person: Person | None, picture: str | None, face: int = 0, au_only: bool = False
) -> Iterator[dict[str, Any]]:
    """The texts so far; in the last answer, and only there, the prediction as well."""
    given = open_image(_given(picture))
    for texts, prediction in read(work.serving.predictor, given, int(face or 0), bool(au_only)):
        done = prediction.as_dict() | {"rationales": texts} if prediction else None
        yield {"emotion": texts.get("emotion", ""), "au": texts.get("au", ""), "prediction": done}


def faces(work: Workplace, person: Person | None, picture: str | None) -> list[dict[str, Any]]:
    """Box, score and landmarks of every face, in px of the upright picture, largest first."""
    found = work.serving.predictor.expert.detect(open_image(_given(picture)))
    return [
        {
            "box": [float(edge) for edge in face.box],
            "score": float(face.score),
            "points": face.points.tolist(),
        }
        for face in found
    ]


def model(work: Workplace, person: Person | None) -> dict[str, Any]:
    """Which model answers."""
    return asdict(work.serving.status)


def _given(path: str | None) -> str:
    if not path:
        raise ImageError("No picture was given. Give one with gradio_client.handle_file.")
    return path


def build_endpoints(work: Workplace) -> None:
    """Add the endpoints to the current Blocks, open to visitors as the Demo tab is. Their components exist
    for their types only and are never shown.
    """
    with gr.Column(visible=False):
        picture = gr.File(label="picture", type="filepath")
        face = gr.Number(0, label="face", precision=0, minimum=0)
        au_only = gr.Checkbox(False, label="au_only")
        answer = gr.JSON(label="answer")
        button = gr.Button()
    queue = {"concurrency_id": QUEUE, "concurrency_limit": 1}
    for function, inputs, options in (
        (predict, [picture, face, au_only], queue),
        (stream, [picture, face, au_only], queue),
        (faces, picture, queue),
        (model, None, {}),
    ):
        handler = guarded(work, VISITOR, function)
        button.click(handler, inputs, answer, api_name=function.__name__, **options)
