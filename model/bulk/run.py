"""Answers about many pictures into a folder, by this process or by workers on Ray; killed, it goes on."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from tqdm import tqdm

from model import predict_options
from model.bulk.answers import Answers
from model.bulk.sources import pictures


def main(options: argparse.Namespace, make: Callable[[], object]) -> int:
    """Do what the options say; return 0 where every picture has an answer, 1 where some have an error.

    make: gives the predictor; for Ray it is pickled. Raises EmolaError where the job cannot be done.
    """
    named = pictures(options.sources, options.column)
    with Answers(Path(options.out), _asked(options), options.shard, options.again) as answers:
        before = len(answers)
        left = [picture for picture in named if picture not in answers]
        if left:
            with closing(_ask(options, make, left)) as found:
                keep(
                    answers, found, left, tqdm(total=len(named), initial=len(named) - len(left), unit="face")
                )
        missing = sum(picture not in answers for picture in left)
        print(
            f"{options.out}: {len(answers):,} answers, {len(answers) - before:,} of them new; "
            f"{answers.bad:,} pictures could not be read."
        )
    if missing:
        print(f"{missing:,} pictures got no answer. The same command asks them again.", file=sys.stderr)
    return 1 if answers.bad or missing else 0


def keep(answers: Answers, found: Iterable[tuple[str, str]], left: Sequence[str], bar: tqdm) -> None:
    """Keep what is found about the pictures that are left, each once."""
    with bar:
        for picture, line in found:
            if picture not in answers:
                answers.add(picture, line, bad="error" in json.loads(line))
                bar.update()


def _ask(options: argparse.Namespace, make, left: Sequence[str]) -> Iterator[tuple[str, str]]:
    how = {"where": os.getcwd(), "face": options.face, "tasks": predict_options.tasks(options)}
    if options.ray:
        return _on_ray(options, make, left, how)
    return _here(make(), left, how, options.batch_size)


def _here(predictor, left: Sequence[str], how: dict, batch_size: int) -> Iterator[tuple[str, str]]:
    from model.bulk.asking import Asker

    asker = Asker(predictor, **how)
    for i in range(0, len(left), batch_size):
        batch = left[i : i + batch_size]
        yield from zip(batch, asker.lines(batch), strict=True)


def _on_ray(options: argparse.Namespace, make, left: Sequence[str], how: dict) -> Iterator[tuple[str, str]]:
    from model.bulk import on_ray

    workers = _workers(options)
    with on_ray.started(workers):
        yield from on_ray.answer(left, make, workers, batch_size=options.batch_size, **how)


def _workers(options: argparse.Namespace):
    """As many as asked for; else one a GPU, one a core for the mini, which is small, or one."""
    import torch

    from model.bulk.on_ray import Workers

    gpu, cores = options.device == "cuda", len(os.sched_getaffinity(0))
    count = options.workers or (torch.cuda.device_count() if gpu else 1 if options.base else cores) or 1
    return Workers(count, options.threads or max(1, cores // count), gpu)


def _asked(options: argparse.Namespace) -> dict:
    """What decides an answer; neither the device nor how many answer at once does."""
    model = predict_options.model(options)
    del model["device"]
    tasks = list(predict_options.tasks(options))
    return {"format": options.format, "face": options.face, "tasks": tasks, **model}
