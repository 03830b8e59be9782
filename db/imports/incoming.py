"""One file on its way in, whatever place it comes from. Names are paths inside that place, with "/"."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

PICTURES = {
    *(".jpg", ".jpeg", ".jfif", ".jpe", ".png", ".webp", ".gif", ".bmp"),
    *(".tif", ".tiff", ".avif", ".jp2", ".ppm", ".pgm"),
}
"""Endings of the kinds of picture that can be read."""

LARGEST = 100 * 1024 * 1024
"""Bytes of one picture file at most, where nothing else is said."""

_UNSEEN = {"__macosx", "thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Incoming:
    """A file that is to become a face. `size`: its bytes; `read`: gives them, and raises OSError where they
    cannot be had. `face`: what is known of it besides (split, subject, ...), as `Face` and `wishes` have it;
    `gold`: labels and rationales that it comes with.
    """

    name: str
    size: int
    read: Callable[[], bytes]
    face: dict[str, Any] = field(default_factory=dict)
    gold: dict[str, Any] | None = None


@dataclass(frozen=True)
class Refused:
    """A file that cannot become a face, known before it is read. `reason`: a sentence."""

    name: str
    size: int
    reason: str


def is_unseen(name: str) -> bool:
    """Return whether a path is one that computers make for themselves, and nobody means: .DS_Store, ..."""
    return any(part.startswith(".") or part.lower() in _UNSEEN for part in PurePosixPath(name).parts)


def refusal(name: str, size: int, largest: int = LARGEST) -> str | None:
    """Return why a file is not to be read, by its name and its size in bytes; None where it may be."""
    kind = PurePosixPath(name).suffix.lower()
    if kind in (".zip", ".tar", ".gz", ".7z", ".rar"):
        return "An archive inside of what was given. Unpack it, or give it by itself."
    if kind == ".json":
        return (
            "Not a label file of FABA-Instruct in its place, which is train/train_au_anno.json and the like, "
            "beside images/. Give the folder that train/ or eval/ is in."
        )
    if kind and kind not in PICTURES:
        return f"Not a picture by its name ({kind})."
    if size == 0:
        return "The file is empty."
    if size > largest:
        return f"{size / 2**20:.0f} MB; a picture may have {largest / 2**20:.0f} MB at most. Save it smaller."
    return None


def storable(name: str) -> str:
    """Return a name that every database can keep: undecodable bytes and null characters become "?"."""
    return name.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")
