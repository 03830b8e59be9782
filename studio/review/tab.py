"""The Review tab: disagreements are settled to gold labels; the numbers of a study beside them."""

import gradio as gr

from studio.review.endpoints import publish_endpoints
from studio.review.page import shell
from studio.workplace import Workplace


def build_tab(work: Workplace) -> None:
    """Lay out the tab inside the current Blocks and publish its endpoints."""
    gr.HTML(shell(), apply_default_css=False, elem_id="review")
    publish_endpoints(work)
