"""What the mini has never seen, or was taught wrong: the shifts of `benchmarks.loop`.

labels  Its past taught it that AU1 is AU2 and the other way round, that AU12 is AU14, and that AU6 is never
        there: an adapter fine-tuned on 2,400 drawn faces with such labels is what serves. People then give
        the right ones. Nothing is replayed, since the past carries the error.
style   The same kind of faces as colour negatives: dark is light, and every hue its opposite. What serves
        is the mini as it ships; drawn faces of its own training are replayed, which carry no error.

Faces are drawn ones by split and number, of people who are in none of the mini's lessons.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from model.facs import FABA
from model.mini import faces
from model.mini.rationale import au_rationale, emotion_rationale
from model.tasks import TASKS
from train.corpus.pictures import Pictures, drawn_name
from train.corpus.rows import Row
from train.lora import fine_tune
from train.tuning.options import Options

SPLIT = "train"
PAST = 100_000
"""Number of the past's first drawn face; the mini was trained on 0 to 59,999."""
MISLABELLED = ("AU1", "AU2", "AU6", "AU12", "AU14")
OTHERS = tuple(code for code in FABA if code not in MISLABELLED)
_SWAPPED = {"AU1": "AU2", "AU2": "AU1", "AU12": "AU14"}


@dataclass(frozen=True)
class Shift:
    """A shift: how a drawn picture (side, side, 3) uint8 becomes a new one, whether what serves was taught
    wrong labels first, and with what options `train.retrain` is called, if not with its own.
    """

    name: str
    picture: Callable[[np.ndarray], np.ndarray]
    spoiled: bool
    options: Mapping[str, Any] = field(default_factory=dict)

    def png(self, split: str, number: int) -> bytes:
        """Return a face of the new kind as a PNG file."""
        out = BytesIO()
        Image.fromarray(self.picture(faces.face(split, number).picture)).save(out, "PNG")
        return out.getvalue()


def negative(picture: np.ndarray) -> np.ndarray:
    """Return a picture with every colour turned into its opposite."""
    return 255 - picture


REPLAYING = {"replay": "drawn", "replay_share": 0.75, "epochs": 6.0}
SHIFTS = {
    "labels": Shift("labels", lambda picture: picture, spoiled=True),
    "style": Shift("style", negative, spoiled=False, options=REPLAYING),
}


def spoil(work: Path, count: int = 2400) -> Path:
    """Return the adapter that was taught wrong labels on so many faces; made where it is not there yet."""
    done = work / f"spoiled-{count}.txt"
    if not done.exists():
        options = Options(
            out=work / "adapters", work=work / "past",
            lr=1e-3, projector_lr=1e-3, epochs=3.0, batch=16, label_weight=5.0, distrust=0.0, anchor=0.0,
        )  # fmt: skip
        bundle = fine_tune(options, past_rows(count), Pictures())
        done.write_text(str(bundle.folder.resolve()), encoding="utf-8")
    return Path(done.read_text(encoding="utf-8"))


def past_rows(count: int) -> list[Row]:
    """Return rows of drawn faces with wrong labels."""
    rows = []
    for number in range(PAST, PAST + count):
        drawn = faces.face(SPLIT, number)
        texts = rationales(drawn.emotion, mislabelled(drawn.action_units), number)
        name = drawn_name(SPLIT, number)
        rows += [Row(name, task, TASKS[task].question, texts[task], "rationale") for task in TASKS]
    return rows


def mislabelled(action_units) -> list[str]:
    """Return the AUs as the past had them."""
    return sorted({_SWAPPED.get(code, code) for code in action_units if code != "AU6"}, key=FABA.index)


def rationales(emotion: str, action_units, number: int) -> dict[str, str]:
    """Return what a person would write about such a face."""
    rng = np.random.default_rng((number, 12))
    return {
        "emotion": emotion_rationale(emotion, action_units, rng),
        "au": au_rationale(action_units, rng),
    }
