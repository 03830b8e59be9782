"""The Review tab's endpoints by name, for reviewers; all un-queued, so that no decision is lost with its
connection.

    curl -s -H 'Content-Type: application/json' -d '{"data": ["", "disputed", 0]}' \\
        http://127.0.0.1:7860/gradio_api/run/review_queue
"""

from studio.people.guard import publish
from studio.review import dashboard, decisions, face, queue
from studio.workplace import Workplace

ENDPOINTS = (
    queue.review_queue,
    face.review_face,
    decisions.review_decide,
    decisions.review_withdraw,
    decisions.review_undo,
    decisions.review_accept,
    decisions.review_ask_more,
    dashboard.review_numbers,
    dashboard.review_numbers_file,
)


def publish_endpoints(work: Workplace) -> None:
    """Add the endpoints to the current Blocks."""
    for endpoint in ENDPOINTS:
        publish(work, "reviewer", endpoint)
