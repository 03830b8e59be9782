"""Train the mini landmark expert's three nets from seeds; writes `model/mini/weights/landmarks.safetensors`.

    python -m model.mini.pretrain_landmarks                        # all three, half an hour on two cores
    python -m model.mini.pretrain_landmarks --device cuda --minutes 20
    python -m model.mini.pretrain_landmarks --stages fine --steps 20000
    python -m model.mini.landmark_report                           # what came out

Each stage goes on from its own checkpoint in `--run` (made every minute) until `STEPS`, or `--steps`, or its
share of `--minutes`, are reached, counted from the stage's first step; a finished stage goes on where more is
asked for. Batch number n is decided by (seed, stage, n) and the nets of the stages before. Two stages may run
in two processes. What is shipped is the running average of the weights, norms folded in, in half precision.
The vectors' mean and deviation come from the drawn faces' true points, so that they are the same whatever the
nets are worth.
"""

import argparse
import copy
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from model.landmarks import mini_geometry as geometry
from model.landmarks.mini import WEIGHTS
from model.landmarks.mini_nets import DETECTOR_STRIDE, MiniNets, fused
from model.mini.landmark_batches import PATCH, Batch, Patches, detector_batch, point_batch
from model.mini.landmark_faces import drawn_faces
from model.mini.landmark_photos import LFW_TOLERANCE
from model.mini.landmark_source import Source

STEPS = {"detector": 1_700, "coarse": 2_200, "fine": 5_200}  # as the shipped weights had
SHARES = {"detector": 0.15, "coarse": 0.2, "fine": 0.65}  # of --minutes
RATES = {"detector": 2e-3, "coarse": 2e-3, "fine": 2e-3}
BATCH = {"detector": 64, "coarse": 64, "fine": 32}  # small batches: more steps for the same time
AVERAGE = 0.998  # of the old average kept at each step
LEAST_STD = 0.02  # face units: what hardly moves is mostly the nets' noise, and is not blown up
FACE_SIDES = (20.0, 56.0)  # px of a pyramid level: the faces that the detector should find there
LEFT_OPEN = 1.25  # factor beyond these in which it may or may not
WEIGHT = torch.ones(68)
WEIGHT[:17], WEIGHT[17:27], WEIGHT[36:] = 0.5, 1.3, 1.3  # what action units move counts more than the jaw


def detector_loss(net: nn.Module, batch: Patches) -> Tensor:
    """Focal loss on every cell that is clearly on or off a face, and the boxes' error in face sides."""
    logits, boxes = net(batch.pictures)
    device, cells = logits.device, PATCH // DETECTOR_STRIDE
    steps = (torch.arange(cells, device=device) + 0.5) * DETECTOR_STRIDE
    positive = torch.zeros_like(logits, dtype=torch.bool)
    open_cells, target = positive.clone(), torch.zeros_like(boxes)
    for face in batch.boxes.unbind(dim=1):  # NaN compares false: no face, no cells
        middle, extent = (face[:, 2:] + face[:, :2]) / 2, face[:, 2:] - face[:, :2]
        side = extent.amax(dim=1)
        dx = (steps[None, None, :] - middle[:, 0, None, None]).abs()
        dy = (steps[None, :, None] - middle[:, 1, None, None]).abs()
        near = torch.maximum(dx / extent[:, 0, None, None], dy / extent[:, 1, None, None])
        core = (near < 0.18) | (torch.maximum(dx, dy) <= DETECTOR_STRIDE / 2)
        wanted = ((side > FACE_SIDES[0]) & (side < FACE_SIDES[1]))[:, None, None]
        possible = (side > FACE_SIDES[0] / LEFT_OPEN) & (side < FACE_SIDES[1] * LEFT_OPEN)
        mine = core & wanted
        positive |= mine
        open_cells |= (near < 0.42) & possible[:, None, None]
        target = torch.where(mine[..., None], face[:, None, None, :].nan_to_num(), target)
    counted = positive | ~open_cells
    cross = F.binary_cross_entropy_with_logits(logits, positive.float(), reduction="none")
    focal = cross * (1 - torch.exp(-cross)) ** 2
    many = positive.sum().clamp_min(1)
    side = (target[..., 2:] - target[..., :2]).amax(dim=-1).clamp_min(1)
    error = (boxes - target).abs().mean(dim=-1) / side
    return focal[counted].sum() / many + 4 * error[positive].sum() / many


