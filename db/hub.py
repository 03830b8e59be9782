"""A private repository on the hub, as whoever keeps something in one reads it: its files, and in our words
what goes wrong.

Seconds throughout. What is read is not kept on this disk. Not covered: writing, which each kind of repository
does in its own way (`db.events.repository`, `db.rounds.repository`).
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from huggingface_hub import HfApi, get_session, hf_hub_url
from huggingface_hub.errors import RepositoryNotFoundError
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

from db.errors import HubError, HubMoved, HubRefused

SECONDS = (
    60.0  # without a byte from the hub, after which an attempt is given up; the library would wait for ever
)
PATIENCE = 600.0  # that a start waits for a hub that does not answer
BETWEEN = 15.0

Done = TypeVar("Done")


class PrivateRepository:
    """One repository, `owner/name`, of a kind: dataset, model, space. Raises HubRefused where the name or
    the token cannot be one.
    """

    def __init__(self, name: str, token: str, kind: str, *, endpoint: str | None = None):
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
            raise HubRefused(f"{name!r} is not the name of a repository on the hub. Give owner/name.")
        if not token:
            raise HubRefused(
                f"{name} needs a token of the hub. Set HF_TOKEN to one with access to it; in a Space, as a "
                "secret."
            )
        self.name, self.kind = name, kind
        self._token, self.api = token, HfApi(endpoint=endpoint, token=token)

    def head(self, revision: str | None = None, *, make: bool = False) -> str:
        """Return the newest commit, or the one of a revision. make: where there is no repository, make it,
        private. Raises HubRefused where it is public, HubError where it cannot be seen.
        """
        with self.talking():
            try:
                info = self.api.repo_info(self.name, repo_type=self.kind, revision=revision, timeout=SECONDS)
            except RepositoryNotFoundError:
                if not make:
                    raise
                self.api.create_repo(self.name, repo_type=self.kind, private=True, exist_ok=True)
                info = self.api.repo_info(self.name, repo_type=self.kind, timeout=SECONDS)
            if info.private is not True:
                raise HubRefused(
                    f"{self.name} is public, and what the studio keeps is about faces. Make it private, or "
                    "name one that is not there yet: it is then made private."
                )
            return info.sha or ""

    def files(self, commit: str) -> Iterator:
        """Yield the files of a commit, as the library tells of them. Call it while talking."""
        tree = self.api.list_repo_tree(self.name, repo_type=self.kind, revision=commit, recursive=True)
        return (entry for entry in tree if hasattr(entry, "size"))

    def read(self, path: str, commit: str) -> bytes:
        """Return a file's bytes. Raises HubError."""
        url = hf_hub_url(self.name, path, repo_type=self.kind, revision=commit, endpoint=self.api.endpoint)
        with self.talking():
            answer = get_session().get(url, headers=build_hf_headers(token=self._token), timeout=SECONDS)
            hf_raise_for_status(answer)
            return answer.content

    @contextmanager
    def talking(self):
        """Turn what goes wrong with the hub into errors of ours."""
        get_session().timeout = SECONDS
        try:
            yield
        except HubError:
            raise
        except Exception as error:  # the library's failures, of HTTP, files and answers, have no common base
            raise hub_error(error, self.name) from error


def hub_error(error: Exception, name: str) -> HubError:
    """Return in our words what went wrong with a repository, or with whatever else the hub keeps."""
    answer = _answer_of(error)
    status = answer.status_code if answer is not None else 0
    if status in (409, 412):
        return HubMoved(f"Another commit to {name} came first.")
    if status == 401:
        return HubError(
            f"The hub does not take this token for {name}. Make one with write access at "
            "https://huggingface.co/settings/tokens and set HF_TOKEN to it.",
            passing=False,
        )
    if status == 403:
        return HubError(
            f"The token may not write to {name}, or not make it. Give the token in HF_TOKEN write "
            "access to it.",
            passing=False,
        )
    if status == 404:
        return HubError(
            f"{name}, or a file of it, is not there for this token. Give the token in HF_TOKEN "
            "read and write access to it.",
            passing=False,
        )
    if status in (400, 402, 422):
        said = getattr(error, "server_message", None) or f"it answers {status}"
        return HubError(f"The hub refuses what was asked about {name}: {said}", passing=False)
    after = answer.headers.get("Retry-After", "") if answer is not None else ""
    what = f"it answers {status}" if status else f"{type(error).__name__}"
    return HubError(
        f"The hub cannot be reached for {name} ({what}). It is tried again.",
        after=float(after) if after.isdigit() else 0,
    )


def patiently(act: Callable[[], Done], say: Callable[[str], object]) -> Done:
    """Return what something that asks the hub returns, done again while the hub is away, but no longer than
    `PATIENCE`.

    say: gets each reason to wait. Raises HubError.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return act()
        except HubError as error:
            if not error.passing or time.monotonic() > until:
                raise
            say(str(error))
            time.sleep(max(error.after, BETWEEN))


def _answer_of(error: BaseException | None):
    """Return the hub's answer that an error, or what it came from, tells of."""
    while error is not None:
        if (answer := getattr(error, "response", None)) is not None:
            return answer
        error = error.__cause__
    return None
