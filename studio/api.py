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
from studio.errors import for_the_page
from studio.reading import read
from studio.serving import Serving


def predict(serving: Serving, path: str | None, face: int = 0, au_only: bool = False) -> dict[str, Any]:
    """The Prediction of one face as plain JSON. face counts from 0, largest first."""
    *_, last = stream(serving, path, face, au_only)
    return last["prediction"]


def stream(
    serving: Serving, path: str | None, face: int = 0, au_only: bool = False
) -> Iterator[dict[str, Any]]:
    """The texts so far; in the last answer, and only there, the prediction as well."""
    picture = open_image(_given(path))
    for texts, prediction in read(serving.predictor, picture, int(face or 0), bool(au_only)):
        done = prediction.as_dict() | {"rationales": texts} if prediction else None
        yield {"emotion": texts.get("emotion", ""), "au": texts.get("au", ""), "prediction": done}


def faces(serving: Serving, path: str | None) -> list[dict[str, Any]]:
    """Box, score and landmarks of every face, in px of the upright picture, largest first."""
    found = serving.predictor.expert.detect(open_image(_given(path)))
    return [
        {
            "box": [float(edge) for edge in face.box],
            "score": float(face.score),
            "points": face.points.tolist(),
        }
        for face in found
    ]


def _given(path: str | None) -> str:
    if not path:
        raise ImageError("No picture was given. Give one with gradio_client.handle_file.")
    return path


def build_endpoints(serving: Serving) -> None:
    """Add the endpoints to the current Blocks. Their components exist for their types only and are never
    shown.
    """
    with gr.Column(visible=False):
        picture = gr.File(label="picture", type="filepath")
        face = gr.Number(0, label="face", precision=0, minimum=0)
        au_only = gr.Checkbox(False, label="au_only")
        answer = gr.JSON(label="answer")
        button = gr.Button()
    queue = {"concurrency_id": QUEUE, "concurrency_limit": 1}
    wrapped = {function.__name__: _bound(function, serving) for function in (predict, stream, faces)}
    button.click(wrapped["predict"], [picture, face, au_only], answer, api_name="predict", **queue)
    button.click(wrapped["stream"], [picture, face, au_only], answer, api_name="stream", **queue)
    button.click(wrapped["faces"], picture, answer, api_name="faces", **queue)
    button.click(lambda: asdict(serving.status), None, answer, api_name="model")


def _bound(function, serving: Serving):
    """The endpoint's own parameters without the model that serves it, under its own name and with its
    errors told.
    """
    if function is stream:

        def endpoint(picture, face=0, au_only=False):
            yield from stream(serving, picture, face, au_only)

    elif function is faces:

        def endpoint(picture):
            return faces(serving, picture)

    else:

        def endpoint(picture, face=0, au_only=False):
            return predict(serving, picture, face, au_only)

    endpoint.__doc__ = function.__doc__
    return for_the_page(endpoint)
