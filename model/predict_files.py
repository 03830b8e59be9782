"""The command `python -m model.predict`: pictures in, a prediction for each out, in the same order.

A file that cannot be read, or shows no face, is reported on standard error and the others go on; the exit
status is then 1. It is 2 where the model itself cannot be loaded. `--json` prints one JSON object a line,
`{"image": ..., "error": ...}` for a bad file. Only the face that `--face` says is read, the largest by
default.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence

from tqdm import tqdm

from model.errors import EmolaError
from model.landmarks import EXPERTS
from model.prediction import Prediction
from model.tasks import TASKS


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    found = argparse.ArgumentParser(
        prog="python -m model.predict", description="Read emotion and action units off faces."
    )
    found.add_argument("images", nargs="+", metavar="IMAGE", help="picture files")
    found.add_argument("--json", action="store_true", help="print one JSON object a line")
    found.add_argument("--base", help="base model: folder or hub id (default: the built-in mini)")
    found.add_argument("--adapter", help="adapter that answers both questions")
    found.add_argument("--adapter-au", help="adapter that answers the action unit question")
    found.add_argument("--adapter-emotion", help="adapter that answers the emotion question")
    found.add_argument(
        "--expert", choices=tuple(EXPERTS), help="landmark expert (default: the one that the weights need)"
    )
    found.add_argument(
        "--expert-model", help="the expert's weights, such as 2d106det.onnx for insightface_106"
    )
    found.add_argument("--task", choices=tuple(TASKS), action="append", help="ask only this (default: all)")
    found.add_argument("--face", type=int, default=0, help="which face, 0 the largest (default: 0)")
    found.add_argument("--device", default="cpu", help="cpu, cuda, mps (default: cpu)")
    found.add_argument("--dtype", default="float32", help="float32, bfloat16, float16 (default: float32)")
    found.add_argument("--batch-size", type=int, default=8, help="pictures answered together (default: 8)")
    return found


def outcomes(
    predictor,
    images: Iterable[str],
    *,
    face: int = 0,
    tasks: Sequence[str] = tuple(TASKS),
    batch_size: int = 8,
) -> Iterator[tuple[str, Prediction | EmolaError]]:
    """Yield each picture with its prediction, or with the error that kept it from one, in order."""
    batch: list[tuple[str, object]] = []
    for image in images:
        try:
            batch.append((image, predictor.look(image, face)))
        except EmolaError as error:
            batch.append((image, error))
        if len(batch) >= batch_size:
            yield from _answered(predictor, batch, tasks)
            batch = []
    yield from _answered(predictor, batch, tasks)


def _answered(predictor, batch, tasks) -> Iterator[tuple[str, Prediction | EmolaError]]:
    looks = [found for _, found in batch if not isinstance(found, EmolaError)]
    predictions = iter(predictor.predict_looks(looks, tasks))
    for image, found in batch:
        yield image, found if isinstance(found, EmolaError) else next(predictions)


def describe(prediction: Prediction) -> str:
    """The prediction as a few lines for people."""
    lines = []
    if "emotion" in prediction.rationales:
        chance = prediction.emotion_probabilities.get(prediction.emotion or "")
        lines.append(
            f"  emotion  {prediction.emotion or 'none named'}"
            + (f" {chance:.0%}" if chance is not None else "")
        )
        lines.append(f"           {prediction.rationales['emotion']}")
    if "au" in prediction.rationales:
        units = (f"{unit} {prediction.au_probabilities[unit]:.0%}" for unit in prediction.action_units)
        lines.append(f"  AUs      {', '.join(units) or 'none'}")
        lines += [f"           {line}" for line in prediction.rationales["au"].splitlines()]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None, predictor=None) -> int:
    """Run the command and return its exit status. predictor: use this one and load none."""
    args = parser().parse_args(arguments)
    if args.batch_size < 1:
        parser().error(f"--batch-size is {args.batch_size}; give 1 or more")
    try:
        predictor = predictor or _load(args)
    except EmolaError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    found = outcomes(
        predictor, args.images, face=args.face, tasks=args.task or tuple(TASKS), batch_size=args.batch_size
    )
    failed = 0
    progress = tqdm(found, total=len(args.images), unit="picture", disable=len(args.images) < 2)
    for image, outcome in progress:
        bad = isinstance(outcome, EmolaError)
        failed += bad
        if bad:
            tqdm.write(f"{image}: {outcome}", file=sys.stderr)
        if args.json:
            facts = {"error": str(outcome)} if bad else outcome.as_dict()
            tqdm.write(json.dumps({"image": image, **facts}))
        elif not bad:
            tqdm.write(f"{image}\n{describe(outcome)}")
    progress.close()
    if failed:
        print(f"{failed} of {len(args.images)} pictures could not be read.", file=sys.stderr)
    return 1 if failed else 0


def _load(args: argparse.Namespace):
    from transformers.utils import logging

    from model.predictor import Predictor  # late: --help need not wait for torch

    if not args.base:
        logging.disable_progress_bar()  # the mini is loaded before a bar could be read
    return Predictor(
        args.base,
        args.adapter,
        args.adapter_au,
        args.adapter_emotion,
        expert=args.expert,
        expert_options={"model_path": args.expert_model} if args.expert_model else None,
        device=args.device,
        dtype=args.dtype,
    )
