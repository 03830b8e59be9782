"""A batch of pictures to lines of JSON, whatever is wrong with some of them.

Beyond the errors that the model names (no face, no picture), a decoder or a kernel can fail on one odd file
in a way that nobody foresaw. The pictures of such a batch are then asked about one by one, and the one that
fails again has the failure for an answer: a job over a million files must not end with one of them.
"""

import json
import os
from collections.abc import Sequence

import torch

from model.outcomes import json_line, outcomes


class Asker:
    """A predictor and what is asked of it; picklable parts only, since workers are made from them.

    where: the folder that relative paths are meant from. face, tasks: as `Predictor.look` and
    `predict_looks` take them.
    """

    def __init__(self, predictor, *, where: str, face: int, tasks: Sequence[str]):
        self._predictor, self._where, self._face, self._tasks = predictor, where, face, tuple(tasks)

    def lines(self, pictures: Sequence[str]) -> list[str]:
        """Return a line of JSON for each picture, all answered as one batch.

        Raises torch.AcceleratorError, after which nothing more can be had of this process's device.
        """
        paths = [os.path.join(self._where, picture) for picture in pictures]
        try:
            found = outcomes(
                self._predictor, paths, face=self._face, tasks=self._tasks, batch_size=len(paths) or 1
            )
            return [json_line(name, outcome) for name, (_, outcome) in zip(pictures, found, strict=True)]
        except torch.AcceleratorError:
            raise
        except Exception as error:  # failures nobody foresaw have no common base
            if len(pictures) == 1:
                return [failure(pictures[0], f"Reading it failed with {type(error).__name__}: {error}")]
            return [line for picture in pictures for line in self.lines([picture])]


def failure(picture: str, reason: str) -> str:
    """Return the line of a picture that has no answer."""
    return json.dumps({"image": picture, "error": reason})
