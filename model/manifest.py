"""manifest.json: what a base or adapter folder holds, with a SHA-256 of every file, so that what is
loaded is what was made.

`identity` is the SHA-256 of the names and hashes of the weight files (*.safetensors): it names a base or
an adapter whatever its folder is called, and an adapter's `base_identity` names the base that it was
trained on. This guards against damage and mix-ups; it is not a signature, so it does not say who made the
files.
"""

import hashlib
import json
from pathlib import Path

from model.errors import CheckpointError

FILE = "manifest.json"
FORMAT = 1
KINDS = ("base", "adapter")
# A stray file of these kinds could be loaded in place of a listed one; others (README.md, .gitattributes) are
# harmless.
LOADED = {".safetensors", ".json", ".bin", ".pt", ".pth", ".model", ".jinja", ".py"}


def write(folder: Path | str, kind: str, **facts) -> dict:
    """Hashes every file in `folder`, writes manifest.json there, and gives what it wrote.

    kind: "base" or "adapter". facts: landmark_expert and landmark_width, and an adapter's base_identity.
    """
    if kind not in KINDS:
        raise ValueError(f"The kind of a manifest is {kind!r}; allowed are {', '.join(KINDS)}.")
    folder = Path(folder)
    files = {name: _sha256(folder / name) for name in _names(folder)}
    manifest = {"format": FORMAT, "kind": kind, "identity": _identity(files), **facts, "files": files}
    (folder / FILE).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return manifest


def read(folder: Path | str, kind: str) -> dict:
    """The manifest of a folder of that kind, its files not looked at. Raises CheckpointError."""
    path = Path(folder) / FILE
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        files, found = manifest["files"], manifest["kind"]
        written = manifest["format"]
        known = {name: str(digest) for name, digest in files.items()}
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{folder} has no {FILE}, so it is no {kind} of ours. Give a folder that python -m "
            "model.convert or training "
            "wrote; the authors' original checkpoints need python -m model.convert first."
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{path} is damaged ({error!r}). Copy or convert the {kind} again.") from error
    if written != FORMAT:
        raise CheckpointError(
            f"{path} has format {written!r}; this version reads {FORMAT}. Update EmoLA Studio."
        )
    if found != kind:
        raise CheckpointError(
            f"{folder} holds {'an' if found == 'adapter' else 'a'} {found}, not the {kind} asked for."
        )
    if manifest.get("identity") != _identity(known):
        raise CheckpointError(
            f"{path} contradicts itself: identity and files differ. Copy or convert the {kind} again."
        )
    return manifest


def verify(folder: Path | str, kind: str) -> dict:
    """The manifest of a folder whose files are all there, unchanged and listed. Raises CheckpointError."""
    folder = Path(folder)
    manifest = read(folder, kind)
    for name, digest in manifest["files"].items():
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise CheckpointError(
                f"{folder / FILE} names {name!r}, outside the folder. Don't use this {kind}."
            )
        if not (folder / name).is_file():
            raise CheckpointError(
                f"{folder} lacks {name}, which its manifest lists. Copy or convert the {kind} again."
            )
        if _sha256(folder / name) != digest:
            raise CheckpointError(
                f"{folder / name} is not the file that the manifest lists: damaged or changed. Copy or "
                f"convert the {kind} again."
            )
    strays = [
        name for name in _names(folder) if name not in manifest["files"] and Path(name).suffix in LOADED
    ]
    if strays:
        raise CheckpointError(
            f"{folder} holds {', '.join(strays)}, which its manifest doesn't list. Remove what is not of it."
        )
    return manifest


def _names(folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    names = sorted(path.relative_to(folder).as_posix() for path in files)
    return [
        name for name in names if name != FILE and not any(part.startswith(".") for part in name.split("/"))
    ]


def _identity(files: dict[str, str]) -> str:
    lines = [f"{digest}  {name}\n" for name, digest in sorted(files.items()) if name.endswith(".safetensors")]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
