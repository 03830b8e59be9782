"""Whose turn it is to write to a repository: writer.json, which each new writer replaces by its own.

One studio writes at a time. Another may begin once the last has let go, or is the same Space started again:
its old container can write no more, since each commit names the one that it follows.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from db.errors import HubRefused

PATH = "writer.json"
FORMAT = 1


@dataclass(frozen=True)
class Replaced:
    """A line of segments that a new one has taken the place of: where it ended, and the last event of the
    database that the new one tells of.
    """

    number: int
    digest: str
    last: int


@dataclass(frozen=True)
class Holder:
    """Who writes: a database's own id, and the Space or computer that it is on.

    `released`: it has let go; `at`: since when it holds or has let go, ISO 8601 in UTC; `replaced`: set when
    it wrote all segments anew; `clean`: no earlier commits and files of before are left.
    """

    writer: str
    space: str
    released: bool = False
    at: str = ""
    replaced: Replaced | None = None
    clean: bool = True

    def data(self) -> bytes:
        """Return the file that says so, from now on."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return (json.dumps({"format": FORMAT, **asdict(replace(self, at=now))}, indent=1) + "\n").encode()


def read(data: bytes) -> Holder:
    """Return what a writer.json says. Raises HubRefused where it cannot be understood."""
    try:
        told = json.loads(data)
        form = told.pop("format")
        replaced = told.pop("replaced")
        holder = Holder(**told, replaced=Replaced(**replaced) if replaced else None)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise HubRefused(
            f"{PATH} of the repository cannot be read ({error}). It is not of this studio, or of a newer one."
        ) from error
    if form != FORMAT:
        raise HubRefused(f"{PATH} is of format {form}; this studio reads {FORMAT}. Update the studio.")
    return holder


def require_turn(holder: Holder | None, me: Holder, *, take_over: bool) -> None:
    """Raise HubRefused where another studio holds the repository."""
    if holder is None or holder.released or holder.space == me.space or take_over:
        return
    raise HubRefused(
        f"Another studio, {holder.space}, has been writing to this repository since {holder.at} and has not "
        "let go. Stop that one, or give this one a repository of its own. If that one is gone for good, "
        "start this one with EMOLA_HUB_TAKE_OVER=yes."
    )


def require_no_successor(holder: Holder | None, me: Holder) -> None:
    """Raise HubRefused where the same Space, started again, has taken over from us, who held it before."""
    if holder is None or holder.released or holder.writer == me.writer:
        return
    raise HubRefused(
        f"{holder.space} was started again at {holder.at}, and goes on from there. This is its old run, "
        "which takes nothing any more."
    )
