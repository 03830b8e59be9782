"""The Demo tab: a face in; the expression it shows, its action units and the reasons out, as they are
written.

Handlers take and return plain values and raise our errors; `build_tab` lays out and wires. A failed
picture is a state of the page, not a pop-up. What a person looks at is in their own gr.State; the model
is shared (`studio.serving`).
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial

import gradio as gr
from PIL import Image

from model.errors import EmolaError
from model.images import open_image
from studio import page, stage
from studio.people.guard import guarded
from studio.people.person import VISITOR, Person
from studio.reading import PACE, Seen, asked, look, read
from studio.samples import SAMPLES, sample_path
from studio.serving import Serving
from studio.views import View, answer_cards, broken_view, empty_view, failed_view, too_large_view
from studio.workplace import Workplace

QUEUE = "model"
"""Every event that computes with the model shares this concurrency id, so that one runs at a time."""


@dataclass(frozen=True, eq=False)
class Request:
    """What a person asked to see: a file, or another face of the picture that is open. Compared by
    identity.
    """

    path: str | None = None
    seen: Seen | None = None
    face: int = 0


def show(
    serving: Serving, request: Request, au_only: bool, pace: float = PACE
) -> Iterator[tuple[View, Seen | None]]:
    """Everything the page shows for a request, from the first look to the last bar; a growing text at most
    every `pace` seconds.
    """
    predictor, seen, picture = serving.predictor, request.seen, None
    try:
        tasks = asked(predictor, au_only)
        path = seen.path if seen else request.path
        picture = open_image(path)
        if seen is None or seen.expert != predictor.expert.revision:
            yield View(stage=stage.waiting_stage(picture), **answer_cards(tasks, {}, None)), None
            seen = look(predictor.expert, path, picture)
        seen = replace(seen, chosen=min(request.face, len(seen.faces) - 1))
        view = View(
            stage=stage.face_stage(picture, seen.faces, seen.chosen),
            faces=page.face_strip(seen.thumbnails, seen.chosen),
            found=page.status_line(len(seen.faces), None),
            **answer_cards(tasks, {}, None),
        )
        yield view, seen
        for texts, prediction in read(predictor, picture, seen.faces[seen.chosen], au_only, pace):
            view = replace(view, **answer_cards(tasks, texts, prediction))
            if prediction:
                view = replace(view, found=page.status_line(len(seen.faces), prediction.timings["total"]))
            yield view, seen
    except EmolaError as error:
        yield failed_view(error, picture), None


def build_tab(work: Workplace, *, au_only: bool = False) -> None:
    """Lay out the tab inside the current Blocks and wire it. All of it is open to visitors."""
    piece = partial(gr.HTML, apply_default_css=False)
    with gr.Row(elem_id="demo"):
        with gr.Column(elem_id="face-side"):
            face = piece(empty_view().stage, elem_id="stage", js_on_load=_PICK)
            with gr.Row(elem_id="tools"):
                upload = gr.UploadButton("Upload or paste", elem_id="upload", size="sm")
                tool_row = piece(page.tools(), elem_id="tool-row", js_on_load=_REFUSE)
                only = gr.Checkbox(au_only, label="AUs only", elem_id="au-only", container=False)
                found = piece(elem_id="found")
            faces = piece(elem_id="faces", js_on_load=_PICK)
            samples = piece(
                page.sample_strip(sample_cards()),
                elem_id="samples",
                js_on_load=_PICK_SAMPLE,
            )
        with gr.Column(elem_id="answer-side"):
            answer = piece(empty_view().answer, elem_id="answer")
            units = piece(elem_id="units")
            emotions = piece(elem_id="emotions")
            piece(page.note(), elem_id="note")
    parts = [face, faces, found, answer, units, emotions]
    wanted, seen = gr.State(None), gr.State(None, time_to_live=3600)

    def run(work: Workplace, person: Person | None, wish: Request | None, only_units: bool):
        if wish is None:
            yield *_parts(empty_view()), None
            return
        before = (None,) * len(parts)
        for view, now_seen in show(work.serving, wish, only_units):
            now = _parts(view)
            # The stage holds the picture; what did not change is not sent again with every word.
            yield *(gr.skip() if new == old else new for new, old in zip(now, before, strict=True)), now_seen
            before = now

    quietly = {"show_progress": "hidden", "api_visibility": "private"}
    open_to_all = partial(guarded, work, VISITOR)
    running = wanted.change(
        open_to_all(run),
        [wanted, only],
        [*parts, seen],
        concurrency_id=QUEUE,
        concurrency_limit=1,
        trigger_mode="multiple",
        **quietly,
    )
    running.failure(open_to_all(lambda work, person: _parts(broken_view())), None, parts, **quietly)

    def asks(event, handler, inputs):
        """A new wish ends the answer in progress. Queued: Gradio tells of a changed State only then."""
        event(open_to_all(handler), inputs, wanted, cancels=running, **quietly)

    asks(upload.upload, lambda work, person, path: Request(path=path), upload)
    asks(samples.pick, pick_sample, None)
    for strip in (faces, face):
        asks(strip.pick, pick_face, seen)
    asks(only.change, look_again, seen)

    def refuse(work: Workplace, person: Person | None, event: gr.EventData) -> tuple[str, ...]:
        return _parts(too_large_view(str(event.name), float(event.mb), work.max_upload_mb))

    tool_row.refuse(open_to_all(refuse), None, parts, cancels=running, queue=False, **quietly)


def pick_sample(work: Workplace, person: Person | None, event: gr.EventData) -> Request:
    """One of the sample faces. KeyError for a name that is none of theirs."""
    return Request(path=sample_path(str(event.sample)))


def pick_face(
    work: Workplace, person: Person | None, seen: Seen | None, event: gr.EventData
) -> Request | None:
    """Another face of the open picture."""
    return Request(seen=seen, face=max(0, int(event.index))) if seen else None


def look_again(work: Workplace, person: Person | None, seen: Seen | None) -> Request | None:
    """The same face, now that the questions are others."""
    return Request(seen=seen, face=seen.chosen) if seen else None


def sample_cards() -> list[tuple[str, str, str]]:
    """Name, alt text and picture of each sample face."""
    return [
        (name, alt, stage.data_uri(Image.open(sample_path(name)), 2 * stage.THUMB_PX))
        for name, alt in SAMPLES.items()
    ]


def _parts(view: View) -> tuple[str, ...]:
    return tuple(asdict(view).values())


_PICK = """
element.addEventListener('click', (event) => {
  const face = event.target.closest('[data-pick]');
  if (face) trigger('pick', { index: Number(face.dataset.pick) });
});
"""
_PICK_SAMPLE = """
element.addEventListener('click', (event) => {
  const face = event.target.closest('[data-sample]');
  if (face) trigger('pick', { sample: face.dataset.sample });
});
"""
_REFUSE = """
document.addEventListener('emola:too-large', (event) => trigger('refuse', event.detail));
"""
