"""The Annotate tab: HTML that static/annotate's scripts fill, and the endpoints that they call."""

import gradio as gr

from studio.annotate.endpoints import publish_endpoints
from studio.annotate.exemplars import exemplar
from studio.annotate.page import shell
from studio.people.guard import publish
from studio.workplace import Workplace


def build_tab(work: Workplace) -> None:
    """Lay out the tab inside the current Blocks and wire it."""
    gr.HTML(shell(), apply_default_css=False, elem_id="annotate")
    publish_endpoints(work)
    publish(work, "annotator", exemplar, visible=False)
