"""A base model and its adapters, by folder or hub revision, to a model and its processor.

Only folders with a manifest (`model.convert`, training) are read, only safetensors, and only what
matches: an adapter for another base, landmark width or landmark expert is refused. Several named adapters
share one base, since the authors release one a task; `model.set_adapter(name)` then switches LoRA and
both projectors. Greedy evaluation wants float32 or bfloat16; 4 and 8 bits need bitsandbytes and a GPU.
"""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import torch
from huggingface_hub.errors import StrictDataclassError
from peft import PeftModel, get_peft_model_state_dict
from safetensors import safe_open
from transformers import BitsAndBytesConfig

from model import hub, manifest
from model.adapter import PROJECTORS, WEIGHTS
from model.emola import EmolaConfig, EmolaForConditionalGeneration, EmolaProcessor
from model.errors import CheckpointError, EmolaError, LandmarkExpertError

DTYPES = ("float32", "bfloat16", "float16")
QUANTIZED = ("4bit", "8bit")


def load(
    base: str | Path,
    adapter: str | Path | Mapping[str, str | Path] | None = None,
    *,
    device: str = "cpu",
    dtype: str | torch.dtype = "float32",
    merge: bool = False,
    revision: str | None = None,
    adapter_revision: str | None = None,
    quantize: str | None = None,
) -> tuple[EmolaForConditionalGeneration | PeftModel, EmolaProcessor]:
    """The model, in evaluation mode on `device`, and the processor that fits it.

    With an adapter, its LoRA and both projectors keep their gradients, as in training; the rest is
    frozen.

    base, adapter: folders, or hub ids ("owner/name" or "owner/name@revision"). adapter may name several:
    {"au": ..., "emotion": ...}; the first is active. merge: add one adapter's weights to the base's,
    faster and no longer separable. dtype: torch's or its name. quantize: "4bit" or "8bit" with
    bitsandbytes. The processor's `revisions` says what was loaded: {"base": identity, adapter's name:
    identity}. Raises CheckpointError, LandmarkExpertError (experts or widths that differ), EmolaError
    (what was asked can't be had).
    """
    dtype = _dtype(dtype)
    named = dict(adapter) if isinstance(adapter, Mapping) else {} if adapter is None else {"default": adapter}
    if merge and (len(named) != 1 or quantize):
        raise EmolaError(
            f"merge needs exactly one adapter and no quantisation; got {len(named)} and {quantize!r}."
        )
    quantization = _quantization(quantize, dtype)
    base_folder = hub.fetch(base, revision)
    base_facts = manifest.verify(base_folder, "base")
    folders = {name: hub.fetch(place, adapter_revision) for name, place in named.items()}
    facts = {name: manifest.verify(folder, "adapter") for name, folder in folders.items()}
    config = _read_config(base_folder)
    for name, found in facts.items():
        _check_adapter(found, folders[name], base_facts, base_folder)
    _agree_on_prior(config, facts, base_folder)

    model, info = EmolaForConditionalGeneration.from_pretrained(
        str(base_folder),
        config=config,
        dtype=dtype,
        use_safetensors=True,
        output_loading_info=True,
        quantization_config=quantization,
        device_map={"": device} if quantization else None,
    )
    _check_loaded(info, base_folder, prior_follows=bool(folders))
    for name, folder in folders.items():
        model = _attach(model, name, folder)
    if folders:
        model.set_adapter(next(iter(folders)))
        model = model.merge_and_unload() if merge else model
    if quantization is None:
        model = model.to(device=device, dtype=dtype)
    processor = _processor(base_folder, config)
    processor.revisions = {
        "base": base_facts["identity"],
        **{name: found["identity"] for name, found in facts.items()},
    }
    return model.eval(), processor


