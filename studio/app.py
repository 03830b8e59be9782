"""Assembles the studio's page, top line, settings panel, tabs and endpoints, and serves it.

Nothing that the page loads comes from another host, and no file of the project is served.
"""

import gradio as gr

from model.errors import EmolaError
from studio import api, demo, look, model_panel, page
from studio.serving import Choice, Serving

YES = ("yes", "true", "1", "on")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SWEEP_SECONDS = 600
KEEP_SECONDS = (
    3600 - SWEEP_SECONDS
)  # so that an uploaded picture is off the disk within the hour, as the page says


def build(
    serving: Serving, *, au_only: bool = False, may_load: bool = True, max_upload_mb: float = 20
) -> gr.Blocks:
    """The page. `may_load` lets visitors exchange the model for everybody, so it is for one's own
    computer.
    """
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
                demo.build_tab(serving, au_only=au_only, max_upload_mb=max_upload_mb)
        api.build_endpoints(serving)
        blocks.load(
            lambda: page.top_line(serving.status), None, top, show_progress="hidden", api_visibility="private"
        )
    return blocks.queue(default_concurrency_limit=4, max_size=64)


def launch(values: dict[str, str]) -> None:
    """Build the predictor that the settings name, and serve the page until stopped. SystemExit with a
    sentence where the model cannot be loaded or the port is taken.
    """
    from model.predict import Predictor

    names = ("base", "adapter", "adapter_au", "adapter_emotion", "expert", "expert_model", "device", "dtype")
    choice = Choice(**{name: values[name] for name in names})
    try:
        serving = Serving(lambda choice: build_predictor(Predictor, choice), choice)
    except EmolaError as error:
        raise SystemExit(f"The model cannot be loaded. {error}") from error
    host, port, limit = values["host"], int(values["port"]), float(values["max_upload_mb"])
    blocks = build(
        serving,
        au_only=values["au_only"].lower() in YES,
        may_load=values["change_model"].lower() in YES
        or values["change_model"] == "auto"
        and host in LOOPBACK,
        max_upload_mb=limit,
    )
    try:
        blocks.launch(server_name=host, server_port=port, prevent_thread_lock=True, **launch_options(limit))
    except OSError as error:
        raise SystemExit(
            f"Port {port} of {host} cannot be used. Give another: EMOLA_PORT={port + 1}."
        ) from error
    print(f"EmoLA Studio answers at http://{host}:{port}; Ctrl-C ends it.", flush=True)
    blocks.block_thread()


def launch_options(max_upload_mb: float) -> dict:
    """What the page needs of Gradio's server: our look, no other host, no file of ours, our error
    messages only.
    """
    return {
        "theme": look.theme(),
        "head": look.head(max_upload_mb),
        "max_file_size": int(max_upload_mb * 1024 * 1024),
        "footer_links": [],
        "show_error": False,
        "share": False,
        "ssr_mode": False,
        "allowed_paths": [],
        "run_history": False,
        "quiet": True,
    }


def build_predictor(factory, choice: Choice):
    """A predictor for a choice; what is empty is left to the predictor's own default."""
    named = {
        "base": choice.base,
        "adapter": choice.adapter,
        "adapter_au": choice.adapter_au,
        "adapter_emotion": choice.adapter_emotion,
        "expert": choice.expert,
    }
    given = {name: value for name, value in named.items() if value}
    # The path belongs to one expert; mini, which takes none, is what an empty choice ends up with.
    if choice.expert_model and (choice.expert == "insightface_106" or not choice.expert and given):
        given["expert_options"] = {"model_path": choice.expert_model}
    return factory(device=choice.device or "cpu", dtype=choice.dtype or "float32", **given)
