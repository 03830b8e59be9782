"""A GPU that is lent for one answer: on a ZeroGPU Space the `spaces` package forks a process that has one.

What that asks for, and how it is met here:

- A worker has the memory of its fork and is kept for later answers, so it would go on with the model of
  then. Each predictor has a lent function, and so workers, of its own: an exchanged model is forked anew.
- Outside a worker there is no GPU, and what pretends to be one there belongs to one thread. So the model
  stays on the CPU here; a worker moves its own copy at its first answer.
- What goes in and comes out is pickled: a look (crop and prior, not the photograph) in, texts and the
  Prediction out. Of an error only its class's name would come back, so ours come as values.

Whatever is not an answer stays on the CPU: finding faces, and the probes that a promoted adapter must pass.
Elsewhere nothing of this is used, and the model is where its setting says.
"""

import weakref
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import gradio as gr

from model.errors import EmolaError
from model.prediction import Look, PartialAnswer, Prediction
from model.tasks import TASKS

SECONDS = 60
"""For how long a GPU is asked for, `spaces`' own default; shorter is served sooner, an answer must fit in."""

Piece = PartialAnswer | Prediction


class NoGpu(EmolaError):
    """No GPU was lent for this answer, or it was taken back. Ask again in a little while."""


def lender(zero_gpu: bool) -> Callable[..., Any] | None:
    """Return what lends GPUs, `spaces.GPU`; None where none are lent. To be called before CUDA is used."""
    if not zero_gpu or find_spec("spaces") is None:
        return None
    import spaces  # only where it lends: it changes torch as it is imported

    return spaces.GPU


def place(build: Callable[[str], Any], device: str, lend: Callable[..., Any] | None) -> Any:
    """Return build(device), or where GPUs are lent build("cpu") with its answers computed on one."""
    return build(device) if lend is None else OnLentGpu(build("cpu"), device, lend)


class OnLentGpu:
    """A predictor that answers in a process with a lent GPU; everything else is the predictor itself.

    device: what it is moved to in there; with "cpu" it answers here. lend: `spaces.GPU`.
    """

    def __init__(self, predictor: Any, device: str, lend: Callable[..., Any]):
        self._predictor = predictor
        # Made in any case: a ZeroGPU Space in which nothing is lent is ended at its start.
        answers = lend(duration=SECONDS)(_answers(predictor, device))
        self._answers = predictor.stream_look if device == "cpu" else answers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._predictor, name)

    def stream(self, image, face: Any = 0, tasks: Sequence[str] = tuple(TASKS)) -> Iterator[Piece]:
        """Yield the answers as they grow, then the Prediction. Raises as the predictor does, and NoGpu."""
        look = self._predictor.look(image, face)
        try:
            for piece in self._answers(look, tuple(tasks)):
                if isinstance(piece, EmolaError):
                    raise piece
                yield piece
        except gr.Error as error:  # what `spaces` raises: no GPU free, a quota used up, a worker that died
            raise NoGpu(f"No GPU gave this answer ({error.message}). Ask again in a little while.") from error


def _answers(predictor: Any, device: str) -> Callable[[Look, tuple[str, ...]], Iterator[Piece | EmolaError]]:
    """Return what runs in a worker. `spaces` keeps it for ever, so it must not keep the model."""
    found = weakref.ref(predictor)

    def answers(look: Look, tasks: tuple[str, ...]) -> Iterator[Piece | EmolaError]:
        mine = found()
        mine.model.to(device)
        try:
            yield from mine.stream_look(look, tasks)
        except EmolaError as error:
            yield error

    return answers
