"""Greedy answers to questions about faces, with each picture read by the model once.

The evaluation prompt is the same for every question up to and including the picture; that much, the
*prefix*, is run once a face and its keys and values are shared by all questions. Rows are face-major:
every question about the first face, then about the second. Answers come token by token, so that they can
be shown while they are made. Not covered: sampling and beams (the same face gives the same answer), and
questions without a picture.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from transformers import Cache

from model.conversation import evaluation_prompt

MAX_NEW_TOKENS = 512
"""Where an answer is cut off: FABA-Instruct's longest is about 400 tokens in Vicuna's vocabulary."""


@dataclass(frozen=True)
class Prefix:
    """What the model has read of some faces: `cache` has one row a face, `length` positions each."""

    cache: Cache
    faces: int
    length: int

    def rows(self, each: int) -> Cache:
        """Return a copy of the cache with `each` rows a face, for as many questions."""
        cache = copy.deepcopy(self.cache)
        cache.batch_repeat_interleave(each)
        return cache


def tail_ids(processor, question: str, answer: str = "") -> list[int]:
    """Return the token ids of the prompt after the picture, with the beginning of an answer."""
    ids = processor.encode(evaluation_prompt(question) + (f" {answer.lstrip()}" if answer.strip() else ""))
    return ids[ids.index(processor.image_token_id) + 1 :]


@torch.inference_mode()
def read_faces(model, processor, pictures: Sequence[Image.Image], vectors: Sequence[np.ndarray]) -> Prefix:
    """Run the prompt's beginning and the pictures, as the vision tower should see them, through the model.

    vectors: one facial prior a picture, each (landmark width,); ignored by a model without a prior.
    """
    ids = processor.encode(evaluation_prompt(""))
    head = torch.tensor([ids[: ids.index(processor.image_token_id) + 1]])
    rows = processor.expand(head)["input_ids"].expand(len(pictures), -1)
    inputs = {
        "input_ids": rows,
        "attention_mask": torch.ones_like(rows),
        "pixel_values": processor.pixels(pictures),
    }
    if processor.landmark_width:
        inputs["landmarks"] = torch.from_numpy(np.stack(vectors).astype(np.float32))
    inputs = {name: tensor.to(model.device) for name, tensor in inputs.items()}
    inputs["pixel_values"] = inputs["pixel_values"].to(model.dtype)
    cache = model(**inputs, use_cache=True, logits_to_keep=1).past_key_values
    return Prefix(cache, len(pictures), rows.shape[1])


class GreedyAnswers:
    """Answers to the same questions about every face of a prefix, one more token of each at every `step`."""

    def __init__(
        self, model, processor, prefix: Prefix, questions: Sequence[str], max_new_tokens=MAX_NEW_TOKENS
    ):
        self._model, self._processor, self._left = model, processor, max_new_tokens
        tails = [tail_ids(processor, question) for question in questions]
        longest = max(map(len, tails))
        # Padding stands between picture and question, masked out; positions go on as if it were not there.
        pads = torch.tensor([longest - len(tail) for tail in tails]).repeat(prefix.faces)[:, None]
        ids = torch.tensor([[0] * (longest - len(tail)) + tail for tail in tails]).repeat(prefix.faces, 1)
        places = torch.arange(longest) - pads
        seen = torch.ones(len(ids), prefix.length, dtype=torch.long)
        self._next = ids.to(model.device)
        self._positions = (places.clamp(min=0) + prefix.length).to(model.device)
        self._mask = torch.cat([seen, (places >= 0).long()], dim=1).to(model.device)
        self._cache = prefix.rows(len(tails))
        self._running = list(range(len(ids)))
        self._ids: list[list[int]] = [[] for _ in range(len(ids))]
        end = model.generation_config.eos_token_id
        ends = end if isinstance(end, list) else [end]
        self._ends = {*ends, processor.tokenizer.eos_token_id} - {None}

    @torch.inference_mode()
    def step(self) -> list[int]:
        """Add one token to every answer that has not ended and return those rows, none when all have."""
        if not self._running or not self._left:
            return []
        self._left -= 1
        logits = self._model(
            input_ids=self._next,
            attention_mask=self._mask,
            position_ids=self._positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits
        tokens = logits[:, -1].argmax(dim=-1).tolist()
        going = [i for i, token in enumerate(tokens) if token not in self._ends]
        if len(going) < len(tokens):
            kept = torch.tensor(going, dtype=torch.long, device=self._mask.device)
            self._cache.batch_select_indices(kept)
            self._mask, self._positions = self._mask[kept], self._positions[kept]
            self._running = [self._running[i] for i in going]
        for row, i in zip(self._running, going, strict=True):
            self._ids[row].append(tokens[i])
        self._next = torch.tensor([[tokens[i]] for i in going], device=self._mask.device)
        self._mask = torch.cat([self._mask, self._mask.new_ones(len(going), 1)], dim=1)
        self._positions = self._positions[:, -1:] + 1
        return list(self._running)

    def text(self, row: int) -> str:
        """The answer of a row as far as it has come."""
        return self._processor.decode(self._ids[row])

    def stream(self) -> Iterator[tuple[int, str]]:
        """Yield (row, text so far) whenever an answer grows by something that can be read."""
        shown: dict[int, str] = {}
        while rows := self.step():
            for row in rows:
                text = self.text(row).rstrip("\ufffd")  # half of a character that takes several tokens
                if text != shown.get(row):
                    shown[row] = text
                    yield row, text

    def finish(self) -> list[str]:
        """Return the whole answers, row by row."""
        while self.step():
            pass
        return [self.text(row) for row in range(len(self._ids))]
