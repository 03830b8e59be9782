"""The processor against the reference's pixels and ids, and what it makes of pictures and questions."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import CLIPVisionConfig, LlamaConfig, PreTrainedTokenizerFast, SiglipVisionConfig

from model.conversation import evaluation_prompt
from model.emola import EmolaConfig, EmolaProcessor
from model.errors import CheckpointError, LandmarkExpertError

GOLDENS = Path(__file__).resolve().parents[1] / "data" / "goldens" / "model"
TOKENIZATION = json.loads((GOLDENS / "tokenization.json").read_text())
QUESTION = "What AUs are conveyed by this face?"


@pytest.fixture(scope="module")
def processor(loaded):
    return loaded[1]


def as_theirs(ids, processor):
    return [-200 if token == processor.image_token_id else token for token in ids]


def picture(width=80, height=64, colour="red"):
    return Image.new("RGB", (width, height), colour)


# The reference's outputs


@pytest.mark.parametrize("index", [0, 3])
@pytest.mark.parametrize(("mode", "name"), [("crop", "eval"), ("pad", "train_pad")])
def test_pixels_are_the_references_bit_for_bit(processor, index, mode, name):
    wanted = load_file(GOLDENS / "images.safetensors")[f"{index}/{name}"]
    got = processor.pixels([Image.open(GOLDENS / "images" / f"{index}.png")], mode)
    assert got.dtype == torch.float32 and torch.equal(got[0], wanted)


@pytest.mark.parametrize("case", TOKENIZATION["prompts"], ids=lambda case: case["prompt"][-30:])
def test_prompts_get_the_references_ids(processor, case):
    assert as_theirs(processor.encode(case["prompt"]), processor) == case["input_ids"]
    assert as_theirs(processor.tokenizer(case["prompt"]).input_ids, processor) == case["input_ids"]


@pytest.mark.parametrize("case", TOKENIZATION["training"], ids=lambda case: case["conversation"][0]["value"])
def test_training_conversations_get_the_references_ids_and_labels(processor, case):
    row = processor.encode_conversation(case["conversation"], expand=False)
    assert as_theirs(row["input_ids"], processor) == case["input_ids"]
    assert row["labels"] == case["labels"]


def test_expanded_conversation_is_what_the_model_takes(processor):
    case = TOKENIZATION["training"][0]
    row = processor.encode_conversation(case["conversation"])
    places = [at for at, token in enumerate(row["input_ids"]) if token == processor.image_token_id]
    assert len(places) == processor.image_tokens == 17
    assert places == list(range(places[0], places[0] + 17))
    assert {row["labels"][at] for at in places} == {-100}
    assert [label for label in row["labels"] if label >= 0] == [
        label for label in case["labels"] if label >= 0
    ]


def test_ids_become_the_answers_text(processor):
    text = "AU12 - Lip corner puller: größer, 笑."
    ids = processor.encode(text)
    assert processor.decode(ids + [processor.tokenizer.eos_token_id]) == text
    assert processor.batch_decode(torch.tensor([ids, ids])) == [text, text]


# Pictures, landmarks, questions


def test_a_question_about_a_picture_becomes_model_inputs(processor):
    inputs = processor(images=picture(), landmarks=np.zeros(212), text=QUESTION)
    assert set(inputs) == {"input_ids", "attention_mask", "pixel_values", "landmarks"}
    assert inputs["pixel_values"].shape == (1, 3, 56, 56)
    assert inputs["landmarks"].shape == (1, 212) and inputs["landmarks"].dtype == torch.float32
    wanted = processor.expand(torch.tensor([processor.encode(evaluation_prompt(QUESTION))]))
    assert torch.equal(inputs["input_ids"], wanted["input_ids"])


def test_question_and_whole_prompt_are_the_same(processor):
    given = {"images": picture(), "landmarks": np.zeros(212)}
    rows = [
        processor(**given, **how)["input_ids"].tolist()
        for how in ({"text": QUESTION}, {"question": QUESTION}, {"text": evaluation_prompt(QUESTION)})
    ]
    assert rows[0] == rows[1] == rows[2]


def test_one_question_is_asked_of_each_picture(processor):
    inputs = processor(images=[picture(), picture(60, 100)], landmarks=np.zeros((2, 212)), text=QUESTION)
    assert inputs["pixel_values"].shape[0] == inputs["input_ids"].shape[0] == 2


@pytest.mark.parametrize("side", ["left", "right"])
def test_shorter_texts_are_padded_on_the_chosen_side(processor, side):
    texts = ["Who?", QUESTION]
    inputs = processor(
        images=[picture()] * 2, landmarks=np.zeros((2, 212)), question=texts, padding_side=side
    )
    mask = inputs["attention_mask"]
    assert mask[1].all() and 0 < mask[0].sum() < len(mask[0])
    assert mask[0, -1 if side == "left" else 0] == 1 and mask[0, 0 if side == "left" else -1] == 0
    alone = processor(images=picture(), landmarks=np.zeros(212), question="Who?")["input_ids"][0]
    assert torch.equal(inputs["input_ids"][0][mask[0].bool()], alone)


def test_text_alone_and_pictures_alone_will_do(processor):
    assert set(processor(text="no image here")) == {"input_ids", "attention_mask"}
    assert set(processor(images=picture(), landmarks=np.zeros(212))) == {"pixel_values", "landmarks"}


def test_pictures_come_as_paths_and_arrays_too(processor):
    path = GOLDENS / "images" / "0.png"
    array = np.asarray(Image.open(path).convert("RGB"))
    assert torch.equal(processor.pixels([path]), processor.pixels([array]))


def test_padding_keeps_the_whole_picture_in_the_middle(processor):
    pixels = processor.pixels([picture(56, 28, "white")], "pad")[0]
    mean = torch.tensor(processor.image_processor.image_mean)
    std = torch.tensor(processor.image_processor.image_std)
    colours = ((pixels.permute(1, 2, 0) * std + mean) * 255).round().int()
    assert colours[0, 0].tolist() == colours[-1, -1].tolist() == [122, 116, 104]
    assert colours[28, 0].tolist() == colours[28, -1].tolist() == [255, 255, 255]


def test_wrong_inputs_are_refused_with_a_sentence(processor):
    with pytest.raises(LandmarkExpertError, match="needs 212 numbers.*'insightface_106'"):
        processor(images=picture(), text=QUESTION)
    with pytest.raises(LandmarkExpertError, match=r"shape \(1, 136\)"):
        processor(images=picture(), landmarks=np.zeros(136), text=QUESTION)
    with pytest.raises(ValueError, match="2 <image> places for 1 picture"):
        processor(images=picture(), landmarks=np.zeros(212), text="<image> and <image>")
    with pytest.raises(ValueError, match="allowed are crop, pad"):
        processor.pixels([picture()], "stretch")
    with pytest.raises(ValueError, match="not both"):
        processor(text="a", question="b")


def test_plain_llava_takes_no_landmarks(converted):
    plain = EmolaProcessor.from_pretrained(converted / "base")
    assert plain.image_tokens == 16
    assert set(plain(images=picture(), text=QUESTION)) == {"input_ids", "attention_mask", "pixel_values"}
    with pytest.raises(LandmarkExpertError, match="no facial prior"):
        plain(images=picture(), landmarks=np.zeros(212), text=QUESTION)


# Saving, and tokenizers of our own


def test_saved_processor_is_the_same_processor(processor, tmp_path):
    processor.save_pretrained(tmp_path)
    again = EmolaProcessor.from_pretrained(tmp_path)
    given = {"images": picture(), "landmarks": np.ones(212), "text": QUESTION}
    for mode in ("crop", "pad"):
        first, second = processor(**given, image_mode=mode), again(**given, image_mode=mode)
        assert all(torch.equal(first[name], second[name]) for name in first)
    assert (again.landmark_expert, again.landmark_width) == ("insightface_106", 212)


@pytest.mark.parametrize("missing", ["processor_config.json", "tokenizer.json"])
def test_incomplete_folder_is_refused(processor, tmp_path, missing):
    processor.save_pretrained(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(CheckpointError, match="no usable processor"):
        EmolaProcessor.from_pretrained(tmp_path)


@pytest.fixture(scope="module")
def own_tokenizer():
    """A byte-level BPE such as a mini model's, trained on its own prompts."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    special = ["<pad>", "<s>", "</s>", "<unk>", "<image>"]
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    backend.train_from_iterator([evaluation_prompt(QUESTION), "AU1 AU12 AU25 lips brows"] * 4, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>"
    )


