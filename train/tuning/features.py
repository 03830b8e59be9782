"""What the frozen vision tower sees of a face, and the face's landmarks: computed once, kept on disk.

A picture's entry is one safetensors file under the picture's hash and the identity of all that decided on it
(base, expert, how pictures are cut), so nothing stale is ever read, and erasing a face can remove its files
(`prune`): they are as personal as the picture. Entries: "patches" (vectors, tower width), as the image
projector takes them, and "prior" (landmark width,) float32. Not covered: augmentation, since the tower sees
each picture once.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save

from model.errors import NoFaceFound
from model.images import open_image
from model.landmarks import Face, LandmarkExpert
from train.corpus.rows import Row
from train.errors import DatasetError, TrainingError

AT_ONCE = 32
KEPT_BYTES = 2 * 2**30
"""Entries kept in memory; what does not fit is read from disk whenever it is needed."""

_STORED = re.compile(r"[0-9a-f]{64}-")

Entry = dict[str, torch.Tensor]


class Features:
    """Entries of the pictures of some rows."""

    def __init__(self, folder: Path, start, expert: LandmarkExpert | None):
        self._model, self._processor, self._expert = start.model.get_base_model(), start.processor, expert
        self._dtype = self._model.model.vision_tower.dtype
        facts = [
            start.base_identity,
            expert.revision if expert else None,
            start.processor.image_mode,
            str(self._dtype),
            # A given adapter never touches the tower, so its identity is not among the facts.
        ]
        self.folder = folder / hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
        self._memory: dict[str, Entry] = {}
        self._bytes = 0

    def prepare(
        self,
        rows: Iterable[Row],
        pictures: Callable[[str], bytes],
        report: Callable[[int, int], None] | None = None,
    ) -> list[str]:
        """Compute what is missing; return the pictures in which no face was found.

        report(done, of): called now and then. Raises DatasetError where a picture has gone.
        """
        named = {row.picture: row for row in rows}
        wanted = [row for row in named.values() if not self._file(row).exists()]
        lost = []
        for first in range(0, len(wanted), AT_ONCE):
            crops, priors, found = [], [], []
            for row in wanted[first : first + AT_ONCE]:
                try:
                    crop, prior = self._look(row, pictures(row.picture))
                except NoFaceFound:
                    lost.append(row.picture)
                    continue
                crops.append(crop)
                priors.append(prior)
                found.append(row)
            for row, patches, prior in zip(found, self._see(crops), priors, strict=True):
                _write(self._file(row), {"patches": patches, "prior": torch.from_numpy(prior)})
            if report:
                report(min(first + AT_ONCE, len(wanted)), len(wanted))
        return lost

    def entry(self, row: Row) -> Entry:
        """Return a row's entry, which `prepare` made."""
        if (known := self._memory.get(row.picture)) is not None:
            return known
        entry = load_file(self._file(row))
        size = sum(tensor.nbytes for tensor in entry.values())
        if self._bytes + size <= KEPT_BYTES:
            self._memory[row.picture] = entry
            self._bytes += size
        return entry

    def _file(self, row: Row) -> Path:
        place = row.picture if row.box is None else f"{row.picture} {[round(edge) for edge in row.box]}"
        name = row.picture.replace(":", "-")
        return self.folder / name[:2] / f"{name}-{hashlib.sha256(place.encode()).hexdigest()[:8]}.safetensors"

    def _look(self, row: Row, data: bytes) -> tuple[Image.Image, np.ndarray]:
        picture = open_image(BytesIO(data))
        if self._expert is None:
            return picture, np.zeros(0, np.float32)
        face = same_face(self._expert.detect(picture), row.box)
        return self._expert.crop(picture, face), face.vector

    def _see(self, crops: Sequence[Image.Image]) -> Iterator[torch.Tensor]:
        if not crops:
            return iter(())
        return iter(tower_vectors(self._model, self._processor.pixels(crops)).cpu())


@torch.no_grad()
def tower_vectors(model, pixels: torch.Tensor) -> torch.Tensor:
    """What the frozen tower makes of pictures (pictures, 3, height, width), as `get_image_features` hands it
    to the image projector: (pictures, vectors, width).
    """
    inner, config = model.model, model.config
    tower = inner.vision_tower
    hidden = tower(pixels.to(tower.device, tower.dtype), output_hidden_states=True).hidden_states
    layers = config.vision_feature_layer
    first = 1 if config.vision_feature_select_strategy == "default" else 0
    chosen = [hidden[layer][:, first:] for layer in ([layers] if isinstance(layers, int) else layers)]
    return torch.cat(chosen, dim=-1)


def same_face(faces: Sequence[Face], box: tuple[float, float, float, float] | None) -> Face:
    """Return the face that overlaps most with a box, in px; the largest where no box is given."""
    if box is None:
        return faces[0]
    return max(faces, key=lambda face: _overlap(face.box, box))


def prune(folder: Path, known: Container[str]) -> int:
    """Remove what is kept of the store's pictures that are not among `known` (SHA-256s of faces that were
    not erased) from every cache under a folder; return how many files there were. Drawn faces stay.
    """
    files = [file for file in folder.glob("*/*/*.safetensors") if _STORED.match(file.name)]
    gone = [file for file in files if file.name[:64] not in known]
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)


def require_faces(rows: Sequence[Row], lost: Iterable[str]) -> list[Row]:
    """Return the rows whose face was found. Raises DatasetError where none was."""
    missing = set(lost)
    found = [row for row in rows if row.picture not in missing]
    if not found:
        raise DatasetError(
            f"The landmark expert found no face in any of the {len(missing)} pictures. Look at them, and at "
            "whether --expert is the right one."
        )
    return found


def _overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union of two boxes."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(width, 0.0) * max(height, 0.0)
    return both / max((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both, 1e-9)


def _write(file: Path, entry: Entry) -> None:
    partial = file.with_name(f".{file.name}.{uuid4().hex}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(save({name: tensor.contiguous() for name, tensor in entry.items()}))
        os.replace(partial, file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise TrainingError(
            f"What the vision tower saw could not be kept in {file.parent} ({error.strerror}). Make room "
            "there, or give another --work; what is there already will be used."
        ) from error
