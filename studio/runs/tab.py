"""The Runs tab: one page of HTML that static/runs' scripts fill, and the endpoints that they call."""

import gradio as gr

from studio.runs.endpoints import publish_endpoints
from studio.runs.page import shell
from studio.workplace import Workplace


def build_tab(work: Workplace) -> None:
    """Lay out the tab inside the current Blocks and wire it."""
    gr.HTML(shell(), apply_default_css=False, elem_id="runs")
    publish_endpoints(work)
