"""EmoLA: transformers' LLaVA with one more visual token, the facial prior, projected from a face's
landmarks.

A picture takes `EmolaConfig.image_tokens` positions, one `<image>` id each: its patches, then the prior.
Landmarks are float vectors of `landmark_width` numbers, in whatever units `landmark_expert` gives them;
`landmark_width` 0 is plain LLaVA. Any language model and vision tower that transformers' LLaVA takes will
do. Training's choice of what is frozen and the checkpoints on disk are not here: see `model.load` and
`model.convert`.

Source: paper section 3.3 ("facial prior-aware multimodal LLM"), arXiv 2404.05052.
"""

import torch
from huggingface_hub.dataclasses import strict
from torch import nn
from transformers import AutoConfig, AutoModelForImageTextToText, LlavaConfig, LlavaForConditionalGeneration
from transformers.activations import ACT2FN
from transformers.models.llava.modeling_llava import LlavaModel, LlavaModelOutputWithPast
from transformers.utils.generic import can_return_tuple

from model.conversation import evaluation_prompt
from model.processor import EmolaProcessor
from model.tokens import REFERENCE_IMAGE_ID, expand_image_tokens

__all__ = [
    "EmolaConfig",
    "EmolaForConditionalGeneration",
    "EmolaModel",
    "EmolaProcessor",
    "LandmarkProjector",
    "evaluation_prompt",
    "expand_image_tokens",
]

# Towers whose first output is a class token, which the strategy "default" drops; SigLIP has none to drop.
TOWERS_WITH_CLASS_TOKEN = {"clip_vision_model", "metaclip_2_vision_model", "mlcd_vision_model", "dinov2"}


