"""Questions and answers about one face, packed into one sequence: its picture is read once for all of them.

A row is the prompt's beginning and the picture (segment 0), then one segment for each question with its
answer. A segment sees segment 0 and itself only, and its positions start where segment 0 ends: for the
model each answer looks exactly as if it had been asked alone.
"""

from dataclasses import dataclass

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast

from model.conversation import evaluation_prompt
from model.mini.rationale import au_rationale, emotion_rationale, short_questions
from model.tasks import TASKS

LABEL_WEIGHT = 5.0
"""Weight of a token that decides a label (an AU's number, the emotion's word); a plain token has 1."""
CHOICE_WEIGHT = 4.0
"""Weight of the token after which a list goes on or ends."""


@dataclass(frozen=True)
class Batch:
    """Packed rows.

    ids, positions: (rows, length). targets: (rows, length), the token to say next, -100 where nothing is
    learned. weights: (rows, length) float. mask: (rows, 1, length, length) float, 0 where one may look,
    -inf elsewhere.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor
    mask: torch.Tensor


class Packer:
    """Turns labels into packed rows with one tokenizer and one number of image tokens."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, image_tokens: int):
        self.tokenizer = tokenizer
        self.cache: dict[str, list[int]] = {}
        before = evaluation_prompt("").split("<image>")[0]
        image = tokenizer.convert_tokens_to_ids("<image>")
        self.prefix = [tokenizer.bos_token_id, *self._ids(before), *[image] * image_tokens]
        words = tokenizer.get_vocab()
        self.label_ids = {i for t, i in words.items() if t.startswith("AU") and t[2:].isdigit()}
        self.label_ids |= {words[f"Ġ{label}"] for label in TASKS["emotion"].labels}
        self.label_ids |= {words[x] for x in ("Ġyes", "Ġno", "Ġnone") if x in words}
        self.newline, self.comma, self.end = words["Ċ"], words[","], tokenizer.eos_token_id

    def questions(
        self, emotion: str, units: list[str], rng: np.random.Generator, early: bool
    ) -> list[tuple[str, str]]:
        """What to ask about one face: short questions early; later both rationales and one short question."""
        short = short_questions(units, emotion, rng)
        if early:
            return [*short, *short_questions(units, emotion, rng)[3:]]
        return [
            (TASKS["au"].question, au_rationale(units, rng)),
            (TASKS["emotion"].question, emotion_rationale(emotion, units, rng)),
            short[int(rng.integers(len(short)))],
        ]

    def pack(self, rows: list[list[tuple[str, str]]]) -> Batch:
        """Rows of (question, answer) pairs to tensors."""
        packed = [self._row(pairs) for pairs in rows]
        length = max(len(row[0]) for row in packed)
        ids = np.full((len(rows), length), self.tokenizer.pad_token_id)
        positions, segments = np.zeros((2, len(rows), length), np.int64)
        segments[:] = -1
        targets = np.full((len(rows), length), -100)
        weights = np.zeros((len(rows), length), np.float32)
        for r, (i, p, s, t, w) in enumerate(packed):
            n = len(i)
            ids[r, :n], positions[r, :n], segments[r, :n], targets[r, :n], weights[r, :n] = i, p, s, t, w
        seg = torch.from_numpy(segments)
        causal = torch.ones(length, length, dtype=torch.bool).tril()
        # Padded positions, too, see segment 0, so that no row of the softmax is empty.
        seen = (seg[:, None, :] == seg[:, :, None]) | (seg[:, None, :] == 0)
        mask = torch.zeros(seen.shape).masked_fill(~(causal & seen), float("-inf"))[:, None]
        return Batch(*(torch.from_numpy(a) for a in (ids, positions, targets, weights)), mask)

    def _row(self, pairs: list[tuple[str, str]]) -> tuple[list[int], ...]:
        ids, start = list(self.prefix), len(self.prefix)
        positions, segments = list(range(start)), [0] * start
        targets, weights = [-100] * start, [0.0] * start
        for number, (question, answer) in enumerate(pairs, 1):
            asked = self._ids(evaluation_prompt(question).split("<image>")[1])
            told = [*self._ids(" " + answer), self.end]
            ids += asked + told
            n = len(asked) + len(told)
            positions += range(start, start + n)
            segments += [number] * n
            # The token at a position is learned from the one before it.
            targets += [-100] * (len(asked) - 1) + told + [-100]
            weights += [0.0] * (len(asked) - 1) + self._weights(told) + [0.0]
        return ids, positions, segments, targets, weights

    def _weights(self, told: list[int]) -> list[float]:
        found, before = [], None
        for token in told:
            is_label = token in self.label_ids
            choice = before == self.newline or (token in (self.comma, self.end) and before in self.label_ids)
            found.append(LABEL_WEIGHT if is_label else CHOICE_WEIGHT if choice else 1.0)
            before = token
        return found

    def _ids(self, text: str) -> list[int]:
        if text not in self.cache:
            if len(self.cache) > 200_000:
                self.cache.clear()
            self.cache[text] = self.tokenizer(text, add_special_tokens=False).input_ids
        return self.cache[text]
