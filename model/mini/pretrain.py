"""Make the mini EmoLA from seeds: draw faces, train landmark expert, eyes and speech, calibrate.

    python -m model.mini.pretrain                 # an hour or two on two cores; goes on where it was killed
    python -m model.mini.pretrain --device cuda --faces 300000
    python -m model.mini.pretrain --without-prior --out runs/mini-without-prior  # the twin, no landmarks
    python -m model.mini.pretrain --without-picture --out runs/mini-without-picture  # landmarks only
    python -m model.mini.evaluate --base runs/mini-without-prior

Drawn faces, checkpoints and the like are kept in `--work`; finished stages are not run again. Weights are
written at the end, in half precision, as a folder that `model.load` reads. The same seeds and thread
count (the shipped weights: `--threads 1`) give the same weights on one machine; another processor rounds
differently.
"""

import argparse
import os
from pathlib import Path

import torch

from model import manifest
from model.emola import EmolaForConditionalGeneration, EmolaProcessor
from model.landmarks.mini import WEIGHTS, MiniExpert
from model.mini import evaluate, pretrain_landmarks
from model.mini.cache import seen
from model.mini.eyes import learn_to_see
from model.mini.fresh import fresh_config, fresh_model, fresh_tokenizer
from model.mini.speech import learn_to_speak
from model.predict import MINI


def parser() -> argparse.ArgumentParser:
    """The command's options and their defaults: those that the shipped weights were made with."""
    p = argparse.ArgumentParser(prog="python -m model.mini.pretrain", description=__doc__.partition("\n")[0])
    p.add_argument(
        "--out", type=Path, default=MINI, help="folder for the weights (default: the shipped ones)"
    )
    p.add_argument(
        "--work", type=Path, default=Path("runs/mini"), help="folder for drawn faces and checkpoints"
    )
    p.add_argument("--device", default="cpu", help="cpu or cuda")
    p.add_argument("--faces", type=int, default=60_000, help="drawn faces to train on")
    p.add_argument("--eye-steps", type=int, default=2000, help="steps of 64 faces before there is language")
    p.add_argument("--speech-steps", type=int, default=1600, help="steps of 64 faces with language")
    p.add_argument("--checked", type=int, default=2000, help="held-out faces to watch the training on")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument(
        "--threads",
        type=int,
        default=os.cpu_count(),
        help="threads of the arithmetic, and processes that draw",
    )
    twin = p.add_mutually_exclusive_group()
    twin.add_argument("--without-prior", action="store_true", help="train the twin that sees no landmarks")
    twin.add_argument(
        "--without-picture", action="store_true", help="train the twin that sees landmarks and nothing else"
    )
    return p


def main(args: argparse.Namespace) -> None:
    """Run every stage that is not done yet and write the weights."""
    torch.set_num_threads(args.threads)
    if not WEIGHTS.exists():
        pretrain_landmarks.main(pretrain_landmarks.arguments(["--device", args.device]))
    expert = MiniExpert()
    tokenizer = fresh_tokenizer(args.seed)
    config = fresh_config(tokenizer, prior=not args.without_prior)
    model = fresh_model(config, args.seed).to(args.device)
    checkpoints = args.work
    if args.without_picture:
        blindfold(model)
        checkpoints = args.work / "without-picture"
    # For such short sequences, plain attention is three times as fast on a CPU as fused kernels' backward.
    model.set_attn_implementation("eager")

    train, check = (
        seen(args.work, split, n, expert, args.threads)
        for split, n in (("train", args.faces), ("validation", args.checked))
    )
    learn_to_see(model, train, check, args.eye_steps, checkpoints, device=args.device, seed=args.seed)
    learn_to_speak(
        model, tokenizer, train, args.speech_steps, checkpoints, device=args.device, seed=args.seed
    )
    save(model, tokenizer, args.out)
    count = min(1000, args.checked)
    options = ["--base", args.out, "--n", count, "--device", args.device, "--workers", args.threads]
    evaluate.main(["--calibrate", *map(str, options)])


def blindfold(model: EmolaForConditionalGeneration) -> None:
    """Cut the picture off for good: every patch becomes one and the same vector, which is learned.

    The image projector's last weights are zero and learn nothing, so no picture tells this model anything,
    in training or ever after; the prior is all that it sees.
    """
    last = model.model.multi_modal_projector.linear_2.weight
    with torch.no_grad():
        last.zero_()
    last.requires_grad_(False)


def save(model: EmolaForConditionalGeneration, tokenizer, out: Path) -> None:
    """Write model and processor to a folder, in half precision."""
    model.set_attn_implementation("sdpa")
    model.to("cpu").half().save_pretrained(out)
    EmolaProcessor.for_config(model.config, tokenizer, image_mode="crop").save_pretrained(out)
    manifest.write(
        out, "base", landmark_expert=model.config.landmark_expert, landmark_width=model.config.landmark_width
    )


if __name__ == "__main__":
    main(parser().parse_args())
