"""The mini's real tokenizer, a mini that has learned nothing, and its landmark expert, each made once."""

import pytest
import torch

from model.emola import EmolaProcessor
from model.landmarks.mini import MiniExpert
from model.mini.fresh import fresh_config, fresh_model, fresh_tokenizer


@pytest.fixture(scope="session")
def tokenizer():
    return fresh_tokenizer()


@pytest.fixture(scope="session")
def fresh(tokenizer):
    """(model, processor) with random weights, in evaluation mode; tests leave them as they are."""
    config = fresh_config(tokenizer)
    model = fresh_model(config)
    model.set_attn_implementation("eager")
    return model.eval(), EmolaProcessor.for_config(config, tokenizer)


@pytest.fixture(scope="session")
def expert():
    return MiniExpert()


@pytest.fixture
def one_thread():
    """Sums in one order, for what must be the same bit for bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
