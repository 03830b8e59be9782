"""What a schedule may say: when (cron, UTC), on which machine of Hugging Face Jobs, for how long."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from itertools import islice

from cronsim import CronSim, CronSimError

from train.errors import TrainingError

NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""The hub's own words for common schedules."""
LEAST = 15 * 60
"""Seconds; installing alone takes some minutes."""
_TIME = re.compile(r"(\d+)([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86400}


class BadSchedule(TrainingError):
    """A schedule that Hugging Face Jobs could not follow. Nothing was made."""


def next_runs(cron: str, count: int = 3) -> list[datetime]:
    """Return when a schedule runs next, in UTC. Raises BadSchedule where it is none."""
    fields = NAMED.get(cron, cron).split()
    try:
        if len(fields) != 5:
            raise CronSimError(f"it has {len(fields)} fields")
        return list(islice(CronSim(" ".join(fields), datetime.now(UTC)), count))
    except CronSimError as error:
        raise BadSchedule(
            f"--cron is {cron!r}, which is no schedule ({error}). Give five fields (minute, hour, day, "
            "month, day of the week; UTC), as in '0 3 * * 1' for Mondays at 3, or one of "
            f"{', '.join(NAMED)}."
        ) from error


def seconds(timeout: str) -> int:
    """Return the seconds that "90m", "2h" or "1d" say. Raises BadSchedule."""
    match = _TIME.fullmatch(timeout)
    found = int(match[1]) * _SECONDS[match[2]] if match else 0
    if found < LEAST:
        what = "is too short: installing alone takes some minutes" if match else "is no time"
        raise BadSchedule(f"--timeout is {timeout!r}, which {what}. Give 15m or more, as in 90m, 2h or 1d.")
    return found


def require_flavor(flavor: str, known: Collection[str]) -> None:
    """Raise BadSchedule where there is no such machine."""
    if flavor not in known:
        raise BadSchedule(
            f"--flavor is {flavor!r}, and Hugging Face Jobs has no such machine. It has: "
            f"{', '.join(sorted(known))}."
        )
