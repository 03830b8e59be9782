"""The SentencePiece tokenizer of an original LLaVA folder as a tokenizers-library one that gives the
reference's ids.

transformers' own conversion gives other ids behind `<image>`: the reference tokenises each chunk around
it on its own, so that each gets the leading-space piece, but not what follows `</s>`. Only
SentencePiece's BPE without normalisation is covered, which Llama, Vicuna and Mistral use; reading
`tokenizer.model` needs the package `sentencepiece`, using the result doesn't.
"""

from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, processors
from tokenizers.models import BPE
from transformers import PreTrainedTokenizerFast

from model.conversation import IMAGE
from model.errors import CheckpointError

UNKNOWN, START, END = "<unk>", "<s>", "</s>"


def from_sentencepiece(path: Path, image_token_id: int, max_length: int = 2048) -> PreTrainedTokenizerFast:
    """The tokenizer in `path` (tokenizer.model) with `<image>` as `image_token_id`, which must be the next
    free id.

    Raises CheckpointError where the file is missing or damaged, or its vocabulary does not end right before
    that id.
    """
    from sentencepiece import SentencePieceProcessor

    try:
        model = SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise CheckpointError(f"{path} is not a SentencePiece tokenizer ({error}). Copy it again.") from error
    pieces = [model.id_to_piece(index) for index in range(model.get_piece_size())]
    if len(pieces) != image_token_id:
        raise CheckpointError(
            f"{path} has {len(pieces)} pieces, but the model's vocabulary has {image_token_id}. They are "
            "not of one model."
        )
    if pieces[:3] != [UNKNOWN, START, END]:
        raise CheckpointError(
            f"{path} starts with {pieces[:3]}, not with <unk>, <s>, </s>: it is not a Llama tokenizer."
        )
    backend = Tokenizer(
        BPE(
            vocab={piece: index for index, piece in enumerate(pieces)},
            merges=_merges(model, pieces),
            unk_token=UNKNOWN,
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    # The special tokens are "normalized", so that text is cut at <image> first and gets its leading-space
    # piece before it is cut at </s>. A chunk that starts with a special token gets none.
    backend.normalizer = normalizers.Sequence(
        [normalizers.Replace(Regex(r"\A(?!<s>|</s>|<unk>)"), "▁"), normalizers.Replace(" ", "▁")]
    )
    backend.add_special_tokens(
        [AddedToken(token, special=True, normalized=True) for token in (UNKNOWN, START, END)]
    )
    backend.add_special_tokens([AddedToken(IMAGE, special=True, normalized=False)])
    backend.post_processor = processors.TemplateProcessing(
        single=f"{START} $A", pair=f"{START} $A {START} $B", special_tokens=[(START, pieces.index(START))]
    )
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token=START,
        eos_token=END,
        unk_token=UNKNOWN,
        pad_token=UNKNOWN,  # as the reference; padding is masked
        padding_side="left",
        model_max_length=max_length,
        clean_up_tokenization_spaces=False,
    )


def _merges(model, pieces: list[str]) -> list[tuple[str, str]]:
    """SentencePiece's implicit merges, best score first: every way to make a piece from two others."""
    vocabulary = set(pieces)
    merges = []
    for index, piece in enumerate(pieces):
        if model.is_byte(index) or model.is_control(index) or model.is_unknown(index):
            continue
        for cut in range(1, len(piece)):
            if piece[:cut] in vocabulary and piece[cut:] in vocabulary:
                merges.append((-model.get_score(index), index, (piece[:cut], piece[cut:])))
    return [pair for _, _, pair in sorted(merges, key=lambda merge: merge[:2])]
