"""The same two endpoints as Gradio makes events by default: through its queue. For comparison only."""

import gradio as gr

import settings
from studio.annotate.give import next_assignment
from studio.annotate.save import save_annotation
from studio.people.guard import publish
from studio.serve import open_workplace


def main() -> None:
    """Serve them over the database that the settings name."""
    values = settings.read()
    work = open_workplace(values)
    with gr.Blocks(analytics_enabled=False) as blocks:
        for endpoint in (next_assignment, save_annotation):
            publish(work, "annotator", endpoint, queue=True)
    blocks.launch(server_name=values["host"], server_port=int(values["port"]), quiet=True)


if __name__ == "__main__":
    main()
