"""Files on their way in and out: what was sent to be imported, and what was exported and waits to be fetched.

They lie in a folder of the studio's own that other people of this computer cannot read. What came in is
removed when its import has ended; what goes out, and what nobody finished, after KEPT_SECONDS.
"""

import os
import re
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from model.errors import EmolaError

KEPT_SECONDS = 3600
UNFINISHED_SECONDS = 7 * 24 * 3600
BACKUP = "-backup-"
"""Stands in the name of a file that is a copy of the database."""
ARCHIVES = (".zip", ".parquet")
APART = ".archives"
"""Folder of a batch where archives lie, so that they are not taken for pictures of it."""

_BATCH = re.compile(r"[0-9a-f]{32}")
LONGEST = 200  # letters of one part of a name


class NotAName(EmolaError):
    """A file's name cannot be used: give it another."""


def root() -> Path:
    """Return the folder, made where it was not there."""
    who = os.getuid() if hasattr(os, "getuid") else "me"
    folder = Path(tempfile.gettempdir()) / f"emola-studio-{who}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} is somebody else's; set TMPDIR to a folder of your own.")
    return folder


def batch_folder(batch: str) -> Path:
    """Return the folder of a batch of files that belong together. Raises NotAName."""
    if not _BATCH.fullmatch(batch):
        raise NotAName("A batch is named by 32 hexadecimal digits.")
    return root() / "in" / batch


def place_of(batch: str, name: str) -> Path:
    """Return where a sent file goes: its path inside the batch, an archive apart. Raises NotAName."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    bad = (
        not parts
        or len(parts) > 20
        or any(part in ("/", "..") or len(part) > LONGEST or "\0" in part for part in parts)
    )
    if bad or parts[0].startswith("."):
        raise NotAName(f"{name[:80]!r} is no name of a file that can be sent here.")
    folder = batch_folder(batch)
    if PurePosixPath(name).suffix.lower() in ARCHIVES:
        return folder / APART / parts[-1]
    return folder.joinpath(*parts)


def places(batch: str) -> list[Path]:
    """Return what a batch has to import: each archive, then the folder itself if anything else is in it."""
    folder = batch_folder(batch)
    apart = sorted((folder / APART).iterdir()) if (folder / APART).is_dir() else []
    others = folder.is_dir() and any(each.name != APART for each in folder.iterdir())
    return apart + ([folder] if others else [])


def remove(batch: str) -> None:
    """Remove a batch."""
    shutil.rmtree(batch_folder(batch), ignore_errors=True)


def outgoing(name: str) -> Path:
    """Return where a file that is to be fetched lies. Raises NotAName."""
    if not re.fullmatch(r"[\w][\w.-]{0,120}", name):
        raise NotAName(f"{name[:80]!r} is no file of this studio.")
    folder = root() / "out"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / name


def stamp() -> str:
    """Return the time, as it stands in names of files: "20261120-140203", in UTC."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}"


def sweep(now: float | None = None) -> None:
    """Remove what has been waiting too long."""
    now = time.time() if now is None else now
    for kind, seconds in (("out", KEPT_SECONDS), ("in", UNFINISHED_SECONDS)):
        folder = root() / kind
        for path in folder.iterdir() if folder.is_dir() else ():
            if now - path.stat().st_mtime > seconds:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
