"""A mini that has learned nothing: a tokenizer that keeps labels whole and loses no text, seeded weights."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.facs import FABA
from model.mini.expressions import sample_expression
from model.mini.fresh import IMAGE_SIDE, LANDMARK_WIDTH, PATCH_SIDE, fresh_config, fresh_model
from model.mini.rationale import au_rationale, emotion_rationale
from model.tasks import TASKS


def ids(tokenizer, text):
    return tokenizer(text, add_special_tokens=False).input_ids


@pytest.mark.parametrize("code", FABA)
def test_an_au_s_code_is_one_token_wherever_it_stands(tokenizer, code):
    token = tokenizer.convert_tokens_to_ids(code)
    assert tokenizer.decode([token]) == code
    for text in (f"{code} - Lid", f"\n1. {code} -", f"AU1, {code}", f" {code}</s>"):
        assert token in ids(tokenizer, text)


@pytest.mark.parametrize("emotion", TASKS["emotion"].labels)
def test_an_emotion_s_word_is_one_token(tokenizer, emotion):
    assert len(ids(tokenizer, f" {emotion}")) == 1
    assert ids(tokenizer, f" {emotion}")[0] in ids(tokenizer, f"this face is {emotion}. It")


def test_answers_are_short_in_tokens(tokenizer):
    rng = np.random.default_rng(0)
    lengths = []
    for _ in range(40):
        emotion, shown = sample_expression(rng)
        lengths += [
            len(ids(tokenizer, t)) for t in (au_rationale(shown, rng), emotion_rationale(emotion, shown, rng))
        ]
    assert np.mean(lengths) < 60 and max(lengths) < 120


@given(text=st.text())
def test_no_text_is_lost(tokenizer, text):
    assert tokenizer.decode(ids(tokenizer, text)) == text


def test_a_tokenizer_read_back_gives_the_same_ids(tokenizer, tmp_path):
    tokenizer.save_pretrained(tmp_path)
    again = type(tokenizer).from_pretrained(tmp_path)
    text = "What AUs are conveyed by this face? 1. AU12 - Lip Corner Puller"
    assert ids(again, text) == ids(tokenizer, text)
    assert again.get_vocab() == tokenizer.get_vocab()


def test_the_prior_is_one_more_vector_and_its_twin_a_plain_llava(tokenizer):
    with_prior, without = (fresh_config(tokenizer, prior=prior) for prior in (True, False))
    patches = (IMAGE_SIDE // PATCH_SIDE) ** 2
    assert (with_prior.image_tokens, without.image_tokens) == (patches + 1, patches)
    assert (with_prior.landmark_width, with_prior.landmark_expert) == (LANDMARK_WIDTH, "mini")
    assert (without.landmark_width, without.landmark_expert) == (0, None)
    assert fresh_model(without).model.landmark_projector is None


def test_the_seed_decides_the_weights(tokenizer):
    config = fresh_config(tokenizer)
    first, again, other = (fresh_model(config, seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["lm_head.weight"], other["lm_head.weight"])


def test_it_is_small(fresh):
    assert sum(p.numel() for p in fresh[0].parameters()) < 7e6


def test_positions_start_as_waves_that_tell_rows_and_columns_apart(fresh):
    positions = fresh[0].model.vision_tower.embeddings.position_embedding.weight.detach()
    assert (positions[0] == 0).all()
    side, width = IMAGE_SIDE // PATCH_SIDE, positions.shape[1]
    grid = positions[1:].reshape(side, side, width)
    rows, columns = grid[..., : width // 2], grid[..., width // 2 :]
    assert torch.equal(rows, rows[:, :1].expand_as(rows))
    assert torch.equal(columns, columns[:1].expand_as(columns))
    assert torch.equal(rows[:, 0], columns[0])
    assert (torch.cdist(positions[1:], positions[1:]) + 9 * torch.eye(side**2)).min() > 0.1