def _attach(model, name: str, folder: Path) -> PeftModel:
    """The model with one more adapter, every tensor in its place. Raises CheckpointError."""
    try:
        if isinstance(model, PeftModel):
            model.load_adapter(str(folder), adapter_name=name, is_trainable=True)
        else:
            model = PeftModel.from_pretrained(model, str(folder), adapter_name=name, is_trainable=True)
    except (RuntimeError, ValueError, KeyError, OSError) as error:
        raise CheckpointError(
            f"The adapter in {folder} doesn't fit its base ({error}). Convert or train it again."
        ) from error
    with safe_open(folder / WEIGHTS, framework="pt") as file:
        saved = set(file.keys())
    wanted = set(get_peft_model_state_dict(model, adapter_name=name, save_embedding_layers=False))
    if saved != wanted:
        differing = sorted(saved ^ wanted)
        raise CheckpointError(
            f"The adapter in {folder} and its base differ in {len(differing)} tensors, {differing[0]} first. "
            "Convert or train it again."
        )
    for projector in PROJECTORS:
        if not any(f".{projector}." in tensor for tensor in saved):
            raise CheckpointError(
                f"The adapter in {folder} lacks the {projector}. Convert or train it again."
            )
    return model


def _check_adapter(facts: dict, folder: Path, base_facts: dict, base: Path) -> None:
    if facts.get("base_identity") != base_facts["identity"]:
        raise CheckpointError(
            f"The adapter in {folder} was trained on another base ({str(facts.get('base_identity'))[:12]}) "
            f"than {base} "
            f"({base_facts['identity'][:12]}). Give the base that it belongs to."
        )
    if not isinstance(facts.get("landmark_width"), int) or "landmark_expert" not in facts:
        raise CheckpointError(
            f"{folder / manifest.FILE} doesn't say the landmark expert and width. Convert it again."
        )


def _agree_on_prior(config: EmolaConfig, adapters: dict[str, dict], base: Path) -> None:
    """Gives `config` the adapters' landmark expert and width. LandmarkExpertError where they differ."""
    for name, facts in adapters.items():
        needed = facts["landmark_expert"], facts["landmark_width"]
        present = config.landmark_expert, config.landmark_width
        if config.landmark_width and needed != present:
            raise LandmarkExpertError(
                f"The adapter {name!r} needs the landmark expert {needed[0]!r} ({needed[1]} numbers), but "
                f"{base} and the "
                f"adapters before it have {present[0]!r} ({present[1]} numbers). Load it without those."
            )
        config.landmark_expert, config.landmark_width = needed


def _check_loaded(info: dict, folder: Path, prior_follows: bool) -> None:
    missing = {
        name
        for name in info["missing_keys"]
        if not (prior_follows and name.startswith("model.landmark_projector."))
    }
    for problem, names in (
        ("lacks", missing),
        ("has too much:", info["unexpected_keys"]),
        ("misfits:", info["mismatched_keys"]),
    ):
        if names:
            first = sorted(map(str, names))[0]
            raise CheckpointError(
                f"The base in {folder} {problem} {first} ({len(names)} in all). Convert it again."
            )


def _read_config(folder: Path) -> EmolaConfig:
    try:
        return EmolaConfig.from_pretrained(str(folder))
    except (StrictDataclassError, OSError, ValueError, TypeError) as error:
        raise CheckpointError(f"{folder} has no usable config.json ({error}). Convert it again.") from error


def _processor(folder: Path, config: EmolaConfig) -> EmolaProcessor:
    saved = EmolaProcessor.from_pretrained(folder)
    return EmolaProcessor.for_config(config, saved.tokenizer, saved.image_processor, saved.image_mode)


def _dtype(dtype: str | torch.dtype) -> torch.dtype:
    name = str(dtype).removeprefix("torch.")
    if name not in DTYPES:
        raise EmolaError(f"dtype is {name!r}; allowed are {', '.join(DTYPES)}.")
    return getattr(torch, name)


def _quantization(quantize: str | None, dtype: torch.dtype) -> BitsAndBytesConfig | None:
    if quantize is None:
        return None
    if quantize not in QUANTIZED:
        raise EmolaError(f"quantize is {quantize!r}; allowed are {', '.join(QUANTIZED)} or None.")
    if importlib.util.find_spec("bitsandbytes") is None:
        raise EmolaError(
            f"{quantize} needs the package bitsandbytes, which is not installed. Install it, or load without."
        )
    kept = [*PROJECTORS, "vision_tower", "lm_head"]  # small, and what the prior's figures hang on
    if quantize == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=kept)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=dtype,
        llm_int8_skip_modules=kept,
    )
