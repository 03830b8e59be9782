"""Whether a folder is on a network file system, where SQLite's WAL mode loses data.

WAL keeps its index in memory that processes share, which no network file system gives them. Reads Linux's
table of mounts; elsewhere, where there is none, every folder counts as local.
"""

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

NETWORK = {
    *("9p", "afs", "beegfs", "ceph", "cifs", "davfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4"),
    *("ocfs2", "orangefs", "smb2", "smb3", "smbfs", "virtiofs"),
}
"""Kinds of file system that several machines may write. FUSE counts too: buckets are mounted by it."""


def file_system(folder: Path, mounts: Path = MOUNTS) -> str:
    """Return the kind of file system that a folder, which need not exist yet, is on; "" where unknown."""
    try:
        table = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
    kinds = {}  # A later mount at the same place hides the earlier one.
    for line in table.splitlines():
        place, _, kind = line.partition(" - ")
        kinds[_unescaped(place.split()[4])] = kind.split()[0]
    place = Path(folder).resolve()
    return next((kinds[str(above)] for above in (place, *place.parents) if str(above) in kinds), "")


def is_network(kind: str) -> bool:
    """Return whether a kind of file system is one that other machines write too."""
    return kind in NETWORK or kind.startswith("fuse") and kind != "fuseblk"


def _unescaped(text: str) -> str:
    """Return a path of the table with its octal escapes (a space is \\040) undone."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), text)
