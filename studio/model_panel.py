"""The settings panel: which base, adapters and landmark expert answer, loaded while the page runs.

Closed until the model's chip in the top line is pressed (the page's script opens it). Where visitors may
not load models, the panel says which one answers and how to load another, and offers no field.
"""

import html
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import gradio as gr

from model.errors import EmolaError
from model.landmarks import EXPERTS
from studio import page, top_line
from studio.demo import QUEUE
from studio.people.guard import guarded
from studio.people.person import Person
from studio.serving import Choice, Serving
from studio.workplace import Workplace

LOG = logging.getLogger(__name__)
STAYS = "The model before it goes on answering."
FROM_ADAPTER = "as the adapter needs"
DEVICES = ("cpu", "cuda", "mps")
DTYPES = ("float32", "bfloat16", "float16")
INSIGHTFACE_NOTE = "InsightFace’s weights are for non-commercial research only."


def load(serving: Serving, choice: Choice) -> Iterator[str]:
    """Exchange the model; yields what to show meanwhile. The one in use goes on answering if the new one
    fails.
    """
    started = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(serving.load, choice)
        while not work.done():
            yield _say(
                "busy",
                f"Loading {choice.base or 'the built-in mini'}: {time.monotonic() - started:.0f} s so far",
            )
            try:
                work.exception(timeout=0.5)
            except TimeoutError:
                continue
    error = work.exception()
    if isinstance(error, EmolaError):
        yield _say("failed", f"{error} {STAYS}")
    elif error is not None:
        LOG.error("Loading %s failed.", choice, exc_info=error)
        yield _say(
            "failed", f"It could not be loaded ({type(error).__name__}); the studio’s log says why. {STAYS}"
        )
    else:
        yield _say(
            "done", f"{serving.status.name} answers now. It took {time.monotonic() - started:.1f} s to load."
        )


def _say(state: str, message: str) -> str:
    role = "alert" if state == "failed" else "status"
    bar = '<i class="load-bar" aria-hidden="true"></i>' if state == "busy" else ""
    return f'<p class="load" data-state="{state}" role="{role}">{html.escape(message)}</p>{bar}'


def build_panel(work: Workplace, top: gr.HTML, *, may_load: bool) -> None:
    """Add the panel to the current Blocks; `top` are the top line's chips, which say who answers.

    Where `may_load`, an admin may load another model: it is exchanged for everybody.
    """
    now = work.serving.choice
    with gr.Column(elem_id="settings"):
        gr.HTML(apply_default_css=False, value=page.how_to(may_load))
        if not may_load:
            return
        with gr.Column(elem_id="load-form", elem_classes="needs-admin"):
            base = gr.Textbox(
                now.base,
                label="Base model",
                placeholder="built-in mini",
                info="Folder or hub id (name@revision)",
            )
            adapter = gr.Textbox(now.adapter, label="Adapter", info="One that answers both questions")
            with gr.Row():
                adapter_au = gr.Textbox(now.adapter_au, label="Adapter for action units")
                adapter_emotion = gr.Textbox(now.adapter_emotion, label="Adapter for emotion")
            names = [(FROM_ADAPTER, ""), *((name, name) for name in EXPERTS)]
            expert = gr.Dropdown(names, value=now.expert, label="Landmark expert", info=INSIGHTFACE_NOTE)
            expert_model = gr.Textbox(
                now.expert_model, label="Path of 2d106det.onnx", info="For insightface_106 only"
            )
            with gr.Row():
                device = gr.Dropdown(DEVICES, value=now.device, label="Device", allow_custom_value=True)
                dtype = gr.Dropdown(DTYPES, value=now.dtype, label="Number format")
            with gr.Column(elem_id="load-foot"):
                said = gr.HTML(apply_default_css=False, elem_id="load-said")
                with gr.Row():
                    button = gr.Button("Load", variant="primary")
                    back = gr.Button("Back to mini")

    def exchange(work: Workplace, person: Person, *values: str):
        for message in load(work.serving, Choice(*values).stripped()):
            yield message, top_line.chips(work.serving.status, person, accounts=work.people.accounts)

    plain = Choice(device=now.device, dtype=now.dtype)

    def clear(work: Workplace, person: Person):
        return tuple(vars(plain).values())

    fields = [base, adapter, adapter_au, adapter_emotion, expert, expert_model, device, dtype]
    quietly = {"show_progress": "hidden", "api_visibility": "private"}
    queue = {"concurrency_id": QUEUE, "concurrency_limit": 1}
    button.click(guarded(work, "admin", exchange), fields, [said, top], **queue, **quietly)
    put_back = back.click(guarded(work, "admin", clear), None, fields, queue=False, **quietly)
    put_back.success(guarded(work, "admin", exchange), fields, [said, top], **queue, **quietly)
