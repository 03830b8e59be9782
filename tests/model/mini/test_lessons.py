"""Packed lessons: each answer as if asked alone, learned exactly, label tokens weighing more."""

import numpy as np
import pytest
import torch

from model.conversation import evaluation_prompt
from model.mini.expressions import sample_expression
from model.mini.lessons import CHOICE_WEIGHT, LABEL_WEIGHT, Packer
from model.tasks import TASKS

PAIRS = [
    [
        ("List the AU codes of this face.", "AU6, AU12"),
        ("Name the emotion of this face in one word.", "happiness"),
    ],
    [
        ("Is AU4 shown by this face?", "no"),
        ("Which parts of this face move?", "none"),
        ("Anything else?", "A bit."),
    ],
]
"""Questions and answers about two faces."""


@pytest.fixture(scope="module")
def packer(fresh):
    model, processor = fresh
    return Packer(processor.tokenizer, model.config.image_tokens)


@pytest.fixture(scope="module")
def picture(fresh):
    """Pixels and landmarks of two faces that differ."""
    generator = torch.Generator().manual_seed(1)
    side = fresh[0].config.vision_config.image_size
    return torch.randn(2, 3, side, side, generator=generator), torch.randn(2, 136, generator=generator)


def answers_of(batch, row):
    """Positions (start, end) of each answer's targets."""
    learned = [-1, *(batch.targets[row] != -100).nonzero().flatten().tolist()]
    starts = [i for i, before in zip(learned[1:], learned, strict=False) if i != before + 1]
    ends = [i + 1 for i, after in zip(learned[1:], [*learned[2:], 10**9], strict=True) if after != i + 1]
    return list(zip(starts, ends, strict=True))


@torch.no_grad()
def test_a_packed_answer_is_read_as_if_it_had_been_asked_alone(fresh, packer, picture):
    model, processor = fresh
    pixels, landmarks = picture
    batch = packer.pack(PAIRS)
    assert (batch.ids[0] == processor.tokenizer.pad_token_id).any(), "the shorter row is padded"
    features = model.model.get_image_features(pixels, landmarks=landmarks).pooler_output
    embeds = model.model.embed(batch.ids, list(features))
    hidden = model.model.language_model(
        inputs_embeds=embeds, attention_mask=batch.mask, position_ids=batch.positions, use_cache=False
    ).last_hidden_state
    packed = model.lm_head(hidden)
    assert packed.isfinite().all()
    for row, pairs in enumerate(PAIRS):
        for (question, answer), (start, end) in zip(pairs, answers_of(batch, row), strict=True):
            text = f"{evaluation_prompt(question)} {answer}</s>"
            inputs = processor(text=text)
            ids = processor.expand(inputs["input_ids"])["input_ids"]
            alone = model(
                input_ids=ids, pixel_values=pixels[row : row + 1], landmarks=landmarks[row : row + 1]
            ).logits[0, -1 - (end - start) : -1]
            assert torch.allclose(packed[row, start:end], alone, atol=1e-4)


def test_targets_are_exactly_the_answers(packer, tokenizer):
    batch = packer.pack(PAIRS)
    for row, pairs in enumerate(PAIRS):
        found = [tokenizer.decode(batch.targets[row, start:end]) for start, end in answers_of(batch, row)]
        assert found == [f" {answer}</s>" for _, answer in pairs]


def test_what_is_learned_at_a_position_stands_at_the_next(packer):
    batch = packer.pack(PAIRS)
    learned = (batch.targets != -100)[:, :-1]
    assert torch.equal(batch.targets[:, :-1][learned], batch.ids[:, 1:][learned])
    assert (batch.targets[:, -1] == -100).all()


def test_label_tokens_weigh_most_and_list_ends_more_than_text(packer, tokenizer):
    batch = packer.pack([[("List the AU codes of this face.", "AU6, AU12")], [("What is it?", "A smile.")]])
    weighed = {
        tokenizer.decode([target]): weight
        for target, weight in zip(batch.targets[0].tolist(), batch.weights[0].tolist(), strict=True)
        if target != -100
    }
    assert weighed["AU6"] == weighed["AU12"] == LABEL_WEIGHT
    assert weighed[","] == weighed["</s>"] == CHOICE_WEIGHT
    assert set(batch.weights[1][batch.targets[1] != -100].tolist()) == {1.0}
    assert (batch.weights[batch.targets == -100] == 0).all()


def test_emotion_words_weigh_as_labels_in_whole_answers(packer):
    words = {packer.tokenizer.convert_tokens_to_ids(f"Ġ{label}") for label in TASKS["emotion"].labels}
    rng = np.random.default_rng(4)
    for _ in range(5):
        emotion, shown = sample_expression(rng)
        batch = packer.pack([packer.questions(emotion, list(shown), rng, early=False)])
        named = torch.tensor([[int(target) in words for target in batch.targets[0]]])
        assert named.any() and (batch.weights[named] == LABEL_WEIGHT).all()


def test_no_row_of_the_mask_is_empty(packer):
    mask = packer.pack(PAIRS).mask
    assert mask.shape[1] == 1 and set(mask.unique().tolist()) == {float("-inf"), 0.0}
    assert (mask == 0).any(dim=-1).all()


def test_later_lessons_ask_both_tasks_and_early_ones_short_questions(packer):
    rng = np.random.default_rng(0)
    late = packer.questions("fear", ["AU20", "AU5"], rng, early=False)
    assert [question for question, _ in late[:2]] == [TASKS["au"].question, TASKS["emotion"].question]
    assert TASKS["emotion"].parse(late[1][1]) == "fear"
    early = packer.questions("fear", ["AU20", "AU5"], rng, early=True)
    assert all(len(answer.split()) < 12 for _, answer in early) and len(early) == 5
