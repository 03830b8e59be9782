"""Hugging Face Jobs by its own client: what machines there are, and one scheduled job made or updated.

The hub can change neither a job's command nor tell its secrets, so an update is a new job in the old one's
place: the new one is there before the old one goes, and is paused where that one was. Not covered: jobs that
run just now; they go on as they began.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from huggingface_hub import HfApi

from db.errors import HubError
from db.hub import hub_error
from train.jobs.spec import LABEL, Spec


class Known(NamedTuple):
    """A scheduled job that is there."""

    id: str
    paused: bool


class Placed(NamedTuple):
    """A scheduled job that was made, and the ids of those that it replaced."""

    id: str
    replaced: list[str]
    paused: bool


def flavors(api: HfApi) -> dict[str, str]:
    """Return machine -> what it is and costs, in words. Raises HubError."""
    with _talking("Hugging Face Jobs"):
        return {
            one.name: f"{one.pretty_name}, ${one.unit_cost_usd:.4f} a {one.unit_label}"
            for one in api.list_jobs_hardware()
        }


def existing(api: HfApi, spec: Spec) -> list[Known]:
    """Return the scheduled jobs that write the same model repository. Raises HubError."""
    with _talking(_of(spec)):
        found = api.list_scheduled_jobs(labels={LABEL: spec.name}, namespace=spec.namespace)
        return [Known(job.id, bool(job.suspend)) for job in found]


def place(api: HfApi, spec: Spec) -> Placed:
    """Make the scheduled job, in the place of those that were there. Raises HubError."""
    before = existing(api, spec)
    paused = bool(before) and all(job.paused for job in before)
    with _talking(_of(spec)):
        made = api.create_scheduled_job(
            image=spec.image,
            command=spec.command,
            schedule=spec.cron,
            suspend=paused,
            concurrency=False,
            env=dict(spec.environment),
            secrets=dict(spec.secrets),
            flavor=spec.flavor,
            timeout=spec.timeout,
            name=spec.name,
            labels=spec.labels,
            namespace=spec.namespace,
        )
        for job in before:
            api.delete_scheduled_job(scheduled_job_id=job.id, namespace=spec.namespace)
    return Placed(made.id, [job.id for job in before], paused)


def _of(spec: Spec) -> str:
    return f"the scheduled jobs of {spec.namespace}"


@contextmanager
def _talking(what: str) -> Iterator[None]:
    """Turn what goes wrong with the hub into errors of ours."""
    try:
        yield
    except HubError:
        raise
    except Exception as error:  # the library's failures have no common base
        raise hub_error(error, what) from error
