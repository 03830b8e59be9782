"""What git knows of this checkout: its commit, whether files differ from it, and which files it tracks."""

import subprocess
from pathlib import Path

from db.errors import DataError

ROOT = Path(__file__).resolve().parents[1]


class CheckoutError(DataError):
    """This folder is not a checkout that can be published; the message says why."""


def commit(root: Path = ROOT) -> str:
    """Return the id of the commit that is checked out."""
    return _git(root, "rev-parse", "HEAD").strip()


def changed(root: Path = ROOT) -> list[str]:
    """Return the tracked files that differ from the commit."""
    return _lines(_git(root, "diff", "--name-only", "-z", "HEAD"))


def tracked(root: Path = ROOT) -> list[str]:
    """Return the files that git tracks and that are there, by their paths from the root."""
    return [path for path in _lines(_git(root, "ls-files", "-z")) if (root / path).is_file()]


def ever_tracked(root: Path = ROOT) -> set[str]:
    """Return every path that a commit before this one added: what we may have published, and may remove."""
    return {*_lines(_git(root, "log", "--pretty=", "--name-only", "-z", "--diff-filter=AR", "--no-renames"))}


def _lines(text: str) -> list[str]:
    return [path for path in text.split("\0") if path]


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise CheckoutError("git was not found. Install it: what it tracks is what is published.") from error
    if done.returncode:
        raise CheckoutError(
            f"git {arguments[0]} failed in {root}: {done.stderr.strip()}. Work in a clone of the repository: "
            "what git tracks is what is published."
        )
    return done.stdout
