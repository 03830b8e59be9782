"""The options of a fine-tuning, each with its help; the command line is made from them.

What is left at None comes from a recipe: "paper" is the authors' (arXiv 2404.05052, section 4.1, and their
training script: batch 16 on each of 4 GPUs), "mini" is for models of a few million parameters, such as the
embedded one. Rates are AdamW's peak learning rates.

The recipe "mini" is made for a few hundred corrections by people who slip now and then; `benchmarks.loop`
shows what it does with them. `anchor` keeps what the corrections do not speak of, and `distrust` keeps single
slips from being learned by heart: what is said in many corrections is learned from all of them within the
first steps, and a label that still looks unlikely then is one that nothing else speaks for. Neither is in the
paper.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import torch

from model.adapter import LINEARS
from model.tasks import TASKS
from train.errors import TrainingError

SMALL = 1024
"""A language model whose hidden size is below this is trained by the recipe "mini"."""

RECIPES: dict[str, dict[str, Any]] = {
    "paper": {
        "r": 128, "alpha": 256, "dropout": 0.05, "lr": 1e-4, "projector_lr": 2e-5, "warmup": 0.03,
        "epochs": 1.0, "batch": 64, "micro_batch": 4, "label_weight": 1.0, "template": "training",
        "anchor": 0.0, "distrust": 0.0,
        "precision": "bf16", "gradient_checkpointing": True, "attention": "sdpa",
    },
    "mini": {
        "r": 16, "alpha": 32, "dropout": 0.0, "lr": 1e-3, "projector_lr": 1e-3, "warmup": 0.05,
        "epochs": 8.0, "batch": 16, "micro_batch": 8, "label_weight": 2.0, "template": "evaluation",
        "anchor": 0.02, "distrust": 0.2,
        "precision": "auto", "gradient_checkpointing": False, "attention": "eager",
    },
}  # fmt: skip


def _option(default: Any, help: str, **more: Any) -> Any:
    return field(default=default, metadata={"help": help, **more})


@dataclass(frozen=True)
class Options:
    """One fine-tuning. None: as the recipe has it."""

    base: str = _option("", "base model: folder or hub id (name@revision); empty: the embedded mini")
    adapter: str = _option("", "bundle to go on from; empty: a new adapter on the base")
    expert: str = _option("", "landmark expert; empty: what base or adapter need")
    tasks: tuple[str, ...] = _option(
        tuple(TASKS), "what the adapter answers", choices=tuple(TASKS), many=True
    )
    out: Path = _option(Path("runs/adapters"), "folder into which the finished bundle is put")
    work: Path = _option(Path("runs/work"), "folder of checkpoints and of what the vision tower saw")
    recipe: str = _option("auto", "auto: by the model's size", choices=("auto", *RECIPES))
    r: int | None = _option(None, "LoRA's rank; a given adapter keeps its own", kind=int)
    alpha: int | None = _option(None, "LoRA's alpha; a given adapter keeps its own", kind=int)
    dropout: float | None = _option(None, "LoRA's dropout, 0..1", kind=float)
    linears: tuple[str, ...] = _option(
        tuple(LINEARS), "which of the language model's linears get LoRA", choices=tuple(LINEARS), many=True
    )
    lr: float | None = _option(None, "rate of LoRA and of the landmark projector", kind=float)
    projector_lr: float | None = _option(None, "rate of the image projector", kind=float)
    weight_decay: float = _option(0.0, "AdamW's weight decay")
    warmup: float | None = _option(None, "share of the steps in which the rate rises, 0..1", kind=float)
    schedule: str = _option("cosine", "how the rate falls", choices=("cosine", "linear", "constant"))
    epochs: float | None = _option(None, "times that each face is seen", kind=float)
    steps: int | None = _option(None, "steps, instead of epochs", kind=int)
    batch: int | None = _option(None, "faces a step, over all processes", kind=int)
    micro_batch: int | None = _option(None, "faces that one process computes at once", kind=int)
    clip: float = _option(1.0, "largest norm of the gradient")
    label_weight: float | None = _option(
        None, "what a token that decides on a label weighs, a plain one weighing 1", kind=float
    )
    anchor: float | None = _option(
        None,
        "share of the way back to the weights it began from that a step goes, times the rate's share of its "
        "peak, 0..1 (L2-SP)",
        kind=float,
    )
    distrust: float | None = _option(
        None,
        "a label's token that the model gives a lower probability than this is taken for a slip and not "
        "learned, 0..1; only with a --label-weight above 1",
        kind=float,
    )
    trusting: float = _option(0.2, "share of the steps, the first, in which nothing is distrusted, 0..1")
    template: str | None = _option(
        None,
        "prompt: the authors' for training, or the one of evaluation",
        choices=("training", "evaluation"),
    )
    max_length: int = _option(2048, "longest row in tokens, its picture included")
    precision: str | None = _option(
        None,
        "what is computed in; auto: bf16 where the processor has it, else fp32",
        choices=("fp32", "bf16", "auto"),
    )
    gradient_checkpointing: bool | None = _option(
        None, "compute activations twice instead of keeping them", kind=bool
    )
    attention: str | None = _option(None, "attention's implementation", choices=("eager", "sdpa"))
    replay: str = _option(
        "none",
        "against forgetting: none; drawn: faces that the mini was trained on; earlier: the snapshot before "
        "(never where those labels carry an error that is being corrected)",
        choices=("none", "drawn", "earlier"),
    )
    replay_share: float = _option(0.5, "share of each step's faces that are replayed, 0..1")
    seed: int = _option(0, "of weights, order and dropout")
    save_every: int = _option(25, "steps between checkpoints")
    device: str = _option("", "cpu, cuda, mps; empty: what accelerate finds")

    def resolved(self, hidden_size: int) -> "Options":
        """Return the options with the recipe's values for what is None. hidden_size: of the language model.

        Raises TrainingError where a value makes no sense.
        """
        name = self.recipe if self.recipe != "auto" else "mini" if hidden_size < SMALL else "paper"
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        filled = {key: value for key, value in RECIPES[name].items() if given[key] is None}
        found = replace(self, recipe=name, **filled)
        if found.precision == "auto":
            found = replace(found, precision="bf16" if computes_bf16(self.device) else "fp32")
        for key, low, high in (
            ("dropout", 0, 0.99), ("warmup", 0, 1), ("replay_share", 0, 0.9), ("r", 1, 4096),
            ("batch", 1, 10**6), ("micro_batch", 1, 10**6), ("save_every", 1, 10**9), ("lr", 0, 10),
            ("projector_lr", 0, 10), ("label_weight", 0, 1000), ("epochs", 1e-6, 10**6),
            ("clip", 1e-9, 10**9), ("anchor", 0, 1), ("distrust", 0, 1), ("trusting", 0, 1),
        ):  # fmt: skip
            value = getattr(found, key)
            if not low <= value <= high:
                raise TrainingError(f"--{key.replace('_', '-')} is {value}; allowed is {low} to {high}.")
        if found.steps is not None and found.steps < 1:
            raise TrainingError(f"--steps is {found.steps}; give at least 1, or leave it and give --epochs.")
        if self.distrust is None and found.label_weight <= 1:
            found = replace(found, distrust=0.0)
        if found.distrust and found.label_weight <= 1:
            raise TrainingError(
                f"--distrust is {found.distrust:g} and --label-weight {found.label_weight:g}: tokens that "
                "decide on a label are known by weighing more than 1. Give --distrust 0, or a larger "
                "--label-weight."
            )
        if not found.tasks or set(found.tasks) - set(TASKS):
            raise TrainingError(f"--tasks are {found.tasks}; allowed are {', '.join(TASKS)}, at least one.")
        return found

    def decisive(self) -> dict[str, Any]:
        """Return what decides on the result, as JSON's types: all but places, device, how often to save."""
        aside = ("base", "adapter", "out", "work", "device", "save_every")
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if name not in aside
        }


