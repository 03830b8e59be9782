"""Assembles the studio's page: top line, settings panel, tabs and endpoints.

Nothing that the page loads comes from another host. How it is served: `studio.serve`.
"""

import gradio as gr

from studio import api, demo, model_panel, page
from studio.annotate.tab import build_tab as build_annotate
from studio.data.tab import build_tab as build_data
from studio.review.tab import build_tab as build_review
from studio.workplace import Workplace

SWEEP_SECONDS = 600
KEEP_SECONDS = (
    3600 - SWEEP_SECONDS
)  # so that an uploaded picture is off the disk within the hour, as the page says


def build(work: Workplace, *, au_only: bool = False, may_load: bool = True) -> gr.Blocks:
    """The page. `may_load` lets visitors exchange the model for everybody, so it is for one's own
    computer.
    """
    serving = work.serving
    with gr.Blocks(
        title="EmoLA Studio",
        analytics_enabled=False,
        delete_cache=(SWEEP_SECONDS, KEEP_SECONDS),
        fill_width=True,
    ) as blocks:
        top = gr.HTML(apply_default_css=False, value=page.top_line(serving.status), elem_id="top")
        model_panel.build_panel(serving, top, may_load=may_load)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Demo", id="demo"):
                demo.build_tab(serving, au_only=au_only, max_upload_mb=work.max_upload_mb)
            with gr.Tab("Annotate", id="annotate"):
                build_annotate(work)
            with gr.Tab("Review", id="review"):
                build_review(work)
            with gr.Tab("Data", id="data"):
                build_data(work)
        api.build_endpoints(serving)
        blocks.load(
            lambda: page.top_line(serving.status), None, top, show_progress="hidden", api_visibility="private"
        )
    return blocks.queue(default_concurrency_limit=4, max_size=64)
