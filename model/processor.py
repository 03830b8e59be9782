"""Pictures, landmarks and questions to the tensors that EmoLA takes, made as the reference makes them.

Pixels: float32, normalised as the vision tower wants, by Pillow and numpy, bit-exact with the reference.
Text: each chunk around `<image>` is tokenised on its own, the beginning-of-sequence id comes once, and
`<image>` is expanded to the positions that a picture takes. Finding faces and landmarks is not here
(`model.landmarks`), nor is reading answers (`model.tasks`).
"""

import json
from pathlib import Path

import numpy as np
import torch
import transformers
from PIL import Image
from transformers import BatchFeature, PreTrainedTokenizerFast

from model.conversation import IMAGE, evaluation_prompt, training_prompt
from model.errors import CheckpointError, LandmarkExpertError
from model.images import open_image
from model.tokens import IGNORED, expand_image_tokens, pad_rows

IMAGE_MODES = ("crop", "pad")
FILE = "processor_config.json"


class EmolaProcessor:
    """Makes EmoLA's inputs; saved beside the model with `save_pretrained`.

    image_tokens: positions a picture takes, `EmolaConfig.image_tokens`. image_mode: what becomes of a
    picture that is not square: "crop" (the reference's evaluation: shortest edge resized, centre cut out)
    or "pad" (its training: laid on a square of the vision tower's mean colour).
    """

    def __init__(
        self,
        image_processor,
        tokenizer,
        *,
        image_tokens,
        landmark_width=0,
        landmark_expert=None,
        image_mode="crop",
    ):
        self.image_processor = image_processor
        self.tokenizer = tokenizer
        self.image_tokens = image_tokens
        self.landmark_width = landmark_width
        self.landmark_expert = landmark_expert
        self.image_mode = _known_mode(image_mode)
        self.image_token_id = tokenizer.get_vocab().get(IMAGE)
        if self.image_token_id is None:
            raise CheckpointError(
                f"The tokenizer has no {IMAGE} token. Add it as a special token and save it again."
            )

    @classmethod
    def for_config(cls, config, tokenizer, image_processor=None, image_mode="crop") -> "EmolaProcessor":
        """The processor of an EmolaConfig; by default CLIP's or SigLIP's pixels at the tower's size."""
        processor = cls(
            image_processor or default_image_processor(config.vision_config),
            tokenizer,
            image_tokens=config.image_tokens,
            landmark_width=config.landmark_width,
            landmark_expert=config.landmark_expert,
            image_mode=image_mode,
        )
        if processor.image_token_id != config.image_token_id:
            raise CheckpointError(
                f"The tokenizer's {IMAGE} is id {processor.image_token_id}, the model's is "
                f"{config.image_token_id}. "
                "Set image_token_index in the configuration to the tokenizer's."
            )
        return processor

    @classmethod
    def from_pretrained(cls, folder) -> "EmolaProcessor":
        """The processor saved in `folder`. Raises CheckpointError where it is incomplete or unknown."""
        path = Path(folder) / FILE
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            pictures = facts.pop("image_processor")
            # By name, without the Auto class: that one prefers torchvision where it is installed, whose bits
            # differ.
            image_processor = getattr(transformers, pictures["image_processor_type"] + "Pil")(**pictures)
            tokenizer = PreTrainedTokenizerFast.from_pretrained(str(folder))
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise CheckpointError(
                f"{folder} holds no usable processor ({error}). It needs {FILE} and tokenizer.json; "
                "convert the checkpoint again with python -m model.convert."
            ) from error
        facts.pop("processor_class", None)
        return cls(image_processor, tokenizer, **facts)

    def save_pretrained(self, folder) -> None:
        """Writes processor_config.json and the tokenizer's files into `folder`, made where it is missing."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.tokenizer.save_pretrained(str(folder))
        facts = {
            "processor_class": type(self).__name__,
            "image_tokens": self.image_tokens,
            "landmark_width": self.landmark_width,
            "landmark_expert": self.landmark_expert,
            "image_mode": self.image_mode,
            "image_processor": self.image_processor.to_dict(),
        }
        (Path(folder) / FILE).write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", encoding="utf-8")

    def __call__(
        self,
        images=None,
        text=None,
        landmarks=None,
        *,
        question=None,
        image_mode=None,
        padding_side="left",
        return_tensors="pt",
    ) -> BatchFeature:
        """Model inputs of what was given: input_ids, attention_mask (texts, length), pixel_values,
        landmarks.

        images: one or a list of what `open_image` takes. landmarks: (width,) or (pictures, width)
        numbers. text: one or a list of prompts that hold `<image>`; one without it, where pictures are
        given, is a question. question: one or a list, put into the evaluation's prompt. One text for
        several pictures is asked of each. padding_side: "left" to generate, "right" to train. Raises
        ImageError, LandmarkExpertError, ValueError.
        """
        if text is not None and question is not None:
            raise ValueError(
                "Give text (a whole prompt) or question (put into the evaluation's prompt), not both."
            )
        if return_tensors != "pt":
            raise ValueError(
                f"return_tensors is {return_tensors!r}; this processor makes 'pt', PyTorch tensors."
            )
        inputs = {}
        pictures = None
        if images is not None:
            pictures = images if isinstance(images, (list, tuple)) else [images]
            inputs["pixel_values"] = self.pixels(pictures, image_mode)
        if landmarks is not None or (pictures is not None and self.landmark_width):
            inputs["landmarks"] = self._landmarks(landmarks, pictures)
        prompts = self._prompts(text, question, pictures)
        if prompts is not None:
            rows = [torch.tensor(self.encode(prompt)) for prompt in prompts]
            rows = [self.expand(row[None])["input_ids"][0] if pictures is not None else row for row in rows]
            pad_id = self.tokenizer.pad_token_id or 0  # masked, so that any id will do
            inputs["input_ids"] = pad_rows(rows, pad_id, padding_side)
            inputs["attention_mask"] = pad_rows([torch.ones_like(row) for row in rows], 0, padding_side)
        return BatchFeature(inputs)

    def pixels(self, images, image_mode=None) -> torch.Tensor:
        """Normalised pixels (pictures, 3, height, width), float32, of a list of what `open_image` takes."""
        pictures = [open_image(image) for image in images]
        if _known_mode(image_mode or self.image_mode) == "pad":
            colour = tuple(int(mean * 255) for mean in self.image_processor.image_mean)
            pictures = [pad_to_square(picture, colour) for picture in pictures]
        values = self.image_processor(pictures, return_tensors="np")["pixel_values"]
        return torch.from_numpy(np.asarray(values, dtype=np.float32))

    def encode(self, text: str) -> list[int]:
        """Ids of a prompt, one `<image>` id a picture: the reference's, but for the number of that id."""
        tokenizer = self.tokenizer
        ids = [] if tokenizer.bos_token_id is None else [tokenizer.bos_token_id]
        for index, chunk in enumerate(text.split(IMAGE)):
            ids += [self.image_token_id] if index else []
            ids += tokenizer.encode(chunk, add_special_tokens=False) if chunk else []
        return ids

    def encode_conversation(self, conversation: list[dict], *, expand=True) -> dict[str, list[int]]:
        """input_ids and labels of a training conversation (see `training_prompt`); -100 all but the answers
        and `</s>`.

        expand=False leaves one `<image>` id a picture, as in the reference's data.
        """
        text, spans = training_prompt(conversation)
        ids = self.encode(text)
        labels = [IGNORED] * len(ids)
        for start, end in spans:
            first, last = (_common_prefix(ids, self.encode(text[:stop])) for stop in (start, end))
            labels[first:last] = ids[first:last]
        if not expand:
            return {"input_ids": ids, "labels": labels}
        rows = self.expand(torch.tensor([ids]), labels=torch.tensor([labels]))
        return {name: rows[name][0].tolist() for name in ("input_ids", "labels")}

    def expand(self, input_ids, *, labels=None, attention_mask=None) -> dict[str, torch.Tensor]:
        """`expand_image_tokens` with this model's numbers: reference-style rows to those that the model
        takes.
        """
        return expand_image_tokens(
            input_ids, self.image_tokens, self.image_token_id, labels=labels, attention_mask=attention_mask
        )

    def decode(self, ids) -> str:
        """The text of generated ids (a row, prompt not included), special tokens and outer white space
        removed.
        """
        return self.tokenizer.decode(ids, skip_special_tokens=True).strip()

    def batch_decode(self, rows) -> list[str]:
        """`decode` for each row."""
        return [self.decode(ids) for ids in rows]

    def _prompts(self, text, question, pictures) -> list[str] | None:
        if text is None and question is None:
            return None
        given = question if text is None else text
        prompts = [given] if isinstance(given, str) else list(given)
        if pictures is not None:
            prompts = [
                evaluation_prompt(prompt) if text is None or IMAGE not in prompt else prompt
                for prompt in prompts
            ]
            if isinstance(given, str) and prompts[0].count(IMAGE) == 1:
                prompts *= len(pictures)
        places = sum(prompt.count(IMAGE) for prompt in prompts)
        if pictures is not None and places != len(pictures):
            raise ValueError(
                f"The text has {places} {IMAGE} places for {len(pictures)} picture(s). Give one a picture."
            )
        return prompts

    def _landmarks(self, landmarks, pictures) -> torch.Tensor:
        wanted = f"{self.landmark_width} numbers a picture from the landmark expert {self.landmark_expert!r}"
        if not self.landmark_width:
            raise LandmarkExpertError(
                "Landmarks were given, but this model has no facial prior. Leave them out."
            )
        if landmarks is None:
            raise LandmarkExpertError(f"No landmarks were given; this model needs {wanted}.")
        vectors = torch.as_tensor(np.asarray(landmarks, dtype=np.float32))
        vectors = vectors[None] if vectors.ndim == 1 else vectors
        count = len(vectors) if pictures is None else len(pictures)
        if vectors.shape != (count, self.landmark_width):
            raise LandmarkExpertError(
                f"Landmarks have the shape {tuple(vectors.shape)} for {count} picture(s); this model needs "
                f"{wanted}."
            )
        return vectors


def default_image_processor(vision_config):
    """CLIP's image processor, or SigLIP's for a SigLIP tower, at the tower's own size."""
    size = vision_config.image_size
    if vision_config.model_type == "siglip_vision_model":
        return transformers.SiglipImageProcessorPil(size={"height": size, "width": size})
    return transformers.CLIPImageProcessorPil(
        size={"shortest_edge": size}, crop_size={"height": size, "width": size}
    )


def pad_to_square(image: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    """The picture in the middle of a square of `colour` (RGB, 0..255), as long as its longer side."""
    side = max(image.size)
    square = Image.new("RGB", (side, side), colour)
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


def _known_mode(image_mode: str) -> str:
    if image_mode not in IMAGE_MODES:
        raise ValueError(f"image_mode is {image_mode!r}; allowed are {', '.join(IMAGE_MODES)}.")
    return image_mode


def _common_prefix(ids: list[int], others: list[int]) -> int:
    """How many ids two lists share at their start: text behind a cut can change the ids right before it."""
    pairs = enumerate(zip(ids, others, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(ids), len(others)))
