"""The Annotate tab's endpoints by name, for the page and for integrators: get a face, save what it shows.

With gradio_client:

    from uuid import uuid4
    from gradio_client import Client

    studio = Client("http://127.0.0.1:7860")
    while (given := studio.predict(study="", client="my-tool", api_name="/next_assignment"))["assignment"]:
        labels = {"emotion": "happiness", "au": ["AU6", "AU12"]}
        studio.predict(given["assignment"]["id"], str(uuid4()), labels, api_name="/save_annotation")

With curl, all arguments in order:

    curl -s -H 'Content-Type: application/json' -d '{"data": ["", "my-tool"]}' \\
        http://127.0.0.1:7860/gradio_api/run/next_assignment
    curl -s -H 'Content-Type: application/json' \\
        -d '{"data": [1, "6f1c9d2e-0a55-4c1b-9d0e-3f7a51c7a001", {"emotion": "happiness", "au": ["AU12"]},
             null, null, null, null, 8.5, null]}' http://127.0.0.1:7860/gradio_api/run/save_annotation

An answer is {"data": [result]}; a refusal is HTTP 500 with {"error": sentence, "title": kind}. All are
un-queued, so that no save is lost with its connection; only draw_box, which computes, waits in the queue.
"""

from starlette.routing import Route

from studio import direct
from studio.annotate import give, progress, rationale, redraw, save, studies, view
from studio.demo import QUEUE
from studio.people.guard import publish
from studio.workplace import Workplace

ENDPOINTS = (
    give.next_assignment,
    give.held_assignments,
    give.open_assignment,
    give.heartbeat,
    give.release_assignment,
    give.keep_draft,
    view.view_assignment,
    save.save_annotation,
    save.undo_annotation,
    progress.my_history,
    progress.my_progress,
    rationale.check_rationale,
    studies.list_studies,
)


def direct_routes(work: Workplace) -> list[Route]:
    """Return the routes that answer the un-queued endpoints past Gradio's sessions (`studio.direct`)."""
    return direct.routes(work, "annotator", ENDPOINTS)


def publish_endpoints(work: Workplace) -> None:
    """Add the endpoints to the current Blocks, for annotators."""
    for endpoint in ENDPOINTS:
        publish(work, "annotator", endpoint)
    publish(work, "annotator", redraw.draw_box, queue=True, concurrency_id=QUEUE, concurrency_limit=1)
