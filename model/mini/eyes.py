"""First lessons of the mini EmoLA: its tower and projectors learn to see, before there is any language.

Small reading heads, thrown away afterwards, must tell AUs and emotion from what the language model will
get: from the patch vectors alone, from the prior alone, and from all of them by attention. A single loss
on pooled patches does not start a tower of this size; aligned crops and a head with weights for each
patch do.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from model.emola import EmolaForConditionalGeneration
from model.facs import FABA, FABA_SCORED
from model.mini.cache import LABELS, Seen
from model.mini.loop import run

BATCH = 64
JITTER = 0.06
"""Noise on the standardised landmark vector, in standard deviations, besides that of `model.mini.cache`."""


class Heads(nn.Module):
    """Two readings, or three with a prior, of (batch, patches [+ prior], hidden): logits of AUs, emotions."""

    def __init__(self, patches: int, hidden: int, prior: bool):
        super().__init__()
        self.patches, self.prior = patches, prior
        self.narrow = nn.Linear(hidden, 24)
        self.flat = nn.Sequential(
            nn.LayerNorm(patches * 24),
            nn.Linear(patches * 24, 256),
            nn.GELU(),
            nn.Dropout(0.1),
            nn.Linear(256, len(LABELS)),
        )
        self.queries = nn.Parameter(torch.randn(len(LABELS), 64) * 0.1)
        self.places = nn.Parameter(torch.zeros(len(LABELS), patches + prior))
        self.norm = nn.LayerNorm(hidden)
        self.key, self.value = nn.Linear(hidden, 64), nn.Linear(hidden, 64)
        self.read = nn.Parameter(torch.randn(len(LABELS), 64) * 0.1)
        self.bias = nn.Parameter(torch.zeros(len(LABELS)))
        self.alone = nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, len(LABELS))) if prior else None

    def forward(self, features: torch.Tensor) -> list[torch.Tensor]:
        patches = features[:, : self.patches]
        flat = self.flat(self.narrow(patches).flatten(1))
        normed = self.norm(features)
        look = (torch.einsum("qd,bnd->bqn", self.queries, self.key(normed)) / 8 + self.places).softmax(-1)
        pooled = look @ self.value(normed)
        attended = (pooled * self.read).sum(-1) + self.bias
        readings = [flat, attended]
        if self.alone is not None:
            readings.append(self.alone(features[:, -1]))
        return readings


def label_loss(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Cross-entropy over AUs (each on its own) and, lighter, over emotions (one of seven)."""
    n = len(FABA)
    units = F.binary_cross_entropy_with_logits(logits[:, :n].float(), truth[:, :n])
    emotion = F.cross_entropy(logits[:, n:].float(), truth[:, n:].argmax(1))
    return units * 4 + 0.5 * emotion


def features_of(
    model: EmolaForConditionalGeneration, pixels: torch.Tensor, vectors: torch.Tensor | None
) -> torch.Tensor:
    """What the language model gets of some faces: (batch, image tokens, hidden)."""
    return torch.stack(list(model.model.get_image_features(pixels, landmarks=vectors).pooler_output))


class Seeing(nn.Module):
    """Tower, projectors and heads as one thing to train."""

    def __init__(self, model: EmolaForConditionalGeneration):
        super().__init__()
        config, inner = model.config, model.model
        self.model = [model]  # in a list: its language half is not trained here
        self.tower = inner.vision_tower
        self.image, self.prior = inner.multi_modal_projector, inner.landmark_projector
        self.heads = Heads(config.image_seq_length, config.text_config.hidden_size, config.landmark_width > 0)

    def forward(self, pixels: torch.Tensor, vectors: torch.Tensor | None) -> list[torch.Tensor]:
        return self.heads(features_of(self.model[0], pixels, vectors))


def learn_to_see(
    model: EmolaForConditionalGeneration,
    train: Seen,
    check: Seen,
    steps: int,
    folder: Path,
    *,
    device: str = "cpu",
    seed: int = 0,
) -> Seeing:
    """Train tower, projectors and heads in place; reports F1 of the heads on `check`."""
    net = Seeing(model).to(device).train()
    prior = model.config.landmark_width > 0

    def step(n: int, rng: np.random.Generator):
        pick = rng.integers(len(train), size=BATCH)
        pixels, truth = train.pixels(pick, rng).to(device), train.truth[pick].to(device)
        vectors = jittered(train.vectors[pick], rng).to(device) if prior else None
        with torch.autocast(device, torch.bfloat16):
            readings = net(pixels, vectors)
        losses = [label_loss(r, truth) for r in readings]
        return sum(losses), {f"head{i}": float(x.detach()) for i, x in enumerate(losses)}

    def report(_: int) -> str:
        return "  ".join(
            f"{name} F1 {f12:.3f}/{f20:.3f} emo {emo:.3f}"
            for name, f12, f20, emo in head_scores(net, check, device)
        )

    run(
        "eyes" if prior else "eyes-without-prior",
        net,
        [{"params": list(net.parameters()), "lr": 1e-3}],
        steps,
        step,
        folder,
        seed=seed,
        report=report,
        report_every=300,
    )
    return net


def jittered(vectors: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Landmark vectors with a little noise; a twentieth of them blank, so that patches must be read too."""
    noisy = vectors + torch.from_numpy(rng.normal(0, JITTER, vectors.shape).astype(np.float32))
    return noisy * torch.from_numpy((rng.random((len(vectors), 1)) > 0.05).astype(np.float32))


@torch.no_grad()
def head_scores(net: Seeing, check: Seen, device: str) -> list[tuple[str, float, float, float]]:
    """(head, F1 of the 12 scored AUs, of all 20, emotion accuracy) on the first 1,000 faces of `check`."""
    net.eval()
    n = min(len(check), 1000)
    found: list[list[torch.Tensor]] = []
    for start in range(0, n, 100):
        pick = np.arange(start, min(start + 100, n))
        vectors = check.vectors[pick].to(device) if net.prior is not None else None
        with torch.autocast(device, torch.bfloat16):
            found.append(net(check.pixels(pick).to(device), vectors))
    net.train()
    truth = check.truth[:n]
    scored = [FABA.index(code) for code in FABA_SCORED]
    rows = []
    for name, logits in zip(("patches", "attention", "prior"), zip(*found, strict=True), strict=False):
        logits = torch.cat(logits).float().cpu()
        on, true = logits[:, : len(FABA)] > 0, truth[:, : len(FABA)] > 0
        f1 = 2 * (on & true).sum(0) / (on.sum(0) + true.sum(0)).clamp(min=1)
        emotion = (logits[:, len(FABA) :].argmax(1) == truth[:, len(FABA) :].argmax(1)).float().mean()
        rows.append((name, float(f1[scored].mean()), float(f1.mean()), float(emotion)))
    return rows