def computes_bf16(device: str = "") -> bool:
    """Whether bf16 saves time on a device: on every GPU, and on CPUs with instructions for it."""
    if device != "cpu" and torch.accelerator.is_available():
        return True
    able = torch.cpu.get_capabilities()
    return any(able.get(name, False) for name in ("avx512_bf16", "amx_bf16", "sve_bf16", "bf16"))


def add_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add an argument for each option, its default and help included."""
    for one in fields(Options):
        name, help = f"--{one.name.replace('_', '-')}", one.metadata["help"]
        kind, choices = one.metadata.get("kind", type(one.default)), one.metadata.get("choices")
        default = " ".join(one.default) if one.metadata.get("many") else one.default
        shown = f"{help} (default {'by recipe' if default is None else default or 'none'})"
        if kind is bool:
            parser.add_argument(name, action=argparse.BooleanOptionalAction, default=one.default, help=shown)
        elif one.metadata.get("many"):
            parser.add_argument(name, nargs="+", choices=choices, default=list(one.default), help=shown)
        else:
            kind = str if choices or kind is type(None) else kind
            parser.add_argument(name, type=kind, choices=choices, default=one.default, help=shown)
    return parser


def from_arguments(args: argparse.Namespace) -> Options:
    """Return the options of parsed arguments; what else the namespace holds is left."""
    values = {one.name: getattr(args, one.name) for one in fields(Options)}
    return Options(
        **{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    )


def parse(given: Sequence[str]) -> Options:
    """Return the options of a command line that holds nothing else."""
    return from_arguments(add_options(argparse.ArgumentParser()).parse_args(given))
