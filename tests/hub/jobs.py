"""The stub's scheduled jobs and machines, as huggingface_hub 2.4 asks for them.

A job is kept and never runs; a test may run its command. As on the hub, secrets' values never come back.
"""

import re
from itertools import count

from tests.hub.routes import Refused, require_user

FLAVORS = {"cpu-basic": None, "t4-small": "T4", "l40sx1": "L40S", "a100-large": "A100"}
_numbers = count(1)


def hardware(request):
    """What machines there are."""
    return (
        200,
        [
            {
                "name": name,
                "prettyName": name.upper(),
                "cpu": "4 vCPU",
                "ram": "16 GB",
                "accelerator": gpu
                and {"type": "gpu", "model": gpu, "quantity": "1", "vram": "16 GB", "manufacturer": "Nvidia"},
                "unitCostMicroUSD": 6667,
                "unitCostUSD": 0.006667,
                "unitLabel": "minute",
            }
            for name, gpu in FLAVORS.items()
        ],
        {},
    )


def create(request, namespace):
    """Keep a scheduled job."""
    _require_own(request, namespace)
    asked = request.json()
    if asked["jobSpec"]["flavor"] not in FLAVORS:
        raise Refused(400, f"Invalid flavor {asked['jobSpec']['flavor']}")
    if not asked["jobSpec"].get("timeoutSeconds"):
        raise Refused(400, "The stub wants a time-out: half an hour is the hub's own")
    number = f"{next(_numbers):024x}"
    request.hub.scheduled[number] = {"id": number, "namespace": namespace, **asked}
    return 200, _told(request.hub.scheduled[number]), {}


def listing(request, namespace):
    """The scheduled jobs of somebody, those with a label."""
    _require_own(request, namespace)
    key, _, value = request.query.get("label", [""])[0].partition("=")
    found = [job for job in request.hub.scheduled.values() if job["namespace"] == namespace]
    return 200, [_told(job) for job in found if not key or job["jobSpec"]["labels"].get(key) == value], {}


def delete(request, namespace, number):
    """Forget a scheduled job."""
    _require_own(request, namespace)
    if request.hub.scheduled.pop(number, None) is None:
        raise Refused(404, "Scheduled job not found")
    return 200, {}, {}


def _require_own(request, namespace) -> None:
    if require_user(request) != namespace:
        raise Refused(403, f"You don't have the rights to run jobs under {namespace}")


def _told(job: dict) -> dict:
    spec = {**job["jobSpec"], "secrets": None, "timeout": job["jobSpec"]["timeoutSeconds"]}
    return {
        "id": job["id"],
        "jobSpec": spec,
        "schedule": job["schedule"],
        "suspend": job.get("suspend", False),
        "concurrency": job.get("concurrency", False),
        "status": {},
        "owner": {"id": "1", "name": job["namespace"], "type": "user"},
    }


_JOBS = r"/api/scheduled-jobs/(?P<namespace>[^/]+)"
ROUTES = [
    (methods, re.compile(pattern), step, route)
    for methods, pattern, step, route in (
        ("GET", "/api/jobs/hardware", "hardware", hardware),
        ("POST", _JOBS, "job-create", create),
        ("GET", _JOBS, "job-list", listing),
        ("DELETE", rf"{_JOBS}/(?P<number>[0-9a-f]+)", "job-delete", delete),
    )
]
