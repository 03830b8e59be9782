"""The quiet parts of the page: tool row, faces to pick from, samples, the note about law and care.

Plain values in, escaped HTML out. Nothing here fetches from another host: pictures are data URIs, icons
are inline SVG.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

HOW_TO = "README.md#load-emola-weights"
"""Where the README says how to load the authors' weights."""


@dataclass(frozen=True)
class ModelStatus:
    """Which model answers, as the top line says it; `demonstration` where it was trained on drawn faces
    only.
    """

    name: str
    revision: str
    device: str
    demonstration: bool


def how_to(may_load: bool) -> str:
    """The head of the settings panel: what mini is for and how EmoLA's own weights are loaded."""
    elsewhere = "On this page the model is set by whoever runs it."
    here = (
        '<span class="needs-admin">Then give the folders below.</span>'
        '<span class="not-admin">Then an admin of this studio loads them here.</span>'
        if may_load
        else elsewhere
    )
    return (
        "<header><h2>The model that answers</h2>"
        '<button type="button" data-closes="settings" aria-label="Close the settings">×</button></header>'
        "<p>mini is built in: a small EmoLA trained on drawn faces, to show how everything works. What it "
        "says about a photograph means nothing. For photographs, load the weights that EmoLA’s authors "
        "released, converted once:</p>"
        "<pre>python -m model.convert --base LLAVA --adapter EMOLA-AU --vision CLIP --out au</pre>"
        f"<p>{here} The whole way, step by step: <b>{HOW_TO}</b>.</p>"
    )


def tools() -> str:
    """The buttons that need no server: webcam, landmarks, whole picture; and the webcam's own window."""
    return (
        '<button type="button" class="tool" data-webcam>Webcam</button>'
        '<button type="button" class="tool" data-landmarks aria-pressed="true">Landmarks</button>'
        '<button type="button" class="tool" data-whole aria-pressed="false" disabled>Whole picture</button>'
        '<dialog class="webcam" aria-label="Webcam"><video autoplay playsinline muted></video>'
        '<p role="status"></p>'
        '<div><button type="button" class="primary" data-shoot>Take the picture</button>'
        '<button type="button" class="tool" data-close>Cancel</button></div></dialog>'
    )


def status_line(faces: int, seconds: float | None) -> str:
    """ "1 face found · 0.14 s"."""
    found = "1 face found" if faces == 1 else f"{faces} faces found"
    return f'<span class="found">{found}{f" · {seconds:.2f} s" if seconds is not None else ""}</span>'


def face_strip(thumbnails: Sequence[str], chosen: int) -> str:
    """Several faces in the picture: one button each, largest first. Nothing for a single face."""
    if len(thumbnails) < 2:
        return ""
    buttons = "".join(
        _thumb(f'data-pick="{index}" aria-pressed="{str(index == chosen).lower()}"', uri, f"Face {index + 1}")
        for index, uri in enumerate(thumbnails)
    )
    return f'<h3>Faces in this picture</h3><div class="thumbs">{buttons}</div>'


def sample_strip(samples: list[tuple[str, str, str]]) -> str:
    """Faces to try, each (name, alt text, data URI)."""
    buttons = "".join(_thumb(f'data-sample="{html.escape(name)}"', uri, alt) for name, alt, uri in samples)
    return f'<h3>Try one</h3><div class="thumbs">{buttons}</div>' if samples else ""


def _thumb(attributes: str, uri: str, alt: str) -> str:
    picture = f'<img src="{uri}" alt="{html.escape(alt)}">'
    return f'<button type="button" class="thumb" {attributes}>{picture}</button>'


def note() -> str:
    """What the answer is not, and what the law forbids to use it for."""
    return (
        "<p>Two people agree on a photograph’s emotion about 60 % of the time. "
        "Not for judging people at work or in school (EU AI Act, Art. 5).</p>"
        "<details><summary>More</summary><p>A face is biometric data. Inferring emotions at work and in "
        "education is prohibited in the EU since 2 February 2025 (Art. 5(1)(f)); elsewhere the people "
        "concerned must be told (Art. 50). Naming action units alone falls under this only where it is used "
        "to infer emotion: “AUs only” asks no emotion of the model. Your picture stays on the computer that "
        "runs this page and is deleted from it within the hour.</p></details>"
        "<details><summary>Use by API</summary><pre>from gradio_client import Client, handle_file\n"
        "studio = Client(&quot;ADDRESS OF THIS PAGE&quot;)\n"
        "studio.predict(handle_file(&quot;face.jpg&quot;), api_name=&quot;/predict&quot;)</pre>"
        "<p>/predict and /stream take the picture, the number of the face (0 is the largest) and au_only; "
        "/faces takes the picture; /model takes nothing. All answer JSON.</p></details>"
    )