def point_loss(net: nn.Module, batch: Batch) -> Tensor:
    """Px error of the points, cross-entropy of their maps, and whether it is a face; a photograph's points
    count loosely."""
    points, logit, maps = net(batch.pictures)
    size, cells = net.size, maps.shape[-1]
    drawn = (batch.face > 0) & ~batch.photo
    truth, weight = batch.points[drawn], WEIGHT.to(points.device)
    inside = ((truth > 0) & (truth < size)).all(dim=-1) * weight
    error = (points[drawn] - truth).abs().sum(dim=-1)
    loss = (error * inside).sum() / inside.sum()
    steps = torch.arange(cells, device=maps.device) + 0.5
    places = truth * (cells / size)
    bell_x = (-0.5 * (places[..., 0, None] - steps) ** 2).softmax(dim=-1)
    bell_y = (-0.5 * (places[..., 1, None] - steps) ** 2).softmax(dim=-1)
    # Sum over cells of bell * (logsumexp - map), with the bell a product of its rows and columns.
    some = maps[drawn]
    met = torch.einsum("npyx,npx,npy->np", some, bell_x, bell_y)
    cross = some.flatten(2).logsumexp(dim=-1) - met
    loss = loss + 0.3 * (cross * inside).sum() / inside.sum()
    if batch.photo.any():
        truth = batch.points[batch.photo]
        width = (truth[:, 16] - truth[:, 0]).norm(dim=-1)[:, None, None]
        off = (points[batch.photo] - truth).abs() - LFW_TOLERANCE * width
        loss = loss + 0.05 * (off.clamp_min(0) / size * 64).mean()
    return loss + F.binary_cross_entropy_with_logits(logit, batch.face)


