"""A tiny EmoLA that has learned three faces by heart, so that its answers name labels, and an expert that
finds them.

Its faces are squares of one colour, side by side in a white picture; the colour says which of LESSONS it
is.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import CLIPVisionConfig, LlamaConfig, PreTrainedTokenizerFast

from model import manifest
from model.conversation import evaluation_prompt
from model.emola import EmolaConfig, EmolaForConditionalGeneration
from model.landmarks import Face, LandmarkExpert
from model.mini.rationale import au_rationale, emotion_rationale
from model.processor import EmolaProcessor
from model.tasks import TASKS

SIDE = 28


@dataclass(frozen=True)
class Lesson:
    """A colour (RGB) and the labels of a face that has it."""

    colour: tuple[int, int, int]
    emotion: str
    action_units: tuple[str, ...]


LESSONS = (
    Lesson((220, 40, 40), "happiness", ("AU6", "AU12", "AU25")),
    Lesson((40, 200, 40), "sadness", ("AU1", "AU4", "AU15")),
    Lesson((40, 40, 220), "neutral", ()),
)


class SquareExpert(LandmarkExpert):
    """Finds the coloured squares; the prior says which colour."""

    name = "squares"
    width = 4

    def find(self, picture: Image.Image) -> list[Face]:
        pixels = np.asarray(picture).astype(int)
        found = []
        for i, lesson in enumerate(LESSONS):
            ys, xs = np.nonzero(np.abs(pixels - lesson.colour).sum(axis=2) < 60)
            if len(ys):
                box = (float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1))
                points = np.array([[box[0], box[1]], [box[2], box[3]]], dtype=np.float32)
                found.append(Face(box, 0.9, points, np.eye(4, dtype=np.float32)[i]))
        return found


def picture(*numbers: int, sides: tuple[int, ...] = (SIDE, SIDE - 4, SIDE - 8)) -> Image.Image:
    """A white picture with the faces of some lessons in it, the first the largest."""
    whole = Image.new("RGB", (60 * max(1, len(numbers)), 60), "white")
    for place, (number, side) in enumerate(zip(numbers, sides, strict=False)):
        whole.paste(LESSONS[number].colour, (60 * place + 10, 10, 60 * place + 10 + side, 10 + side))
    return whole


def answers() -> list[tuple[int, str, str]]:
    """Each lesson's number, question and answer."""
    found = []
    for i, lesson in enumerate(LESSONS):
        rng = np.random.default_rng(i)
        texts = {
            "emotion": emotion_rationale(lesson.emotion, lesson.action_units, rng),
            "au": au_rationale(lesson.action_units, rng),
        }
        found += [(i, TASKS[task].question, texts[task]) for task in TASKS]
    return found


def teach(folder: Path, steps: int = 90) -> None:
    """Write a base with the lessons learned into a folder."""
    torch.manual_seed(0)
    tokenizer = _tokenizer()
    config = EmolaConfig(
        vision_config=CLIPVisionConfig(
            hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=28,
            patch_size=14,
        ).to_dict(),
        text_config=LlamaConfig(
            vocab_size=len(tokenizer), hidden_size=64, intermediate_size=96, num_hidden_layers=2,
            num_attention_heads=4,
            bos_token_id=1, eos_token_id=2, pad_token_id=0,
        ).to_dict(),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1,
        landmark_width=SquareExpert.width,
        landmark_expert=SquareExpert.name,
    )  # fmt: skip
    model = EmolaForConditionalGeneration(config)
    model.generation_config.eos_token_id = 2
    processor = EmolaProcessor.for_config(config, tokenizer)
    batch = _batch(processor)
    optimiser = torch.optim.AdamW(model.parameters(), lr=6e-3, weight_decay=0.0)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 6e-3 * min(1.0, (step + 1) / 10) * (1 - step / steps) ** 0.5
        loss = model(**batch).loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    model.save_pretrained(str(folder))
    processor.save_pretrained(folder)
    manifest.write(folder, "base", landmark_expert=SquareExpert.name, landmark_width=SquareExpert.width)


def _batch(processor) -> dict[str, torch.Tensor]:
    expert, rows, labels, crops, priors = SquareExpert(), [], [], [], []
    for number, question, answer in answers():
        whole = picture(number)
        face = expert.detect(whole)[0]
        crops.append(expert.crop(whole, face))
        priors.append(face.vector)
        prompt = evaluation_prompt(question)
        ids = processor.encode(f"{prompt} {answer}</s>")
        known = len(processor.encode(prompt))
        rows.append(torch.tensor(ids))
        labels.append(torch.tensor([-100] * known + ids[known:]))
    pad = torch.nn.utils.rnn.pad_sequence
    ids, marks = pad(rows, True, 0), pad(labels, True, -100)
    mask = pad([torch.ones_like(row) for row in rows], True, 0)
    batch = processor.expand(ids, labels=marks, attention_mask=mask)
    return {**batch, "pixel_values": processor.pixels(crops), "landmarks": torch.tensor(np.stack(priors))}


def _tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<pad>", "<s>", "</s>", "<image>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    texts = [evaluation_prompt(question) + answer for _, question, answer in answers()]
    tokenizer.train_from_iterator([text.replace("<image>", "") for text in texts] * 3, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>",
        extra_special_tokens=["<image>"], clean_up_tokenization_spaces=False,
    )  # fmt: skip
