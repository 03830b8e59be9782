"""Second lessons of the mini EmoLA: its language model learns to answer from what tower and prior show.

The tower stays as it is (its vectors are computed once and kept in memory); both projectors and the
language model learn. Early lessons are short questions, whole rationales follow; tokens that decide a
label weigh more.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F
from tqdm import tqdm
from transformers import PreTrainedTokenizerFast

from model.emola import EmolaForConditionalGeneration
from model.mini.cache import Seen
from model.mini.eyes import jittered
from model.mini.lessons import LABEL_WEIGHT, Batch, Packer
from model.mini.loop import run

BATCH = 64
EARLY = 0.25
"""Part of the lessons that are short questions only."""


@torch.no_grad()
def tower_vectors(model: EmolaForConditionalGeneration, faces: Seen, device: str) -> torch.Tensor:
    """What the tower makes of every face, before the projector: (faces, patches, width) bfloat16."""
    model.eval()
    found = None
    for start in tqdm(range(0, len(faces), 128), desc="tower", mininterval=5):
        pick = np.arange(start, min(start + 128, len(faces)))
        with torch.autocast(device, torch.bfloat16):
            hidden = model.model.vision_tower(faces.pixels(pick).to(device)).last_hidden_state[:, 1:]
        if found is None:
            found = torch.empty((len(faces), *hidden.shape[1:]), dtype=torch.bfloat16)
        found[start : start + len(pick)] = hidden.to("cpu", torch.bfloat16)
    return found


def answer_loss(
    model: EmolaForConditionalGeneration, batch: Batch, features: torch.Tensor
) -> tuple[torch.Tensor, dict[str, float]]:
    """Weighted cross-entropy of packed answers, the vocabulary computed only where something is learned."""
    inner = model.model
    embeds = inner.embed(batch.ids, list(features))
    hidden = inner.language_model(
        inputs_embeds=embeds, attention_mask=batch.mask, position_ids=batch.positions, use_cache=False
    ).last_hidden_state
    learned = batch.targets != -100
    logits = model.lm_head(hidden[learned]).float()
    losses = F.cross_entropy(logits, batch.targets[learned], reduction="none")
    weights = batch.weights[learned]
    with torch.no_grad():
        heavy = weights >= LABEL_WEIGHT
        figures = {"label": float(losses[heavy].mean()), "text": float(losses[~heavy].mean())}
    return (losses * weights).sum() / weights.sum(), figures


def learn_to_speak(
    model: EmolaForConditionalGeneration,
    tokenizer: PreTrainedTokenizerFast,
    train: Seen,
    steps: int,
    folder: Path,
    *,
    device: str = "cpu",
    seed: int = 0,
    report: Callable[[int], str] | None = None,
) -> None:
    """Train language model and projectors in place: steps of 64 faces with several answers each.

    report(step): what to print now and then.
    """
    prior = model.config.landmark_width > 0
    packer = Packer(tokenizer, model.config.image_tokens)
    vectors = tower_vectors(model, train, device)
    inner = model.model
    inner.vision_tower.requires_grad_(False)
    model.train()
    inner.vision_tower.eval()

    def step(n: int, rng: np.random.Generator):
        pick = rng.integers(len(train), size=BATCH)
        labels = [train.labels(i) for i in pick]
        batch = packer.pack([packer.questions(*label, rng, early=n < EARLY * steps) for label in labels])
        batch = Batch(*(getattr(batch, name).to(device) for name in Batch.__dataclass_fields__))
        with torch.autocast(device, torch.bfloat16):
            features = inner.multi_modal_projector(vectors[pick].to(device))
            if prior:
                told = inner.landmark_projector(jittered(train.vectors[pick], rng).to(device))
                features = torch.cat([features, told[:, None]], 1)
            return answer_loss(model, batch, features)

    learned = [p for p in model.parameters() if p.requires_grad]
    run(
        "speech" if prior else "speech-without-prior",
        model,
        [{"params": learned, "lr": 1.5e-3}],
        steps,
        step,
        folder,
        seed=seed,
        report=report,
        report_every=1000,
    )