class Stage:
    """One net's training: its state, its checkpoint, its steps."""

    def __init__(self, name: str, args: argparse.Namespace):
        self.name, self.seed, self.device, self.path = name, args.seed, args.device, args.run / f"{name}.pt"
        torch.manual_seed(args.seed)
        self.earlier = averages(args.run)
        self.net = getattr(MiniNets(), name).to(args.device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.net).eval()
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=RATES[name], weight_decay=1e-2)
        self.step, self.seconds = 0, 0.0
        if self.path.exists():
            state = torch.load(self.path, map_location=args.device, weights_only=True)
            self.net.load_state_dict(state["net"])
            self.average.load_state_dict(state["average"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.step, self.seconds = state["step"], state["seconds"]

    def save(self) -> None:
        """Write the checkpoint whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        state = {name: getattr(self, name).state_dict() for name in ("net", "average", "optimiser")}
        fresh = self.path.with_suffix(".new")
        torch.save({**state, "step": self.step, "seconds": self.seconds}, fresh)
        os.replace(fresh, self.path)

    def batch(self, source: Source) -> Batch | Patches:
        """Batch number `step`, the same whenever and wherever it is made."""
        entropy = np.random.SeedSequence((self.seed, list(SHARES).index(self.name), self.step))
        rng = torch.Generator().manual_seed(int(entropy.generate_state(1)[0]))
        if self.name == "detector":
            made = detector_batch(source, BATCH["detector"], rng)
        else:
            made = point_batch(source, self.earlier, BATCH[self.name], self.name == "coarse", rng)
        return type(made)(**{key: value.to(self.device) for key, value in vars(made).items()})

    def train(self, source: Source, minutes: float | None, steps: int | None) -> None:
        """Steps until the minutes or the steps, counted from the first, are reached."""
        self.net.train()
        loss_of = detector_loss if self.name == "detector" else point_loss
        shown, saved, mean = tqdm(desc=self.name, initial=self.step, unit="step"), time.monotonic(), None
        while (done := self.step / steps if steps else self.seconds / (60 * minutes)) < 1:
            started = time.monotonic()
            warm = min(1.0, (self.step + 1) / 200)
            for group in self.optimiser.param_groups:
                group["lr"] = RATES[self.name] * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
            with torch.autocast(torch.device(self.device).type, dtype=torch.bfloat16):
                loss = loss_of(self.net, self.batch(source))
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
            self.optimiser.step()
            keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
            with torch.no_grad():
                for old, new in zip(
                    self.average.state_dict().values(), self.net.state_dict().values(), strict=True
                ):
                    old.lerp_(new, 1 - keep) if old.is_floating_point() else old.copy_(new)
            self.step += 1
            self.seconds += time.monotonic() - started
            mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
            shown.update()
            if self.step % 50 == 0:
                shown.set_postfix(loss=f"{mean:.3f}", minutes=f"{self.seconds / 60:.1f}")
            if time.monotonic() - saved > 60:
                self.save()
                saved = time.monotonic()
        self.save()
        shown.close()


def averages(run: Path) -> MiniNets:
    """The nets of the stages that have a checkpoint, ready to run on the CPU; the others untrained."""
    nets = MiniNets()
    for name in SHARES:
        if (run / f"{name}.pt").exists():
            state = torch.load(run / f"{name}.pt", map_location="cpu", weights_only=True)
            getattr(nets, name).load_state_dict(state["average"])
    return fused(nets)


def export(run: Path, points: Tensor, path: Path) -> None:
    """The averages of all three stages' checkpoints, with the vectors' mean and deviation, as one weights
    file."""
    coordinates = geometry.face_coordinates(points)
    tensors = {name: value.half().contiguous() for name, value in averages(run).state_dict().items()}
    tensors["vector_mean"] = coordinates.mean(dim=0)
    tensors["vector_std"] = coordinates.std(dim=0).clamp_min(LEAST_STD)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    save_file(tensors, fresh)
    fresh.chmod(0o644)  # safetensors makes it readable by its owner only
    os.replace(fresh, path)
    print(f"wrote {path}: {path.stat().st_size / 2**20:.2f} MiB")


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, help="of all stages together, instead of steps")
    parser.add_argument("--steps", type=int, help="of each stage, instead of its own number")
    parser.add_argument(
        "--stages", nargs="*", choices=list(SHARES), default=list(SHARES), help="none: only write weights"
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, help="of torch; default: its own choice")
    parser.add_argument("--faces", type=int, default=30_000, help="drawn for training")
    parser.add_argument("--seed", type=int, default=68)
    parser.add_argument(
        "--data", type=Path, default=Path("runs/landmark-faces"), help="where drawn faces are kept"
    )
    parser.add_argument("--run", type=Path, default=Path("runs/landmarks"), help="where checkpoints are kept")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    return parser.parse_args(argv)


def main(args: argparse.Namespace) -> None:
    """Draw what is missing, train the stages, write the weights where all three have been trained."""
    if args.threads:
        torch.set_num_threads(args.threads)
    faces, points = drawn_faces(args.data, "train", args.faces)
    # Read whole: crops jump about in the file, and a machine with other work to do drops its pages again and
    # again.
    source = Source.of(np.array(faces), points, args.seed) if args.stages else None
    for name in args.stages:
        minutes = args.minutes and args.minutes * SHARES[name]
        Stage(name, args).train(source, minutes, None if minutes else args.steps or STEPS[name])
    missing = [name for name in SHARES if not (args.run / f"{name}.pt").exists()]
    if missing:
        print(f"No weights written yet: {', '.join(missing)} not trained in {args.run}.")
    else:
        export(args.run, torch.from_numpy(points[:]), args.out)


if __name__ == "__main__":
    main(arguments())
