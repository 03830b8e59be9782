"""Which faces each step learns from, and their lessons as tensors.

The order is decided by the seed alone: every epoch is one permutation, a step takes the next faces of it, and
replayed faces come from permutations of their own. So a step is known by its number, and a run that is taken
up again needs to know nothing else. Within a step, faces are sorted by length, dealt to the processes and cut
into micro-batches of neighbours: little is padding, and what a step learns does not hang on length.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
import torch

from model.tokens import IGNORED, pad_rows
from train.errors import DatasetError
from train.tuning.lessons import Lesson


@dataclass(frozen=True)
class Plan:
    """How many steps, and of how many new and replayed faces each."""

    steps: int
    new: int
    replayed: int

    @property
    def faces(self) -> int:
        """Faces a step."""
        return self.new + self.replayed


@dataclass(frozen=True)
class Batch:
    """A micro-batch. ids, targets: (faces, length); weights: the same, float32; positions and mask: None
    where each face has one answer, else (faces, length) and (faces, 1, length, length) bool, True where one
    may look. patches: (faces, vectors, width); priors: (faces, landmark width). replayed: (faces, 1) bool.
    """

    ids: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor
    positions: torch.Tensor | None
    mask: torch.Tensor | None
    patches: torch.Tensor
    priors: torch.Tensor
    replayed: torch.Tensor

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device."""
        moved = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return Batch(**{name: None if value is None else value.to(device) for name, value in moved.items()})


def make_plan(options, new: int, replayed: int, processes: int = 1) -> Plan:
    """Return the plan for so many new faces and faces to replay. Raises DatasetError where a process would
    have nothing to do.
    """
    share = options.replay_share if replayed else 0.0
    fresh = min(max(1, round(options.batch * (1 - share))), new)
    again = min(options.batch - max(1, round(options.batch * (1 - share))), replayed) if share else 0
    if fresh + again < processes:
        raise DatasetError(
            f"A step has {fresh + again} faces, too few for {processes} processes. Start fewer, or give more "
            "faces or a larger --batch."
        )
    return Plan(options.steps or ceil(options.epochs * new / fresh), fresh, again)


def step_faces(plan: Plan, step: int, new: int, replayed: int, seed: int) -> tuple[list[int], list[int]]:
    """Return the numbers of the new and of the replayed faces of a step."""
    return (
        _take(plan.new, step, new, (seed, 0)),
        _take(plan.replayed, step, replayed, (seed, 1)) if plan.replayed else [],
    )


def _take(count: int, step: int, of: int, seed: tuple[int, int]) -> list[int]:
    """The step's `count` numbers in an endless row of permutations."""
    found: list[int] = []
    at = step * count
    while len(found) < count:
        order = np.random.default_rng((*seed, at // of)).permutation(of)
        part = order[at % of : at % of + count - len(found)].tolist()
        found += part
        at += len(part)
    return found


def deal(lessons: Sequence[Lesson], process: int, processes: int, micro_batch: int) -> list[list[Lesson]]:
    """Return a process's micro-batches of a step's lessons, as many for each process, none of them empty."""
    ordered = sorted(lessons, key=len)
    mine = ordered[process::processes]
    number = ceil(ceil(len(ordered) / processes) / micro_batch)
    edges = [round(len(mine) * cut / number) for cut in range(number + 1)]
    parts = [mine[start:stop] for start, stop in zip(edges, edges[1:], strict=False)]
    # Processes talk with each other in every micro-batch, so one that has none left computes for nothing.
    idle = [replace(ordered[0], weights=[0.0] * len(ordered[0]))]
    return [part or idle for part in parts]


def collate(lessons: Sequence[Lesson], entries: Sequence[dict[str, torch.Tensor]], pad_id: int) -> Batch:
    """Return lessons, each with its `Features` entry, as tensors padded on the right."""
    ids = pad_rows([torch.tensor(one.ids) for one in lessons], pad_id, "right")
    targets = pad_rows([torch.tensor(one.targets) for one in lessons], IGNORED, "right")
    weights = pad_rows([torch.tensor(one.weights) for one in lessons], 0, "right").float()
    positions = mask = None
    if any(one.segments[-1] > 1 for one in lessons):
        positions = pad_rows([torch.tensor(one.positions) for one in lessons], 0, "right")
        # Padding is of no answer; it sees the picture, so that no row of the softmax is empty.
        segments = pad_rows([torch.tensor(one.segments) for one in lessons], -1, "right")
        seen = (segments[:, None, :] == segments[:, :, None]) | (segments[:, None, :] == 0)
        causal = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril()
        mask = (causal & seen)[:, None]
    patches = torch.stack([entry["patches"] for entry in entries])
    priors = torch.stack([entry["prior"] for entry in entries])
    replayed = torch.tensor([[one.replayed] for one in lessons])
    return Batch(ids, targets, weights, positions, mask, patches, priors, replayed)


def micro_batches(
    plan: Plan, step: int, new: Sequence[Lesson], replayed: Sequence[Lesson], features, options, pad_id: int,
    process: int = 0, processes: int = 1,
) -> tuple[Iterator[Batch], int, float]:  # fmt: skip
    """Return a process's micro-batches of a step, how many they are, and what the whole step's tokens weigh,
    over all processes.
    """
    first, second = step_faces(plan, step, len(new), len(replayed), options.seed)
    lessons = [new[i] for i in first] + [replayed[i] for i in second]
    parts = deal(lessons, process, processes, options.micro_batch)
    batches = (collate(part, [features.entry(one.row) for one in part], pad_id) for part in parts)
    return batches, len(parts), sum(one.weight for one in lessons)
