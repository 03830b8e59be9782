"""The Data tab: one page of HTML that static/data's scripts fill, and the endpoints that they call."""

import gradio as gr

from studio.data.endpoints import publish_endpoints
from studio.data.page import shell
from studio.workplace import Workplace


def build_tab(work: Workplace) -> None:
    """Lay out the tab inside the current Blocks and wire it."""
    gr.HTML(shell(), apply_default_css=False, elem_id="data")
    publish_endpoints(work)
