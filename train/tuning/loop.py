"""The training loop: AdamW over three groups, through accelerate, killed and taken up at any step.

What happens in step n is decided by the options and n alone: its rate, its faces, its dropout (torch's
generator is seeded with (seed, n, process)). With the checkpoint's weights and optimiser, a run that was
killed ends with the weights of one that was not, bit for bit on one machine with one number of threads; on
GPUs as far as their kernels are deterministic.
"""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from accelerate import Accelerator
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_optimizer_state_dict,
    set_model_state_dict,
    set_optimizer_state_dict,
)

from train.errors import Stopped, TrainingError
from train.tuning.answering import Answering
from train.tuning.batches import Plan, micro_batches
from train.tuning.checkpoints import Checkpoints
from train.tuning.lessons import Lesson

# The same call for one process, DDP and FSDP: whole tensors on the CPU, without what is frozen.
_WHOLE = StateDictOptions(full_state_dict=True, cpu_offload=True, ignore_frozen_params=True)
_PARTS = StateDictOptions(full_state_dict=True, strict=False, ignore_frozen_params=True)


@dataclass(frozen=True)
class Progress:
    """Where a training is: steps done of `steps`, the last loss (nats a token), seconds, and those left."""

    step: int
    steps: int
    loss: float
    seconds: float
    eta_seconds: float


@dataclass(frozen=True)
class Learned:
    """The trained weights, by parameter's name, on the CPU, and the loss of every step."""

    weights: dict[str, torch.Tensor]
    losses: list[float]


def groups(model: Answering, options) -> list[dict]:
    """AdamW's parameter groups: LoRA and the landmark projector at one rate, the image projector at its own.

    Source: the authors' training script (mm_projector_lr beside learning_rate).
    """
    rates: dict[float, list] = {}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            rate = options.projector_lr if ".multi_modal_projector." in name else options.lr
            rates.setdefault(rate, []).append(weight)
    return [{"params": weights, "lr": rate, "peak": rate} for rate, weights in rates.items()]


def rate_at(step: int, steps: int, warmup: float, schedule: str) -> float:
    """Share of the peak rate, 0..1, in step 0 .. steps - 1: a linear rise, then the schedule's fall."""
    rise = math.ceil(warmup * steps)
    if step < rise:
        return (step + 1) / rise
    if schedule == "constant":
        return 1.0
    gone = (step - rise) / max(1, steps - rise)
    return 0.5 * (1 + math.cos(math.pi * gone)) if schedule == "cosine" else 1 - gone


def train(
    model: Answering,
    plan: Plan,
    new: Sequence[Lesson],
    replayed: Sequence[Lesson],
    features,
    options,
    checkpoints: Checkpoints,
    accelerator: Accelerator,
    *,
    pad_id: int,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Learned:
    """Train to the plan's end. Raises TrainingError for a loss that is no number, Stopped where asked to."""
    optimiser = torch.optim.AdamW(groups(model, options), weight_decay=options.weight_decay)
    model, optimiser = accelerator.prepare(model, optimiser)
    model.train()
    plain = optimiser.optimizer
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    first = [weight.detach().clone() for weight in trained] if options.anchor else []
    begin, losses = _take_up(checkpoints, model, plain)
    process, processes = accelerator.process_index, accelerator.num_processes
    started = time.monotonic()
    for step in range(begin, plan.steps):
        _seed(options.seed, step, process)
        share = rate_at(step, plan.steps, options.warmup, options.schedule)
        for group in plain.param_groups:
            group["lr"] = group["peak"] * share
        distrust = options.distrust if step >= options.trusting * plan.steps else 0.0
        batches, count, weight = micro_batches(
            plan, step, new, replayed, features, options, pad_id, process, processes
        )
        total = torch.zeros((), device=accelerator.device)
        for number, batch in enumerate(batches, 1):
            # Gradients are averaged over processes, once a step; the loss is over the whole step's tokens.
            with accelerator.no_sync(model) if number < count else nullcontext():
                loss = model(batch.to(accelerator.device), distrust) / weight
                accelerator.backward(loss * processes)
            total += loss.detach()
        norm = accelerator.clip_grad_norm_(trained, options.clip)
        loss = float(accelerator.reduce(total, "sum"))
        if not (math.isfinite(loss) and math.isfinite(float(norm))):
            raise TrainingError(
                f"The loss of step {step} is {loss} and the gradient's norm {float(norm)}; nothing of this "
                "step was kept, and what serves is untouched. Give a lower --lr, or --precision fp32; if it "
                "happens in step 0, the base or the adapter is damaged."
            )
        optimiser.step()
        optimiser.zero_grad()
        _pull_back(trained, first, options.anchor * share)
        losses.append(loss)
        done = step + 1
        if on_progress and accelerator.is_main_process:
            seconds = time.monotonic() - started
            left = seconds / (done - begin) * (plan.steps - done)
            on_progress(Progress(done, plan.steps, loss, seconds, left))
        stop = _agreed(accelerator, should_stop)
        if done % options.save_every == 0 or stop or done == plan.steps:
            _keep(accelerator, checkpoints, done, model, plain, losses)
        if stop and done < plan.steps:
            raise Stopped(
                f"Stopped after step {done} of {plan.steps}, as asked. Start the same training to go on."
            )
    weights = get_model_state_dict(model, options=_WHOLE)
    return Learned({name.removeprefix("peft."): value for name, value in weights.items()}, losses)


@torch.no_grad()
def _pull_back(trained: Sequence[torch.Tensor], first: Sequence[torch.Tensor], share: float) -> None:
    """Move weights a share of the way back to those that they began with; `first` is empty for none.

    Source: L2-SP (Li, Grandvalet and Davoine 2018, arXiv 1802.01483), decoupled from the gradient as AdamW's
    weight decay is.
    """
    for weight, began in zip(trained, first, strict=False):
        weight.lerp_(began, share)


def _take_up(checkpoints: Checkpoints, model, optimiser) -> tuple[int, list[float]]:
    """Put the newest checkpoint into model and optimiser; the step to begin with and the losses before it."""
    state = checkpoints.newest()
    if state is None:
        return 0, []
    set_model_state_dict(model, state["weights"], options=_PARTS)
    set_optimizer_state_dict(model, optimiser, state["optimiser"], options=_PARTS)
    torch.set_rng_state(state["random"])
    return state["step"], list(state["losses"])


def _keep(accelerator, checkpoints, step: int, model, optimiser, losses: list[float]) -> None:
    weights = get_model_state_dict(model, options=_WHOLE)
    state = get_optimizer_state_dict(model, optimiser, options=_WHOLE)
    if accelerator.is_main_process:
        checkpoints.save(
            step,
            {"weights": weights, "optimiser": state, "losses": losses, "random": torch.get_rng_state()},
        )
    accelerator.wait_for_everyone()


def _agreed(accelerator, should_stop: Callable[[], bool] | None) -> bool:
    """Whether any process was asked to stop; all find the same."""
    asked = bool(should_stop and should_stop())
    if accelerator.num_processes == 1:
        return asked
    return bool(accelerator.reduce(torch.tensor(float(asked), device=accelerator.device), "sum"))


def _seed(seed: int, step: int, process: int) -> None:
    state = np.random.SeedSequence((seed, step, process)).generate_state(1, np.uint64)[0]
    torch.manual_seed(int(state >> np.uint64(1)))
