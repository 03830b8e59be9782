"""What goes wrong on the way to the hub, on demand: by step, or with the next requests whatever they are."""

from collections import deque
from threading import Lock

STEPS = (
    "whoami",
    "create",
    "info",
    "tree",
    "paths",
    "resolve",
    "preupload",
    "batch",
    "put",
    "verify",
    "commit",
    "commits",
    "squash",
    "large-files",
    "large-delete",
    "delete",
    "hardware",
    "variable",
    "secret",
    "job-create",
    "job-list",
    "job-delete",
)
# An HTTP status; or the connection goes: before anything was done, after it was done, in the middle of the
# answer; or the answer comes in small pieces.
RESET, LOST, HALF, SLOW = "reset", "lost", "half", "slow"
KINDS = (401, 403, 404, 409, 412, 429, 500, 503, RESET, LOST, HALF, SLOW)


class Faults:
    """Faults that wait for their step, or for the next request."""

    def __init__(self):
        self._lock = Lock()
        self._at: dict[str, deque] = {}
        self._next: deque = deque()
        self.retry_after: int | None = None

    def at(self, step: str, *kinds) -> None:
        """Let the next requests of a step fail so, one after the other; None lets one pass."""
        assert step in STEPS, step
        with self._lock:
            self._at.setdefault(step, deque()).extend(kinds)

    def next(self, *kinds) -> None:
        """Let the next requests fail so, whichever they are; None lets one pass."""
        with self._lock:
            self._next.extend(kinds)

    def clear(self) -> None:
        """From here on nothing fails."""
        with self._lock:
            self._at.clear()
            self._next.clear()

    def take(self, step: str):
        """The fault of this request, or None."""
        with self._lock:
            for line in (self._at.get(step), self._next):
                if line:
                    return line.popleft()
        return None
