"""The worst cases of a run: which answers are furthest from the truth, and the faces that they are about."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.errors import ImageError
from model.images import open_image
from train.bench.outcome import Outcome
from train.bench.structured import Answer, text_of

WORST = 12
EDGE = 288
"""Longest edge in pixels of an embedded picture: sharp at the page's size, about 20 kB."""


@dataclass(frozen=True)
class Case:
    """One face: what should have been said and what was, both as labels and as texts."""

    id: str
    wanted: str
    said: str
    reference: str
    answer: str
    picture: str | None


def worst(
    read: Outcome, entries: Sequence[Mapping], answers: Mapping[str, Answer], folder: Path, count: int = WORST
) -> list[Case]:
    """Return the worst cases, worst first: by labels (F1 of the face's AUs), then by ROUGE-L.

    folder: where the truth file lies; a picture's path may start there or in any folder above.
    """
    labels = _label_scores(read)
    order = np.lexsort((np.nan_to_num(read.rouge), labels))
    found = []
    for i in order[:count]:
        if labels[i] == 1:
            break
        entry = entries[i]
        found.append(
            Case(
                id=read.ids[i],
                wanted=_names(read, read.truth[i]),
                said=_names(read, read.said[i]),
                reference=entry.get("gpt4") or "",
                answer=text_of(answers.get(read.ids[i], "")),
                picture=_picture(entry.get("image"), folder),
            )
        )
    return found


def _label_scores(read: Outcome) -> np.ndarray:
    """Each face's labels, 0 (wrong) to 1 (right)."""
    if read.task == "emotion":
        return (read.truth == read.said).astype(float)
    hits = (read.truth & read.said).sum(axis=1)
    wrong = (read.truth ^ read.said).sum(axis=1)
    return np.where(hits + wrong > 0, 2 * hits / np.maximum(2 * hits + wrong, 1), 1.0)


def _names(read: Outcome, labels: np.ndarray) -> str:
    if read.task == "emotion":
        return read.columns[labels] if labels >= 0 else "none said"
    return ", ".join(code for code, there in zip(read.columns, labels, strict=True) if there) or "none"


def picture_file(path: object, folder: Path) -> Path | None:
    """Return the file that an entry's path means, None where there is none.

    folder: where the truth file lies; the path may start there, in any folder above, or here.
    """
    if not isinstance(path, str) or not path:
        return None
    places = [folder.resolve(), *folder.resolve().parents, Path.cwd()]
    return next((place / path for place in places if (place / path).is_file()), None)


def _picture(path: object, folder: Path) -> str | None:
    """The picture as a data URI, None where the file isn't there or is none."""
    file = picture_file(path, folder)
    if file is None:
        return None
    try:
        image = open_image(file)
    except (ImageError, OSError):
        return None
    image.thumbnail((EDGE, EDGE))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
