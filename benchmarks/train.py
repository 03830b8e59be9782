"""How much faster training is than the plain loop that most fine-tuning scripts run.

Both train the same adapter on the same drawn faces: same steps, same faces in each, same optimiser and rates,
turn by turn in one process, so that whatever else the machine does meets both. The plain loop asks each
question as a row of its own, pads to the longest row, runs the vision tower on every picture in every epoch,
and computes the whole vocabulary at every position; its picture files are decoded each time, its landmarks
are given. Ours is `train.tuning.loop`, checkpoints included, and is charged with its one pass of the tower.
Their losses must agree to 1 % in every step, else the comparison is void and the exit status is 1.

    python -m benchmarks.train                     # 64 faces in 32 steps, a few minutes
    python -m benchmarks.train --steps 60 --json --precision fp32

A sample is a question with its answer. Seconds are the process's CPU time on one thread; wall time is shown
beside it. Without a GPU, the mini stands for the 7B geometry; model FLOPs utilisation is not counted here.
"""

import argparse
import json
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator
from torch.nn import functional as F

from model.landmarks import get_expert
from model.tokens import IGNORED, pad_rows
from train.corpus.pictures import Pictures
from train.corpus.replay import drawn_rows
from train.tuning.answering import Answering
from train.tuning.batches import Plan, make_plan, step_faces
from train.tuning.checkpoints import Checkpoints
from train.tuning.features import AT_ONCE, Features, tower_vectors
from train.tuning.lessons import Lesson, LessonMaker
from train.tuning.loop import groups, rate_at, train
from train.tuning.options import Options, computes_bf16
from train.tuning.start import Start, start

TOLERANCE = 0.01
"""Largest relative difference of the two losses of a step."""


class Clock:
    """Seconds of CPU and of the wall, since it was made or last read."""

    def __init__(self):
        self.read()

    def read(self) -> np.ndarray:
        """Return (CPU, wall) seconds since the last reading."""
        now = np.array([time.process_time(), time.perf_counter()])
        gone = now - getattr(self, "_last", now)
        self._last = now
        return gone


class PlainLoop:
    """The loop that is compared with: one row a question, nothing kept, logits everywhere."""

    def __init__(self, begun: Start, plan: Plan, rows: list[list[Lesson]], pictures: dict, priors: dict):
        self.model, self.processor, self.options = begun.model, begun.processor, begun.options
        self.plan, self.rows, self.pictures, self.priors = plan, rows, pictures, priors
        model = Answering(begun.model)
        model.train()
        self.optimiser = torch.optim.AdamW(groups(model, begun.options), weight_decay=0.0)

    def step(self, step: int) -> float:
        """Do one step and return its loss."""
        numbers, _ = step_faces(self.plan, step, len(self.rows), 0, self.options.seed)
        lessons = [row for number in numbers for row in self.rows[number]]
        ids = pad_rows([torch.tensor(one.ids) for one in lessons], 0, "right")
        mask = pad_rows([torch.ones(len(one), dtype=torch.long) for one in lessons], 0, "right")
        targets = pad_rows([torch.tensor(one.targets) for one in lessons], IGNORED, "right")
        weights = pad_rows([torch.tensor(one.weights) for one in lessons], 0, "right").float()
        names = [one.row.picture for one in lessons]
        pixels = self.processor.pixels([BytesIO(self.pictures[name]) for name in names])
        for group in self.optimiser.param_groups:
            share = rate_at(step, self.plan.steps, self.options.warmup, self.options.schedule)
            group["lr"] = group["peak"] * share
        with torch.autocast("cpu", torch.bfloat16, enabled=self.options.precision == "bf16"):
            logits = self.model(
                input_ids=ids,
                attention_mask=mask,
                pixel_values=pixels,
                landmarks=torch.stack([self.priors[name] for name in names]),
            ).logits
        losses = F.cross_entropy(logits.float().transpose(1, 2), targets, reduction="none")
        loss = (losses * weights).sum() / weights.sum()
        loss.backward()
        trained = [weight for group in self.optimiser.param_groups for weight in group["params"]]
        torch.nn.utils.clip_grad_norm_(trained, self.options.clip)
        self.optimiser.step()
        self.optimiser.zero_grad()
        return float(loss.detach())


def crops_of(rows, pictures, expert) -> tuple[dict[str, bytes], dict[str, torch.Tensor]]:
    """Return each picture's face as a PNG file, and its landmarks: what a data set on disk would have."""
    files, priors = {}, {}
    for name in dict.fromkeys(row.picture for row in rows):
        face = expert.detect(BytesIO(pictures(name)))[0]
        out = BytesIO()
        expert.crop(BytesIO(pictures(name)), face).save(out, "PNG")
        files[name], priors[name] = out.getvalue(), torch.from_numpy(face.vector)
    return files, priors


