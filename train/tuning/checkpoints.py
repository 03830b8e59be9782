"""Where a training was when it was killed: whole checkpoints, or none.

A checkpoint is one file, written beside its place, brought to the disk, then renamed: whoever is killed while
writing leaves the one before. It holds the trained weights (LoRA, both projectors), the optimiser, the step,
which decides on rate and faces (`train.tuning.batches`), the random state, and the losses so far. `run.json`
says what the run was begun with; nothing else can be gone on with. Read with `weights_only`, so no code is
run.
"""

import json
import os
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from train.errors import TrainingError

KEPT = 2
"""Checkpoints that stay: the newest, and the one before in case the disk damages it."""
RUN = "run.json"


class Checkpoints:
    """The checkpoints of one run in a folder. facts: what decides on the result, as JSON's types."""

    def __init__(self, folder: Path, facts: Mapping[str, Any]):
        self.folder, self.facts = folder, json.loads(json.dumps(facts))

    def newest(self) -> dict[str, Any] | None:
        """Return the newest checkpoint that can be read, None where the run begins. Raises TrainingError
        where the folder is of another run.
        """
        path = self.folder / RUN
        if not path.exists():
            return None
        begun = json.loads(path.read_text(encoding="utf-8"))
        if begun != self.facts:
            differing = sorted(
                key for key in begun.keys() | self.facts.keys() if begun.get(key) != self.facts.get(key)
            )
            was = "; ".join(
                f"{key} was {_short(begun.get(key))}, is {_short(self.facts.get(key))}" for key in differing
            )
            raise TrainingError(
                f"{self.folder} holds checkpoints of another run: {was}. Give another --work, or remove that "
                "folder to begin anew."
            )
        for file in sorted(self.folder.glob("step-*.pt"), reverse=True):
            try:
                return torch.load(file, weights_only=True, map_location="cpu")
            except (RuntimeError, EOFError, OSError, pickle.UnpicklingError, KeyError) as error:
                print(f"{file} cannot be read ({error}); the checkpoint before it is taken.", flush=True)
        return None

    def save(self, step: int, state: Mapping[str, Any]) -> Path:
        """Write the state after `step` steps and remove old checkpoints. Raises TrainingError where there
        is no room; the checkpoint before stays.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not (self.folder / RUN).exists():
                _replace(self.folder / RUN, lambda part: part.write_text(json.dumps(self.facts, indent=1)))
            path = self.folder / f"step-{step:07d}.pt"
            _replace(path, lambda part: torch.save({**state, "step": step}, part))
        except (OSError, RuntimeError) as error:  # torch.save says RuntimeError for a full disk
            reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
            raise TrainingError(
                f"The checkpoint of step {step} could not be written to {self.folder} ({reason}). Make room, "
                "then start the same training again: it goes on from the checkpoint before."
            ) from error
        for old in sorted(self.folder.glob("step-*.pt"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return path

    def clear(self) -> None:
        """Remove the checkpoints of a run that is done."""
        for file in [*self.folder.glob("step-*.pt"), *self.folder.glob(".*.part"), self.folder / RUN]:
            file.unlink(missing_ok=True)
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()


def _replace(path: Path, write) -> None:
    """Let `write` make a file that is at `path` whole or not at all, whatever happens."""
    part = path.with_name(f".{path.name}.part")
    try:
        write(part)
        with open(part, "rb") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