def config_for(tokenizer, vision=CLIPVisionConfig):
    return EmolaConfig(
        text_config=LlamaConfig(vocab_size=len(tokenizer)),
        vision_config=vision(image_size=28, patch_size=14),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        landmark_width=136,
        landmark_expert="mini",
    )


def test_own_tokenizer_works_and_survives_saving(own_tokenizer, tmp_path):
    EmolaProcessor.for_config(config_for(own_tokenizer), own_tokenizer, image_mode="pad").save_pretrained(
        tmp_path
    )
    processor = EmolaProcessor.from_pretrained(tmp_path)
    assert processor.image_mode == "pad"
    inputs = processor(images=picture(), landmarks=np.zeros(136), text=QUESTION)
    ids = inputs["input_ids"][0].tolist()
    assert ids[0] == 1 and ids.count(1) == 1 and ids.count(4) == 5
    assert processor.decode(ids) == evaluation_prompt(QUESTION).replace("<image>", "")
    row = processor.encode_conversation(
        [{"from": "human", "value": f"{QUESTION}\n<image>"}, {"from": "gpt", "value": "AU12."}]
    )
    learned = [label for label in row["labels"] if label >= 0]
    assert learned[-1] == 2 and processor.decode(learned) == "AU12."


def test_siglip_pictures_are_stretched_to_its_square(own_tokenizer):
    config = config_for(own_tokenizer, SiglipVisionConfig)
    processor = EmolaProcessor.for_config(config, own_tokenizer)
    assert processor.image_tokens == 4 + 1
    assert processor.pixels([picture(100, 40)]).shape == (1, 3, 28, 28)


def test_tokenizer_and_model_must_agree_on_the_image_id(own_tokenizer):
    config = config_for(own_tokenizer)
    config.image_token_id = 7
    with pytest.raises(CheckpointError, match="<image> is id 4, the model's is 7"):
        EmolaProcessor.for_config(config, own_tokenizer)
