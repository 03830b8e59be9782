"""The options of `python -m model.predict`, and the predictor that they mean."""

import argparse
import os
from collections.abc import Sequence
from functools import partial
from typing import Any

from model.bulk.answers import FORMS, SHARD
from model.landmarks import EXPERTS
from model.tasks import TASKS


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options. SystemExit as argparse does, where they do not belong together."""
    parser = argparse.ArgumentParser(
        prog="python -m model.predict", description="Read emotion and action units off faces."
    )
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="PICTURE",
        help="picture files, folders, .txt lists of paths, .parquet files with a column of them",
    )
    parser.add_argument("--column", help="the column of a .parquet (default: image, else path)")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    _add_model(parser.add_argument_group("the model"))
    _add_question(parser.add_argument_group("what is asked"))
    _add_bulk(parser.add_argument_group("many pictures"))
    options = parser.parse_args(arguments)
    for name in ("batch_size", "shard", "workers", "threads"):
        value = getattr(options, name)
        if value is not None and value < 1:
            parser.error(f"--{name.replace('_', '-')} is {value}; give 1 or more")
    if not options.out and (options.ray or options.again):
        parser.error("--ray and --again need --out, the folder for the answers")
    if not options.ray and (options.workers or options.threads):
        parser.error("--workers and --threads are for --ray")
    if options.ray and options.device not in ("cpu", "cuda"):
        parser.error(f"--device is {options.device}; with --ray give cpu, or cuda for a GPU to each worker")
    return options


def _add_model(group) -> None:
    group.add_argument("--base", help="base model: folder or hub id (default: the built-in mini)")
    group.add_argument("--adapter", help="adapter that answers both questions")
    group.add_argument("--adapter-au", help="adapter that answers the action unit question")
    group.add_argument("--adapter-emotion", help="adapter that answers the emotion question")
    group.add_argument(
        "--expert", choices=tuple(EXPERTS), help="landmark expert (default: the one that the weights need)"
    )
    group.add_argument(
        "--expert-model", help="the expert's weights, such as 2d106det.onnx for insightface_106"
    )
    group.add_argument("--device", default="cpu", help="cpu, cuda, mps (default: cpu)")
    group.add_argument("--dtype", default="float32", help="float32, bfloat16, float16 (default: float32)")


def _add_question(group) -> None:
    group.add_argument("--task", choices=tuple(TASKS), action="append", help="ask only this (default: all)")
    group.add_argument("--face", type=int, default=0, help="which face, 0 the largest (default: 0)")
    group.add_argument("--batch-size", type=int, default=8, help="pictures answered together (default: 8)")


def _add_bulk(group) -> None:
    group.add_argument("--out", metavar="FOLDER", help="keep the answers here; the same command goes on")
    group.add_argument("--format", choices=FORMS, default="jsonl", help="of the answers (default: jsonl)")
    group.add_argument(
        "--shard", type=int, default=SHARD, metavar="N", help=f"answers in a file (default: {SHARD})"
    )
    group.add_argument("--again", action="store_true", help="ask again about pictures that had an error")
    group.add_argument("--ray", action="store_true", help="by several workers on Ray (requirements-ray.txt)")
    group.add_argument(
        "--workers", type=int, help="each with a model (default: one a GPU, or a core for the mini, else 1)"
    )
    group.add_argument("--threads", type=int, help="a worker's (default: its share of this machine's cores)")


def tasks(options: argparse.Namespace) -> tuple[str, ...]:
    """What is asked of each face."""
    return tuple(options.task or TASKS)


def model(options: argparse.Namespace) -> dict[str, Any]:
    """The arguments of `model.predictor.Predictor`; folders by their whole paths, hub ids as they are."""
    places = ("base", "adapter", "adapter_au", "adapter_emotion", "expert_model")
    given = {
        name: os.path.abspath(value) if value and os.path.exists(value) else value
        for name, value in ((name, getattr(options, name)) for name in places)
    }
    path = given.pop("expert_model")
    return {
        **given,
        "expert": options.expert,
        "expert_options": {"model_path": path} if path else None,
        "device": options.device,
        "dtype": options.dtype,
    }


def maker(options: argparse.Namespace) -> partial:
    """Return what gives the predictor when called, in this process or another."""
    return partial(load, **model(options))


def load(**arguments):
    """Return a Predictor of these arguments."""
    from transformers.utils import logging

    from model.predictor import Predictor  # late: --help need not wait for torch

    if not arguments["base"]:
        logging.disable_progress_bar()  # the mini is loaded before a bar could be read
    return Predictor(**arguments)
