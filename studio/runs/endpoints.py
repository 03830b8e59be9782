"""The Runs tab's endpoints by name, all un-queued: reviewers look, admins decide."""

from studio.people.guard import publish
from studio.runs import acts, compare, launch, lineage, overview
from studio.workplace import Workplace

FOR_REVIEWERS = (
    overview.runs_overview,
    overview.runs_next,
    compare.runs_compare,
    lineage.runs_lineage,
    lineage.runs_taught,
)
FOR_ADMINS = (
    launch.runs_start,
    launch.runs_plan,
    launch.runs_stop,
    acts.runs_serve,
    acts.runs_overrule,
    acts.runs_roll_back,
    acts.runs_try_again,
)


def publish_endpoints(work: Workplace) -> None:
    """Add the endpoints to the current Blocks."""
    for endpoint in FOR_REVIEWERS:
        publish(work, "reviewer", endpoint)
    for endpoint in FOR_ADMINS:
        publish(work, "admin", endpoint)
