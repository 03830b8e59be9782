"""Assembles the studio's page: top line, settings panel, tabs and endpoints.

Nothing that the page loads comes from another host. How it is served: `studio.serve`.
"""

import gradio as gr

from studio import api, demo, hub, model_panel, top_line
from studio.annotate.tab import build_tab as build_annotate
from studio.data.tab import build_tab as build_data
from studio.people import panel
from studio.people.guard import guarded
from studio.people.person import VISITOR, Person
from studio.review.tab import build_tab as build_review
from studio.runs.tab import build_tab as build_runs
from studio.workplace import Workplace

SWEEP_SECONDS = 600
KEEP_SECONDS = (
    3600 - SWEEP_SECONDS
)  # so that an uploaded picture is off the disk within the hour, as the page says


def build(work: Workplace, *, au_only: bool = False, may_load: bool = True) -> gr.Blocks:
    """The page. `may_load` lets admins exchange the model for everybody."""
    with gr.Blocks(
        title="EmoLA Studio",
        analytics_enabled=False,
        delete_cache=(SWEEP_SECONDS, KEEP_SECONDS),
        fill_width=True,
    ) as blocks:
        with gr.Row(elem_id="top"):
            gr.HTML(top_line.brand(), apply_default_css=False)
            places = top_line.places(hub=work.sync is not None, forgets=work.forgets)
            gr.HTML(places, apply_default_css=False, elem_id="top-places")
            chips = gr.HTML(apply_default_css=False, elem_id="top-chips")
        model_panel.build_panel(work, chips, may_load=may_load)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Demo", id="demo", elem_id="tab-demo"):
                demo.build_tab(work, au_only=au_only)
            with gr.Tab("Annotate", id="annotate", elem_id="tab-annotate"):
                build_annotate(work)
            with gr.Tab("Review", id="review", elem_id="tab-review"):
                build_review(work)
            with gr.Tab("Runs", id="runs", elem_id="tab-runs"):
                build_runs(work)
            with gr.Tab("Data", id="data", elem_id="tab-data"):
                build_data(work)
        api.build_endpoints(work)
        panel.build_panel(work)
        hub.build_state(work)
        blocks.load(
            guarded(work, VISITOR, _chips), None, chips, show_progress="hidden", api_visibility="private"
        )
    return blocks.queue(default_concurrency_limit=4, max_size=64)


def _chips(work: Workplace, person: Person | None) -> str:
    return top_line.chips(work.serving.status, person, accounts=work.people.accounts)
