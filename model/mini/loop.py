"""A training loop that can be killed: steps decided by their number, the state on disk every few minutes.

Everything random in step n comes from a generator seeded with (seed, n), dropout from torch's own
generators, whose state is kept with the weights. So a run that was killed and goes on from its last
checkpoint ends where one ends that was not, bit for bit on one machine with one number of threads.
"""

import math
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

SAVE_EVERY = 300.0
"""Seconds between checkpoints."""


def run(
    name: str,
    net: nn.Module,
    groups: list[dict],
    steps: int,
    step: Callable[[int, np.random.Generator], tuple[torch.Tensor, dict[str, float]]],
    folder: Path,
    *,
    seed: int = 0,
    clip: float = 1.0,
    report: Callable[[int], str] | None = None,
    report_every: int = 400,
    warmup: int = 60,
) -> None:
    """Train `net` in place for `steps` steps of AdamW with a cosine schedule.

    groups: AdamW parameter groups with their peak `lr`. step(n, rng) gives the loss and figures to show.
    The checkpoint `folder/name.pt` is taken up where it exists, and stays when the run ends: running
    again is free.
    """
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01)
    peaks = [g["lr"] for g in optimiser.param_groups]
    file = folder / f"{name}.pt"
    begin = 0
    if file.exists():
        state = torch.load(file, weights_only=True)
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        begin = state["step"]
        if "random" in state:
            torch.set_rng_state(state["random"][0])
            torch.cuda.set_rng_state_all(state["random"][1:])
        print(f"{name}: goes on at step {begin} of {steps}", flush=True)
    started = saved = time.monotonic()
    shown: dict[str, float] = {}
    for n in range(begin, steps):
        rise = min(1.0, (n + 1) / warmup)
        fall = 0.5 * (1 + math.cos(math.pi * n / steps))
        for group, peak in zip(optimiser.param_groups, peaks, strict=True):
            group["lr"] = peak * rise * max(fall, 0.01)
        loss, figures = step(n, np.random.default_rng((seed, n)))
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"{name}: the loss is {loss.item()} at step {n}; the last checkpoint is {file}."
            )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([p for g in groups for p in g["params"]], clip)
        optimiser.step()
        for key, value in {"loss": float(loss.detach()), **figures}.items():
            shown[key] = 0.95 * shown.get(key, value) + 0.05 * value
        if n % 50 == 0 or n == steps - 1:
            each = (time.monotonic() - started) / (n - begin + 1)
            words = "  ".join(f"{k} {v:.3f}" for k, v in shown.items())
            print(
                f"{name} {n}/{steps}  {words}  {each:.3f} s/step  {each * (steps - n) / 60:.1f} min left",
                flush=True,
            )
        if report and n and n % report_every == 0:
            print(f"{name} {n}: {report(n)}", flush=True)
        if time.monotonic() - saved > SAVE_EVERY or n == steps - 1:
            _save(file, net, optimiser, n + 1)
            saved = time.monotonic()
    if report:
        print(f"{name} end: {report(steps)}", flush=True)


def _save(file: Path, net: nn.Module, optimiser: torch.optim.Optimizer, step: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_suffix(".part")
    state = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "step": step}
    state["random"] = [torch.get_rng_state(), *torch.cuda.get_rng_state_all()]
    torch.save(state, whole)
    os.replace(whole, file)
