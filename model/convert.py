"""The authors' released checkpoints to ours: python -m model.convert --base DIR [--adapter DIR] --out DIR

OUT/base is LLaVA-1.5 with its vision tower (`model.convert_base`), OUT/adapter one PEFT bundle with both
projectors (`model.convert_adapter`); both in safetensors, with a manifest. A folder appears whole or not at
all. Pictures' landmarks and the training data are not converted.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from model import hub, manifest
from model.convert_adapter import read_adapter, write_adapter
from model.convert_base import base_config, named_tower, write_base
from model.errors import CheckpointError
from model.shards import read_json

VISION_FILES = (
    "config.json",
    "preprocessor_config.json",
    "*.safetensors",
    "*.safetensors.index.json",
    "pytorch_model*",
)


def convert(base: Path, out: Path, adapter: Path | None = None, vision: Path | None = None) -> list[Path]:
    """Writes `out`/base and, given an adapter, `out`/adapter; gives the folders.

    vision: the vision tower's folder; without it, the one that the base's config.json names, a folder or
    a hub id. What is in `out` already is kept where it is the same, else refused. Raises CheckpointError,
    with nothing half-written.
    """
    base, out = Path(base), Path(out)
    original = read_json(base / "config.json")
    tower = hub.fetch(vision or named_tower(original, base), patterns=VISION_FILES)
    config = base_config(original, base, tower)
    read = read_adapter(Path(adapter), config) if adapter is not None else None
    made = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".convert-", dir=out))
    try:
        names = ["base"]
        identity = write_base(base, tower, config, original, work / "base")
        if read is not None:
            names.append("adapter")
            write_adapter(*read, identity, work / "adapter")
        new = [name for name in names if not _there_already(work / name, out / name)]
        for name in new:
            (work / name).rename(out / name)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if made and not any(out.iterdir()):
            out.rmdir()
    return [out / name for name in names]


def _there_already(made: Path, target: Path) -> bool:
    """Whether the target holds what was just made. Raises CheckpointError where it holds something else."""
    if not target.exists():
        return False
    kind = made.name
    if not (target / manifest.FILE).is_file() or manifest.verify(target, kind) != manifest.read(made, kind):
        raise CheckpointError(
            f"{target} is there already and holds something else. Remove it or choose another --out."
        )
    return True


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m model.convert", description="The authors' checkpoints to ours."
    )
    parser.add_argument("--base", type=Path, required=True, help="LLaVA-1.5 in its original layout")
    parser.add_argument("--adapter", type=Path, help="what EmoLA's training wrote, for one task")
    parser.add_argument(
        "--vision", help="the vision tower, a folder or hub id; default: the one that the base names"
    )
    parser.add_argument("--out", type=Path, required=True, help="gets base/ and adapter/")
    given = parser.parse_args(argv)
    try:
        folders = convert(given.base, given.out, given.adapter, given.vision)
    except CheckpointError as error:
        sys.exit(f"error: {error}")
    for folder in folders:
        print(f"{folder}  {manifest.read(folder, folder.name)['identity'][:12]}")


if __name__ == "__main__":
    main()
