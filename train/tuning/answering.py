"""The loss of answers: cross-entropy where an answer is learned, the vocabulary computed only there.

Takes what the frozen vision tower saw (`train.tuning.features`), so that only the projectors, the language
model and, at the answers' positions, its head are computed.
"""

import math

import torch
from peft import PeftModel
from torch import nn
from torch.nn import functional as F

from model.tokens import IGNORED
from train.tuning.batches import Batch


class Answering(nn.Module):
    """A model with its adapter, as something that gives a loss; what is wrapped for several processes."""

    def __init__(self, model: PeftModel, gradient_checkpointing: bool = False):
        super().__init__()
        self.peft, self._recomputes = model, gradient_checkpointing
        inner = self.emola.model
        inner.vision_tower.requires_grad_(False)
        if gradient_checkpointing:
            inner.language_model.gradient_checkpointing_enable({"use_reentrant": False})

    @property
    def emola(self) -> nn.Module:
        """The EmoLA inside, its linears replaced by those with LoRA."""
        return self.peft.get_base_model()

    def train(self, mode: bool = True):
        """Switch dropout on or off; the tower stays as it is used."""
        super().train(mode)
        self.emola.model.vision_tower.eval()
        return self

    def forward(self, batch: Batch, distrust: float = 0.0) -> torch.Tensor:
        """The sum of the batch's weighted token losses, in nats; divide by what the step's tokens weigh.

        distrust: tokens that decide on a label, known by weighing more than 1, count nothing where the model
        gives them a lower probability than this; those of replayed faces always count.
        """
        inner = self.emola.model
        features = inner.multi_modal_projector(batch.patches.to(self._dtype))
        if inner.landmark_projector is not None:
            priors = inner.landmark_projector(batch.priors)
            features = torch.cat([features, priors[:, None].to(features)], dim=1)
        embeds = inner.embed(batch.ids, list(features))
        mask = batch.mask
        if mask is not None:
            mask = torch.zeros(mask.shape, dtype=embeds.dtype, device=mask.device).masked_fill(
                ~mask, torch.finfo(embeds.dtype).min
            )
        hidden, begin = self._read(batch, embeds, mask)
        targets, weights = batch.targets[:, begin:], batch.weights[:, begin:]
        learned = targets != IGNORED
        logits = self.emola.lm_head(hidden[learned]).float()
        losses = F.cross_entropy(logits, targets[learned], reduction="none")
        weights = weights[learned]
        if distrust:
            new = ~batch.replayed.expand_as(learned)[learned]
            weights = weights * ~(new & (weights > 1) & (losses.detach() > -math.log(distrust)))
        return (losses * weights).sum()

    def _read(
        self, batch: Batch, embeds: torch.Tensor, mask: torch.Tensor | None
    ) -> tuple[torch.Tensor, int]:
        """(hidden states from a position on, that position): what all rows begin with is read once."""
        language = self.emola.model.language_model
        image = batch.ids[0] == self.emola.config.image_token_id
        begin = int(image.int().argmax())
        # Recomputed activations and a cache do not go together.
        if self._recomputes or begin == 0 or len(batch.ids) == 1:
            found = language(
                inputs_embeds=embeds, attention_mask=mask, position_ids=batch.positions, use_cache=False
            )
            return found.last_hidden_state, 0
        cache = language(inputs_embeds=embeds[:1, :begin], use_cache=True).past_key_values
        cache.batch_repeat_interleave(len(embeds))
        found = language(
            inputs_embeds=embeds[:, begin:],
            attention_mask=mask[:, :, begin:] if mask is not None else None,
            position_ids=batch.positions[:, begin:] if batch.positions is not None else None,
            past_key_values=cache,
            use_cache=True,
        )
        return found.last_hidden_state, begin

    @property
    def _dtype(self) -> torch.dtype:
        return next(self.emola.model.multi_modal_projector.parameters()).dtype
