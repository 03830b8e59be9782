"""What the stub of the hub keeps: repositories as lines of commits, and large files by their hash."""

from dataclasses import dataclass, field
from hashlib import sha1, sha256
from itertools import count

NOBODY = "0" * 40
_numbers = count(1)


@dataclass(frozen=True)
class File:
    """A file in a commit: its bytes, and whether git holds only a pointer to them."""

    data: bytes
    large: bool = False

    @property
    def blob(self) -> str:
        """Its git id; of a large file its pointer's."""
        data = self.pointer if self.large else self.data
        return sha1(b"blob %d\0" % len(data) + data).hexdigest()

    @property
    def oid(self) -> str:
        """SHA-256 of its bytes: a large file's name in the store."""
        return sha256(self.data).hexdigest()

    @property
    def pointer(self) -> bytes:
        """What git holds of a large file."""
        return (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.oid}\nsize {len(self.data)}\n"
        ).encode()

    def entry(self, path: str) -> dict:
        """Its line in a listing."""
        line = {"type": "file", "path": path, "oid": self.blob, "size": len(self.data)}
        if self.large:
            line["lfs"] = {"oid": self.oid, "size": len(self.data), "pointerSize": len(self.pointer)}
        return line


@dataclass(frozen=True)
class Commit:
    """One state of a repository."""

    id: str
    message: str
    files: dict[str, File]


@dataclass
class Repository:
    """A repository's history, the newest commit last."""

    name: str
    kind: str = "dataset"
    private: bool = True
    commits: list[Commit] = field(default_factory=list)
    large: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self):
        if not self.commits:
            self.add("initial commit", {".gitattributes": File(b"*.bin filter=lfs\n")})

    @property
    def head(self) -> Commit:
        return self.commits[-1]

    @property
    def files(self) -> dict[str, bytes]:
        """The newest files: their bytes by path."""
        return {path: file.data for path, file in self.head.files.items()}

    def at(self, revision: str) -> Commit | None:
        """The commit of a name or id."""
        if revision == "main":
            return self.head
        return next((commit for commit in self.commits if commit.id == revision), None)

    def add(self, message: str, files: dict[str, File]) -> Commit:
        """Add a commit with these files, and these only."""
        commit = Commit(sha1(f"{self.name} {next(_numbers)}".encode()).hexdigest(), message, files)
        self.commits.append(commit)
        return commit

    def put(self, path: str, data: bytes) -> None:
        """Add a commit that somebody made by hand: one file more."""
        self.add(f"by hand: {path}", {**self.head.files, path: File(data)})

    def squash(self, message: str) -> None:
        """Forget all commits but the newest state."""
        files = self.head.files
        self.commits.clear()
        self.add(message, files)

    def everything(self) -> bytes:
        """All bytes that anybody could still have from it, of all commits and the store."""
        kept = [file.data for commit in self.commits for file in commit.files.values()]
        return b"\0".join([*kept, *self.large.values()])
