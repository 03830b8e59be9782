"""A stand-in for the `spaces` package on a ZeroGPU Space: lent functions run in forked processes.

As spaces 0.51 does it: a worker is forked at a function's first call and kept for its later ones; what goes
in and out is pickled; of an exception only the class's name comes back, as a gr.Error.
"""

import multiprocessing
from functools import partial

import gradio as gr

FORK = multiprocessing.get_context("fork")


class Spaces:
    """Lends by `GPU`, the decorator, unless it `refuses` with these words."""

    def __init__(self):
        self.refuses = ""
        self.lent: list[_Lent] = []

    def GPU(self, task=None, *, duration=None):
        if task is None:
            return partial(self.GPU, duration=duration)
        self.lent.append(_Lent(task))
        return partial(self._ask, self.lent[-1])

    def _ask(self, lent, *given):
        if self.refuses:
            raise gr.Error(self.refuses)
        yield from lent.ask(given)

    def close(self) -> None:
        """End all workers."""
        for lent in self.lent:
            lent.close()


class _Lent:
    """A lent function and its worker."""

    def __init__(self, task):
        self.task, self.process = task, None

    def ask(self, given):
        if self.process is None:
            self.here, there = FORK.Pipe()
            self.process = FORK.Process(target=_work, args=(self.task, there), daemon=True)
            self.process.start()
            there.close()
        self.here.send(given)
        while (got := self.here.recv())[0] == "piece":
            yield got[1]
        if got[0] == "failed":
            raise gr.Error(got[1], title="ZeroGPU worker error", print_exception=False)

    def close(self) -> None:
        if self.process is not None:
            # Workers forked later hold this end of the pipe too, so it would not be seen closed.
            self.process.terminate()
            self.process.join()


def _work(task, there) -> None:
    while True:
        try:
            given = there.recv()
        except EOFError:
            return
        try:
            for piece in task(*given):
                there.send(("piece", piece))
            there.send(("end",))
        except Exception as error:
            there.send(("failed", type(error).__name__))