def compare(faces: int, steps: int, precision: str, plain_attention: str) -> dict:
    """Train both ways in turns and return seconds, samples and losses of each."""
    torch.set_num_threads(1)
    work = Path(tempfile.mkdtemp(prefix="emola-benchmark-"))
    # A plain loop neither draws weights back nor distrusts labels.
    same = {"anchor": 0.0, "distrust": 0.0}
    options = Options(work=work, steps=steps, precision=precision, device="cpu", **same)
    rows = drawn_rows(range(faces), options.tasks)
    pictures, expert = Pictures(), get_expert("mini")
    begun, other = start(options), start(options)
    other.model.get_base_model().set_attn_implementation(plain_attention)
    options = begun.options
    maker = LessonMaker(
        begun.processor,
        template=options.template,
        label_weight=options.label_weight,
        max_length=options.max_length,
    )
    lessons = maker.lessons(rows)
    features = Features(work / "features", begun, expert)
    features.prepare(rows, pictures)
    files, priors = crops_of(rows, pictures, expert)

    clock = Clock()
    for first in range(0, len(files), AT_ONCE):
        crops = [BytesIO(data) for data in list(files.values())[first : first + AT_ONCE]]
        tower_vectors(begun.model.get_base_model(), begun.processor.pixels(crops))
    ours, theirs = [clock.read()], []

    plan = make_plan(options, len(lessons), 0)
    single = [maker.lessons([row])[0] for row in rows]
    asked = {one.row.picture: [] for one in lessons}
    for one in single:
        asked[one.row.picture].append(one)
    plain = PlainLoop(other, plan, [asked[one.row.picture] for one in lessons], files, priors)
    losses = []

    def turn(at) -> None:
        ours.append(clock.read())
        losses.append((at.loss, plain.step(at.step - 1)))
        theirs.append(clock.read())

    accelerator = Accelerator(mixed_precision="bf16" if precision == "bf16" else "no", cpu=True)
    clock.read()
    train(
        Answering(begun.model), plan, lessons, [], features, options,
        Checkpoints(work / "checkpoints", {}), accelerator,
        pad_id=begun.processor.tokenizer.pad_token_id, on_progress=turn,
    )  # fmt: skip
    samples = plan.faces * len(options.tasks) * steps
    return {
        "faces": faces, "steps": steps, "samples": samples, "precision": precision,
        "plain_attention": plain_attention,
        "ours_seconds": np.sum(ours, axis=0).tolist(), "plain_seconds": np.sum(theirs, axis=0).tolist(),
        "losses": losses,
    }  # fmt: skip


def main(given: list[str] | None = None) -> int:
    """Compare and print; 1 where the losses differ."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.train", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--faces", type=int, default=64)
    parser.add_argument("--steps", type=int, default=32)
    parser.add_argument(
        "--precision",
        choices=("fp32", "bf16"),
        default="bf16" if computes_bf16("cpu") else "fp32",
        help="of both (default: what training itself takes on this processor)",
    )
    parser.add_argument(
        "--plain-attention",
        choices=("eager", "sdpa"),
        default="sdpa",
        help="of the plain loop; transformers' default is sdpa, ours for small models eager",
    )
    parser.add_argument("--json", action="store_true", help="print all figures as JSON")
    args = parser.parse_args(given)
    found = compare(args.faces, args.steps, args.precision, args.plain_attention)
    apart = max(abs(a - b) / b for a, b in found["losses"])
    if args.json:
        print(json.dumps({**found, "largest_difference": apart}, indent=1))
        return int(apart > TOLERANCE)
    print(f"{found['samples']} samples of {args.faces} drawn faces, {args.steps} steps, {args.precision}")
    print(f"{'':10} {'CPU s':>8} {'samples/s':>10} {'wall s':>8} {'samples/s':>10}")
    for name in ("plain", "ours"):
        cpu, wall = found[f"{name}_seconds"]
        rates = (found["samples"] / cpu, found["samples"] / wall)
        print(f"{name:10} {cpu:8.1f} {rates[0]:10.1f} {wall:8.1f} {rates[1]:10.1f}")
    ratios = np.array(found["plain_seconds"]) / np.array(found["ours_seconds"])
    print(f"ratio      {ratios[0]:8.2f} {'':10} {ratios[1]:8.2f}")
    first, last = found["losses"][0], found["losses"][-1]
    print(f"losses ours/plain: first {first[0]:.5f}/{first[1]:.5f}, last {last[0]:.5f}/{last[1]:.5f}, "
          f"largest difference {apart:.2%}")  # fmt: skip
    return int(apart > TOLERANCE)


if __name__ == "__main__":
    sys.exit(main())