@strict
class EmolaConfig(LlavaConfig):
    """LLaVA's configuration and what the facial prior needs.

    landmark_width: numbers in a landmark vector, 212 for the authors' 106 points; 0 = no prior, plain
    LLaVA. landmark_expert: name in `model.landmarks.EXPERTS` whose vectors the projector was trained on.
    """

    model_type = "emola"

    landmark_width: int = 0
    landmark_expert: str | None = None

    def __post_init__(self, **kwargs):
        super().__post_init__(**kwargs)
        if self.landmark_width < 0:
            raise ValueError(
                f"landmark_width is {self.landmark_width}; give 0 (plain LLaVA) or the vector's length."
            )
        if self.vision_config.model_type == "siglip_vision_model":
            self.vision_feature_select_strategy = "full"
        size, patch = (getattr(self.vision_config, name, None) for name in ("image_size", "patch_size"))
        if isinstance(size, int) and isinstance(patch, int):  # else image_seq_length is taken as given
            class_token = self.vision_config.model_type in TOWERS_WITH_CLASS_TOKEN
            dropped = self.vision_feature_select_strategy == "default"
            self.image_seq_length = (size // patch) ** 2 + class_token - dropped

    @property
    def image_tokens(self) -> int:
        """Positions, and so `<image>` ids, that one picture takes: the tower's vectors and any prior."""
        return self.image_seq_length + (self.landmark_width > 0)


class LandmarkProjector(nn.Module):
    """Linear - GELU - Linear: landmark vectors (..., landmark_width) to embeddings (..., hidden size)."""

    def __init__(self, config: EmolaConfig):
        super().__init__()
        hidden = config.text_config.hidden_size
        self.linear_1 = nn.Linear(config.landmark_width, hidden)
        self.act = ACT2FN[config.projector_hidden_act]
        self.linear_2 = nn.Linear(hidden, hidden)

    def forward(self, landmarks: torch.Tensor) -> torch.Tensor:
        weight = self.linear_1.weight
        return self.linear_2(self.act(self.linear_1(landmarks.to(weight.device, weight.dtype))))


class EmolaModel(LlavaModel):
    """Vision tower, both projectors and the language model, without its head."""

    config: EmolaConfig

    def __init__(self, config: EmolaConfig):
        super().__init__(config)
        self.landmark_projector = LandmarkProjector(config) if config.landmark_width else None
        self.post_init()

    # `generate` encodes pictures through this method and passes what its signature names, so it names
    # `landmarks`.
    @can_return_tuple
    def get_image_features(
        self,
        pixel_values: torch.Tensor,
        vision_feature_layer: int | list[int] | None = None,
        vision_feature_select_strategy: str | None = None,
        image_sizes: torch.Tensor | None = None,
        landmarks: torch.Tensor | None = None,
        **kwargs,
    ):
        """The tower's output; its `pooler_output` lists (image_tokens, hidden): patches, then the prior.

        pixel_values: (pictures, 3, height, width). landmarks: (pictures, landmark_width), or
        (landmark_width,) for one. Raises ValueError where landmarks are missing, or not one vector of the
        right width a picture.
        """
        kwargs.pop("return_dict", None)
        outputs = super().get_image_features(
            pixel_values=pixel_values,
            vision_feature_layer=vision_feature_layer,
            vision_feature_select_strategy=vision_feature_select_strategy,
            image_sizes=image_sizes,
            return_dict=True,
            **kwargs,
        )
        landmarks = self._check_landmarks(landmarks, len(outputs.pooler_output))
        if landmarks is not None:
            priors = self.landmark_projector(landmarks)
            outputs.pooler_output = [
                torch.cat([patches, prior[None].to(patches)])
                for patches, prior in zip(outputs.pooler_output, priors, strict=True)
            ]
        return outputs

    def embed(
        self, input_ids: torch.Tensor, image_features: list[torch.Tensor] | None = None
    ) -> torch.Tensor:
        """Embeddings (batch, length, hidden) of `input_ids`, pictures in order where the `<image>` ids are.

        The `<image>` id may lie beyond the embedding table, as it does for converted LLaVA bases: the
        vocabulary keeps its size, so logits and losses are the reference's.
        """
        # The reference's -200 counts too, so that unexpanded rows are told what they lack.
        is_image = (input_ids == self.config.image_token_id) | (input_ids == REFERENCE_IMAGE_ID)
        embeds = self.get_input_embeddings()(input_ids.masked_fill(is_image, 0))
        if image_features is None:
            return embeds
        features = torch.cat(list(image_features)).to(embeds)
        if (got := int(is_image.sum())) != len(features):
            raise ValueError(
                f"input_ids hold {got} <image> ids, but the {len(image_features)} picture(s) give "
                f"{len(features)} vectors, {self.config.image_tokens} each. Expand each placeholder with "
                "EmolaProcessor.expand."
            )
        return embeds.masked_scatter(is_image[..., None], features)

    @can_return_tuple
    def forward(
        self,
        input_ids: torch.LongTensor | None = None,
        pixel_values: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.LongTensor | None = None,
        past_key_values=None,
        inputs_embeds: torch.Tensor | None = None,
        vision_feature_layer: int | list[int] | None = None,
        vision_feature_select_strategy: str | None = None,
        image_sizes: torch.Tensor | None = None,
        mm_encoder_outputs: dict | None = None,
        landmarks: torch.Tensor | None = None,
        **kwargs,
    ) -> LlavaModelOutputWithPast:
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("Give either input_ids or inputs_embeds, and not both.")
        encoded = (mm_encoder_outputs or {}).get("image")
        if pixel_values is not None and encoded is not None:
            raise ValueError(
                "Give pictures as pixel_values or, encoded, as mm_encoder_outputs, and not as both."
            )
        if inputs_embeds is not None and (pixel_values is not None or encoded is not None):
            raise ValueError(
                "Pictures need input_ids, whose <image> ids say where they go. Or embed() them first."
            )
        if pixel_values is not None:
            encoded = self.get_image_features(
                pixel_values, vision_feature_layer, vision_feature_select_strategy, image_sizes, landmarks
            )
        features = encoded.pooler_output if encoded is not None else None
        if inputs_embeds is None:
            inputs_embeds = self.embed(input_ids, features)
        outputs = self.language_model(
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            **kwargs,
        )
        return LlavaModelOutputWithPast(
            last_hidden_state=outputs.last_hidden_state,
            past_key_values=outputs.past_key_values,
            hidden_states=outputs.hidden_states,
            attentions=outputs.attentions,
            image_hidden_states=torch.cat(list(features)) if features is not None else None,
        )

    def _check_landmarks(self, landmarks: torch.Tensor | None, pictures: int) -> torch.Tensor | None:
        width, expert = self.config.landmark_width, self.config.landmark_expert
        if not width:
            if landmarks is not None:
                raise ValueError(
                    "Landmarks were given, but this model has no facial prior (landmark_width 0). Leave them."
                )
            return None
        if landmarks is None:
            raise ValueError(
                f"No landmarks were given. Each picture needs {width} numbers from the landmark expert "
                f"{expert!r}."
            )
        landmarks = torch.as_tensor(landmarks)
        landmarks = landmarks[None] if landmarks.ndim == 1 else landmarks
        if landmarks.shape != (pictures, width):
            raise ValueError(
                f"Landmarks have the shape {tuple(landmarks.shape)}; {pictures} picture(s) need "
                f"{(pictures, width)} "
                f"from the landmark expert {expert!r}."
            )
        return landmarks


class EmolaForConditionalGeneration(LlavaForConditionalGeneration):
    """EmoLA with its language head: logits, loss and `generate`, cached or not."""

    config: EmolaConfig

    def __init__(self, config: EmolaConfig):
        super(LlavaForConditionalGeneration, self).__init__(config)  # LLaVA's own would build a second model
        self.model = EmolaModel(config)
        self.lm_head = nn.Linear(config.text_config.hidden_size, config.text_config.vocab_size, bias=False)
        self.post_init()

    # Spelled out because `generate` refuses keywords that this signature does not name.
    def forward(
        self,
        input_ids: torch.LongTensor | None = None,
        pixel_values: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.LongTensor | None = None,
        past_key_values=None,
        inputs_embeds: torch.Tensor | None = None,
        vision_feature_layer: int | list[int] | None = None,
        vision_feature_select_strategy: str | None = None,
        labels: torch.LongTensor | None = None,
        logits_to_keep: int | torch.Tensor = 0,
        image_sizes: torch.Tensor | None = None,
        mm_encoder_outputs: dict | None = None,
        landmarks: torch.Tensor | None = None,
        **kwargs,
    ):
        """Logits (batch, length, vocabulary) and, given labels, the mean loss over those that are not -100.

        input_ids, attention_mask, labels: (batch, length), each picture expanded to `config.image_tokens`
        `<image>` ids, whose labels are -100. pixel_values: (pictures, 3, height, width). landmarks:
        (pictures, landmark_width) float.
        """
        return super().forward(
            input_ids=input_ids,
            pixel_values=pixel_values,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            vision_feature_layer=vision_feature_layer,
            vision_feature_select_strategy=vision_feature_select_strategy,
            labels=labels,
            logits_to_keep=logits_to_keep,
            image_sizes=image_sizes,
            mm_encoder_outputs=mm_encoder_outputs,
            landmarks=landmarks,
            **kwargs,
        )


AutoConfig.register(EmolaConfig.model_type, EmolaConfig)
AutoModelForImageTextToText.register(EmolaConfig, EmolaForConditionalGeneration)
