"""SentencePiece's ids from a tokenizers-library tokenizer, on any text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor

from model.errors import CheckpointError
from model.tokenizer import from_sentencepiece

MODEL = Path(__file__).resolve().parents[1] / "data/goldens/model/checkpoints/llava-v1.5-tiny/tokenizer.model"
THEIRS = SentencePieceProcessor(model_file=str(MODEL))
OURS = from_sentencepiece(MODEL, 352)
WORDS = st.sampled_from(["AU12", "the face", " ", "  ", "\n", "é", "笑", "😀", "brows.", "1. ", "\t"])


@given(st.one_of(st.text(), st.lists(WORDS).map("".join)))
def test_any_text_gets_sentencepieces_ids(text):
    if any(token in text for token in ("<s>", "</s>", "<unk>", "<image>")):
        return
    assert OURS.encode(text, add_special_tokens=False) == THEIRS.encode(text)


def test_text_behind_an_end_gets_no_leading_space_piece():
    assert OURS.tokenize("Yes.</s>USER")[-2:] == ["US", "ER"]


def test_text_behind_a_picture_gets_one():
    ids = OURS.encode("<image>world", add_special_tokens=False)
    assert ids == [352, *THEIRS.encode("world")]


def test_vocabulary_of_another_size_is_refused():
    with pytest.raises(CheckpointError, match="has 352 pieces, but the model's vocabulary has 32000"):
        from_sentencepiece(MODEL, 32000)


def test_damaged_file_is_refused(tmp_path):
    (tmp_path / "tokenizer.model").write_bytes(b"\0not a tokenizer")
    with pytest.raises(CheckpointError, match="not a SentencePiece tokenizer"):
        from_sentencepiece(tmp_path / "tokenizer.model", 352)
