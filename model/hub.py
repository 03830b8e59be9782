"""Turns the name of a checkpoint, a folder or a Hugging Face Hub id with a revision, into a folder on this
machine.
"""

import re
from pathlib import Path

from model.errors import CheckpointError

OURS = ("*.json", "*.safetensors", "*.jinja", "README.md")  # never a pickle
_NAME = re.compile(
    r"(?P<repository>[\w-][\w.-]*/[\w-][\w.-]*)(?P<inside>(/[\w-][\w.-]*)+(?=@))?(@(?P<revision>[\w./-]+))?"
)


def fetch(name: str | Path, revision: str | None = None, patterns: tuple[str, ...] = OURS) -> Path:
    """The folder `name`, or that of the hub repository "owner/name" or "owner/name@revision", or a folder in
    one, "owner/name/folder@revision"; downloaded where needed.

    revision: branch, tag or commit; "main" where none is given. Raises CheckpointError where there is
    neither folder nor repository, or no network.
    """
    folder = Path(name)
    if folder.is_dir():
        return folder
    match = _NAME.fullmatch(str(name))
    if match is None:
        raise CheckpointError(
            f"{name} is neither a folder nor a hub id. Give a folder, or owner/name or owner/name@revision."
        )
    if revision and match["revision"] and revision != match["revision"]:
        raise CheckpointError(f"{name} names one revision and {revision!r} is another. Give one.")
    from huggingface_hub import snapshot_download

    wanted, inside = revision or match["revision"] or "main", (match["inside"] or "").lstrip("/")
    wanted_files = [f"{inside}/{pattern}" if inside else pattern for pattern in patterns]
    try:
        whole = Path(snapshot_download(match["repository"], revision=wanted, allow_patterns=wanted_files))
    except Exception as error:  # not found, no access, no network: the hub's and httpx's errors share no base
        raise CheckpointError(
            f"There is no folder {name}, and {match['repository']} at {wanted} could not be had from the hub "
            f"({str(error).splitlines()[0] if str(error) else type(error).__name__}). Check the name and "
            "the network."
        ) from error
    if not (whole / inside).is_dir():
        raise CheckpointError(f"{match['repository']} at {wanted} has no folder {inside}. Check the name.")
    return whole / inside
