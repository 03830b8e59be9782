"""How likely the model finds each label at each slot of an answer, all from one forward pass.

An answer and the continuations that would name other labels share most of their tokens. They are laid out
as a trie, each node seeing the picture's prefix and its own ancestors only, so that every continuation is
scored exactly as if it had been run alone. What comes out are probabilities 0..1 of continuations, not
yet of labels: see `model.probabilities`. Attention implementations that take no 4-d mask (flash
attention) cannot be used here.
"""

from collections.abc import Sequence

import torch

from model.answers import Prefix, tail_ids
from model.tasks import LabelSlot


class _Trie:
    """Token sequences with shared beginnings, as nodes; a parent comes before its children."""

    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.parents: list[int] = []
        self.depths: list[int] = []
        self._children: dict[tuple[int, int], int] = {}

    def add(self, ids: Sequence[int]) -> tuple[int, ...]:
        """Return the nodes of a sequence, made where they are missing."""
        path, parent = [], -1
        for depth, token in enumerate(ids):
            node = self._children.get((parent, token))
            if node is None:
                node = self._children[parent, token] = len(self.tokens)
                self.tokens.append(token)
                self.parents.append(parent)
                self.depths.append(depth)
            path.append(node)
            parent = node
        return tuple(path)


class _Slot:
    """One slot's continuations in a trie: label -> paths, and how many tokens all of them have in common."""

    def __init__(self, trie: _Trie, processor, question: str, slot: LabelSlot):
        known = trie.add(tail_ids(processor, question, slot.prefix))
        self.paths = {
            label: {trie.add(tail_ids(processor, question, slot.prefix + text)) for text in texts}
            for label, texts in slot.continuations.items()
        }
        self.shared = min(_common(known, path) for paths in self.paths.values() for path in paths)

    def masses(self, logp: Sequence[float]) -> dict[str, float]:
        """Label -> probability that the answer goes on with one of its texts and not a longer label's."""
        every = {path for paths in self.paths.values() for path in paths}
        mass = {
            path: float(torch.tensor([logp[node] for node in path[self.shared :]]).sum().exp())
            for path in every
        }
        exact = {}
        for path in every:
            # "AU12" begins with "AU1": its probability is not AU1's.
            longer = [other for other in every if len(other) > len(path) and other[: len(path)] == path]
            nearest = [o for o in longer if not any(len(m) < len(o) and o[: len(m)] == m for m in longer)]
            exact[path] = max(0.0, mass[path] - sum(mass[o] for o in nearest))
        return {label: min(1.0, sum(exact[path] for path in paths)) for label, paths in self.paths.items()}


def score_slots(
    model, processor, prefix: Prefix, questions: Sequence[str], slots: Sequence[Sequence[LabelSlot]]
) -> list[list[dict[str, float]]]:
    """Return label -> probability for each slot of each row; rows as `GreedyAnswers` orders them."""
    tries = [_Trie() for _ in slots]
    prepared = [
        [_Slot(trie, processor, questions[row % len(questions)], slot) for slot in of_row]
        for row, (trie, of_row) in enumerate(zip(tries, slots, strict=True))
    ]
    logps = _log_probabilities(model, prefix, tries, len(questions))
    return [[slot.masses(logp) for slot in of_row] for of_row, logp in zip(prepared, logps, strict=True)]


@torch.inference_mode()
def _log_probabilities(model, prefix: Prefix, tries: Sequence[_Trie], each: int) -> list[list[float]]:
    """Return each node's log probability after its parent, for each trie; 0 for first nodes."""
    width = max(len(trie.tokens) for trie in tries)
    ids = torch.zeros(len(tries), width, dtype=torch.long)
    positions = torch.full((len(tries), width), prefix.length)
    sees = torch.eye(width, dtype=torch.bool).repeat(len(tries), 1, 1)
    for row, trie in enumerate(tries):
        ids[row, : len(trie.tokens)] = torch.tensor(trie.tokens)
        positions[row, : len(trie.tokens)] += torch.tensor(trie.depths)
        for node, parent in enumerate(trie.parents):
            if parent >= 0:
                sees[row, node] |= sees[row, parent]
    sees = torch.cat([torch.ones(len(tries), width, prefix.length, dtype=torch.bool), sees], dim=2)
    mask = torch.zeros(sees.shape, dtype=model.dtype).masked_fill_(~sees, torch.finfo(model.dtype).min)
    logits = model(
        input_ids=ids.to(model.device),
        attention_mask=mask[:, None].to(model.device),
        position_ids=positions.to(model.device),
        past_key_values=prefix.rows(each),
        use_cache=True,
    ).logits
    found = []
    for row, trie in enumerate(tries):
        parents = torch.tensor(trie.parents).clamp(min=0).to(logits.device)
        tokens = torch.tensor(trie.tokens).to(logits.device)
        logp = logits[row, : len(trie.tokens)].float().log_softmax(dim=-1)[parents, tokens]
        logp[torch.tensor(trie.parents, device=logp.device) < 0] = 0.0
        found.append(logp.tolist())
    return found


def _common(first: Sequence[int], second: Sequence[int]) -> int:
    return next(
        (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
        min(len(first), len(second)),
    )
