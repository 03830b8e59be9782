"""The model that a fine-tuning starts from: a base with a new adapter, or with the one that is in use.

The base is frozen; LoRA and both projectors are trained, in float32 whatever the base is kept in, since small
updates vanish in half precision. A base without a facial prior gets one of the expert's width. Not covered:
quantised bases.
"""

from dataclasses import dataclass

import torch
from peft import PeftModel, get_peft_model

from model import hub, manifest
from model.adapter import PROJECTORS, lora_config
from model.emola import EmolaConfig, EmolaForConditionalGeneration, EmolaProcessor
from model.errors import LandmarkExpertError
from model.landmarks import expert_class
from model.load import load
from model.predictor import MINI
from train.tuning.options import Options


@dataclass
class Start:
    """A model ready to learn. `parent`: the adapter's identity, None for a new one. `options`: resolved."""

    model: PeftModel
    processor: EmolaProcessor
    options: Options
    base: str
    base_identity: str
    parent: str | None


def start(options: Options) -> Start:
    """Load base and adapter, checked to belong together. Raises CheckpointError, LandmarkExpertError,
    TrainingError.
    """
    base = options.base or str(MINI)
    folder = hub.fetch(base)
    identity = manifest.verify(folder, "base")["identity"]
    parent = manifest.verify(hub.fetch(options.adapter), "adapter") if options.adapter else None
    config = EmolaConfig.from_pretrained(str(folder))
    options = options.resolved(config.text_config.hidden_size)
    torch.manual_seed(options.seed)
    kept_in = "bfloat16" if options.precision == "bf16" and not _on_cpu(options) else "float32"
    if parent:
        model, processor = load(base, options.adapter, dtype=kept_in)
    else:
        model, processor = _new_adapter(base, folder, config, options, kept_in)
    _check_expert(options, processor)
    for name, weight in model.named_parameters():
        trained = ".lora_" in name or any(f"{one}.modules_to_save." in name for one in PROJECTORS)
        weight.requires_grad_(trained)
        if trained:
            weight.data = weight.data.float()
    model.get_base_model().set_attn_implementation(options.attention)
    return Start(model, processor, options, base, identity, parent["identity"] if parent else None)


def _new_adapter(base: str, folder, config: EmolaConfig, options: Options, kept_in: str):
    """(model, processor) of a base with LoRA that changes nothing yet."""
    if config.landmark_width or not options.expert:
        model, processor = load(base, dtype=kept_in)
    else:
        config.landmark_expert, config.landmark_width = (
            options.expert,
            expert_class(options.expert).width,
        )
        model = EmolaForConditionalGeneration.from_pretrained(
            str(folder), config=config, dtype=kept_in, use_safetensors=True
        )
        saved = EmolaProcessor.from_pretrained(folder)
        processor = EmolaProcessor.for_config(
            config, saved.tokenizer, saved.image_processor, saved.image_mode
        )
    if not model.config.landmark_width:
        raise LandmarkExpertError(
            f"{base} has no facial prior, and --expert names none. Give the landmark expert to train with."
        )
    settings = lora_config(r=options.r, alpha=options.alpha, dropout=options.dropout, linears=options.linears)
    return get_peft_model(model, settings), processor


def _check_expert(options: Options, processor: EmolaProcessor) -> None:
    needed = processor.landmark_expert if processor.landmark_width else None
    if options.expert and needed and options.expert != needed:
        raise LandmarkExpertError(
            f"--expert is {options.expert!r}, but base and adapter need {needed!r}: their facial prior was "
            f"trained on its landmarks. Give {needed!r}, or train a new adapter on a base without a prior."
        )


def _on_cpu(options: Options) -> bool:
    return options.device == "cpu" or not options.device and not torch.accelerator.is_available()
