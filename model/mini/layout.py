"""Drawn faces written down as FABA-Instruct is: pictures and the two evaluation files, for `train.evaluate`.

    python -m model.mini.layout --out runs/drawn --n 1000     # the people that no mini was trained on

    FOLDER/eval/eval_au_anno.json   FOLDER/eval/eval_emotion_anno.json   FOLDER/eval/images/0.png ...

Entries have `id`, `image` (from FOLDER on), `label` as the authors write it ("1, 2, 25"; "Happiness"),
`gpt4` (a text for the true labels), `source` and `subject`; no `landmark`, since landmarks are to be found
in the picture. Faces, texts and so files are decided by split, number and seed; PNG keeps every pixel.
Seed 0 gives the faces and texts that `model.mini.evaluate` measures on; another seed, other people.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from model.errors import EmolaError
from model.mini.faces import SPLITS, faces
from model.mini.rationale import au_rationale, emotion_rationale

PEOPLE_A_SEED = 10_000_000
"""Numbers of a split's faces that belong to one seed, so that no two seeds share a person."""


def write(out: Path, split: str, count: int, seed: int = 0, workers: int = 0) -> Path:
    """Draw `count` faces of a split into the folder `out`, whole or not at all, and return it.

    What is there already is left as it is. Raises EmolaError where the faces can't be had or written.
    """
    if split not in SPLITS:
        raise EmolaError(f"Drawn faces have no split {split!r}. Allowed: {', '.join(SPLITS)}.")
    if not (1 <= count <= PEOPLE_A_SEED and seed >= 0):
        raise EmolaError(
            f"{count} faces of seed {seed} can't be drawn. Give 1 to {PEOPLE_A_SEED:,} faces, seed 0 or more."
        )
    if out.exists():
        return out
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            _fill(
                unfinished / "eval", split, range(seed * PEOPLE_A_SEED, seed * PEOPLE_A_SEED + count), workers
            )
            unfinished.chmod(0o755)
            unfinished.rename(out)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        raise EmolaError(f"The drawn faces cannot be written to {out} ({error.strerror}).") from error
    return out


def _fill(folder: Path, split: str, numbers: range, workers: int) -> None:
    (folder / "images").mkdir(parents=True)
    entries: dict[str, list[dict]] = {"au": [], "emotion": []}
    drawn = tqdm(
        faces(split, numbers, workers=workers),
        desc="drawing",
        total=len(numbers),
        disable=None,
        mininterval=1,
    )
    for number, face in zip(numbers, drawn, strict=True):
        Image.fromarray(face.picture).save(folder / "images" / f"{number}.png", compress_level=1)
        rng = np.random.default_rng((77, number))
        about = {
            "source": "drawn",
            "image": f"eval/images/{number}.png",
            "id": f"{split}/{number}",
            "subject": f"{split}/{number}",
        }
        codes = ", ".join(code.removeprefix("AU") for code in face.action_units)
        entries["au"].append(about | {"label": codes, "gpt4": au_rationale(face.intensities, rng)})
        text = emotion_rationale(face.emotion, face.intensities, rng)
        entries["emotion"].append(about | {"label": face.emotion.capitalize(), "gpt4": text})
    for task, of_task in entries.items():
        text = json.dumps(of_task, indent=1, ensure_ascii=False)
        (folder / f"eval_{task}_anno.json").write_text(text + "\n", encoding="utf-8")


def main(argv: list[str] | None = None) -> int:
    """Write a drawn evaluation set as the command line says and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m model.mini.layout", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to make")
    parser.add_argument("--n", type=int, default=1000, help="how many faces (default 1000)")
    parser.add_argument("--split", choices=tuple(SPLITS), default="test")
    parser.add_argument("--seed", type=int, default=0, help="another seed draws other people (default 0)")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw (default: this one)")
    args = parser.parse_args(argv)
    try:
        print(write(args.out, args.split, args.n, args.seed, args.workers))
    except EmolaError as error:
        parser.exit(2, f"error: {error}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
