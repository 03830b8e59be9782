"""What happens on a lent GPU, told as JSON; a program of its own, since a process with threads forks badly.

A model that says where it is and who it is; one that fails; the mini.
"""

import json
import os
import weakref
from dataclasses import asdict

from PIL import Image

from model.errors import CheckpointError, EmolaError
from model.prediction import PartialAnswer
from model.predictor import Predictor
from studio.lent_gpu import place
from studio.samples import sample_path
from studio.serve import build_predictor
from studio.serving import Choice, Serving
from tests.studio.fake import FakePredictor
from tests.studio.lending import Spaces


class Weights:
    """A model that can be moved."""

    device = "cpu"

    def to(self, device: str) -> None:
        self.device = device


class Teller(FakePredictor):
    """Answers with who and where it is."""

    def __init__(self, base: str):
        super().__init__()
        self.model, self.base = Weights(), base

    def look(self, picture, face=0):
        return "a look"

    def stream_look(self, look, tasks):
        if self.base == "wrong":
            raise CheckpointError("This model is wrong. Load another.")
        if self.base == "bug":
            raise ZeroDivisionError("internal")
        yield PartialAnswer("au", json.dumps([self.base, self.model.device, os.getpid()]))


def said(predictor) -> list:
    """What a Teller tells: base, device, process."""
    (piece,) = predictor.stream("a picture")
    return json.loads(piece.text)


def failure(predictor) -> list[str]:
    try:
        list(predictor.stream("a picture"))
    except EmolaError as error:
        return [type(error).__name__, str(error)]
    return []


def exchanged(spaces: Spaces) -> dict:
    """Two answers, another model, one more; and where the models are here."""
    serving = Serving(lambda choice: place(lambda _: Teller(choice.base), "cuda", spaces.GPU), Choice("one"))
    first, again = said(serving.predictor), said(serving.predictor)
    here, kept = serving.predictor.model.device, weakref.ref(serving.predictor._predictor)
    serving.load(Choice("two"))
    return {
        "first": first,
        "again": again,
        "here": here,
        "after": said(serving.predictor),
        "old model kept": kept() is not None,
    }


def mini(spaces: Spaces) -> dict:
    """The mini's answer on a lent GPU, for which a second name of the CPU must do, and without."""
    picture = Image.open(sample_path("smile"))
    lent = build_predictor(Predictor, Choice(device="cpu:0"), spaces.GPU)
    told = []
    for one in (lent, lent._predictor):
        *pieces, last = one.stream(picture)
        told.append([[asdict(piece) for piece in pieces], last.as_dict() | {"timings": None}])
    return {"lent": told[0], "here": told[1], "forked": spaces.lent[-1].process is not None}


def main() -> None:
    spaces = Spaces()
    told = {"parent": os.getpid(), "exchanged": exchanged(spaces)}
    for base in ("wrong", "bug"):
        told[base] = failure(place(lambda _, base=base: Teller(base), "cuda", spaces.GPU))
    spaces.refuses = "GPU quota exceeded"
    told["refused"] = failure(place(lambda _: Teller("one"), "cuda", spaces.GPU))
    told["on the CPU"] = said(place(lambda _: Teller("one"), "cpu", spaces.GPU))
    spaces.refuses = ""
    told["mini"] = mini(spaces)
    spaces.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
