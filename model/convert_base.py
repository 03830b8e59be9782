"""The authors' base, LLaVA-1.5 in its original layout, and its vision tower as one folder in our format.

Values stay as they were; only names and files change. Tensors stay mapped from disk until they are
written. Vision towers and rotary buffers in the base are left out: LLaVA-1.5's tower is frozen CLIP. The
`<image>` id lies right behind the embedding table, so that vocabulary, logits and losses stay the
reference's.

Covers Llama and Vicuna with the mlp2x_gelu projector; not LLaVA-1.6, not other language models.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import torch
from huggingface_hub.errors import StrictDataclassError
from transformers import (
    AutoConfig,
    CLIPImageProcessorPil,
    GenerationConfig,
    LlamaConfig,
    SiglipImageProcessorPil,
)

from model import manifest
from model.convert_adapter import PROJECTOR_LAYERS, SHAPE_KEYS
from model.emola import EmolaConfig, EmolaForConditionalGeneration, EmolaProcessor
from model.errors import CheckpointError
from model.processor import default_image_processor
from model.shards import Tensors, read_json, read_shards, split, write_tensors
from model.tokenizer import from_sentencepiece

LEFT_OUT = re.compile(r"model\.vision_tower\..*|.*\.rotary_emb\.inv_freq")
FILE_LIMIT = 2 * 2**30  # bytes a file
NOT_SEEN = re.compile(r"text_model\..*|(text|visual)_projection\..*|logit_(scale|bias)|.*\.position_ids")
TEXT_KEYS = (
    *SHAPE_KEYS,
    *(
        "num_key_value_heads",
        "hidden_act",
        "max_position_embeddings",
        "initializer_range",
        "rms_norm_eps",
        "rope_theta",
    ),
    *(
        "rope_scaling",
        "attention_bias",
        "tie_word_embeddings",
        "bos_token_id",
        "eos_token_id",
        "pad_token_id",
    ),
)


def base_config(original: dict, source: Path, tower: Path) -> EmolaConfig:
    """Our configuration of an original LLaVA-1.5 one, without a facial prior. Raises CheckpointError."""
    path = source / "config.json"
    if (kind := original.get("model_type")) not in ("llava", "llava_llama", "emollava"):
        raise CheckpointError(
            f"{path} is of a {kind!r} model; LLaVA-1.5's original layout says 'llava'. Give that folder."
        )
    if absent := [key for key in SHAPE_KEYS if not isinstance(original.get(key), int)]:
        raise CheckpointError(f"{path} lacks {', '.join(absent)}. Copy it again.")
    if (projector := original.get("mm_projector_type")) != "mlp2x_gelu":
        raise CheckpointError(
            f"{path}: mm_projector_type is {projector!r}; EmoLA's base has 'mlp2x_gelu'. Use LLaVA-1.5."
        )
    if original.get("mm_use_im_start_end"):
        raise CheckpointError(
            f"{path}: mm_use_im_start_end is set; EmoLA's base has no such tokens. Use LLaVA-1.5."
        )
    strategy = {"patch": "default", "cls_patch": "full"}.get(
        original.get("mm_vision_select_feature", "patch")
    )
    if strategy is None:
        raise CheckpointError(
            f"{path}: mm_vision_select_feature must be 'patch' or 'cls_patch'. Copy it again."
        )
    try:
        vision_config = AutoConfig.from_pretrained(str(tower))
    except (StrictDataclassError, OSError, ValueError, TypeError) as error:
        raise CheckpointError(
            f"{tower} has no usable config.json ({error}). Give the vision tower's folder."
        ) from error
    vision_config = getattr(vision_config, "vision_config", vision_config)
    vision_config.name_or_path = ""  # where it lay says something about this machine, not about the model
    width = getattr(vision_config, "hidden_size", None)
    if width is None or width != original.get("mm_hidden_size", width):
        raise CheckpointError(
            f"{tower} gives features of {width} numbers; {path} asks for {original.get('mm_hidden_size')}. "
            "Give the vision tower that the base names."
        )
    try:
        return EmolaConfig(
            vision_config=vision_config,
            text_config=LlamaConfig(
                **{key: original[key] for key in TEXT_KEYS if original.get(key) is not None}
            ),
            image_token_index=original[
                "vocab_size"
            ],  # behind the table: vocabulary and logits stay the reference's
            vision_feature_layer=original.get("mm_vision_select_layer", -2),
            vision_feature_select_strategy=strategy,
            dtype=original.get("torch_dtype", "float32"),
        )
    except (StrictDataclassError, TypeError, ValueError, KeyError) as error:
        raise CheckpointError(
            f"{path} holds a value that LLaVA can't have ({error}). Copy it again."
        ) from error


def write_base(source: Path, tower: Path, config: EmolaConfig, original: dict, target: Path) -> str:
    """Writes the base's weights, configuration, tokenizer and manifest to `target`; gives its identity."""
    target.mkdir(parents=True)
    length = original.get("tokenizer_model_max_length") or 2048
    tokenizer = from_sentencepiece(source / "tokenizer.model", config.image_token_id, length)
    EmolaProcessor.for_config(config, tokenizer, _image_processor(tower, config)).save_pretrained(target)
    with torch.device("meta"):
        wanted = {
            name: value.shape for name, value in EmolaForConditionalGeneration(config).state_dict().items()
        }
    if config.tie_word_embeddings:
        wanted.pop("lm_head.weight")
    places, files, size = {}, 0, 0
    for folder, tensors in _renamed_shards(source, tower):
        if config.tie_word_embeddings:
            tensors.pop("lm_head.weight", None)
        _check_tensors(tensors, wanted, places, folder)
        for group in split(tensors, FILE_LIMIT):
            files += 1
            name = f"model-{files:05d}.safetensors"
            write_tensors(group, target / name)
            places |= dict.fromkeys(group, name)
            size += sum(tensor.nbytes for tensor in group.values())
    if absent := sorted(set(wanted) - set(places)):
        raise CheckpointError(
            f"{source} and {tower} lack {len(absent)} tensors, {absent[0]} first. Copy them whole."
        )
    index = {"metadata": {"total_size": size}, "weight_map": dict(sorted(places.items()))}
    (target / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    config.save_pretrained(str(target))
    text = config.text_config
    GenerationConfig(
        bos_token_id=text.bos_token_id, eos_token_id=text.eos_token_id, pad_token_id=text.pad_token_id or 0
    ).save_pretrained(str(target))
    return manifest.write(target, "base", landmark_expert=None, landmark_width=0)["identity"]


def rename(name: str) -> str | None:
    """Our name of a tensor in LLaVA's original layout; None for those to leave out. Raises KeyError for any
    other.
    """
    if LEFT_OUT.fullmatch(name):
        return None
    if match := re.fullmatch(r"model\.mm_projector\.([02])\.(weight|bias)", name):
        return f"model.multi_modal_projector.{PROJECTOR_LAYERS[match[1]]}.{match[2]}"
    if re.fullmatch(r"model\.(embed_tokens|norm|layers\.\d+)\..+", name):
        return f"model.language_model.{name.removeprefix('model.')}"
    if name == "lm_head.weight":
        return name
    raise KeyError(name)


def _renamed_shards(source: Path, tower: Path) -> Iterator[tuple[Path, Tensors]]:
    for tensors in read_shards(source):
        try:
            names = {name: rename(name) for name in tensors}
        except KeyError as error:
            raise CheckpointError(
                f"{source} holds {error}, which LLaVA-1.5 on Llama has not. Give that base."
            ) from error
        yield source, {names[name]: tensor for name, tensor in tensors.items() if names[name]}
    for tensors in read_shards(tower):  # a whole CLIP has a text tower beside what is wanted
        seen = {name: tensor for name, tensor in tensors.items() if not NOT_SEEN.fullmatch(name)}
        yield tower, {f"model.vision_tower.{name.removeprefix('vision_model.')}": seen[name] for name in seen}


def _check_tensors(
    tensors: Tensors, wanted: dict[str, torch.Size], seen: dict[str, str], folder: Path
) -> None:
    for name, tensor in tensors.items():
        if name not in wanted or name in seen:
            raise CheckpointError(
                f"{folder}: {name} is {'there twice' if name in seen else 'not of this model'}. Copy again."
            )
        if tensor.shape != wanted[name]:
            raise CheckpointError(
                f"{folder}: {name} has the shape {tuple(tensor.shape)}; the configuration asks for "
                f"{tuple(wanted[name])}. "
                "Weights and configuration are not of one model."
            )
        if not tensor.is_floating_point():
            raise CheckpointError(
                f"{folder}: {name} holds {tensor.dtype}. Give weights that are not quantised."
            )


def named_tower(original: dict, source: Path) -> str:
    name = original.get("mm_vision_tower")
    if not isinstance(name, str) or not name:
        raise CheckpointError(
            f"{source / 'config.json'} names no vision tower. Give its folder with --vision DIR."
        )
    return name


def _image_processor(tower: Path, config: EmolaConfig):
    path = tower / "preprocessor_config.json"
    if not path.is_file():
        return default_image_processor(config.vision_config)
    siglip = config.vision_config.model_type == "siglip_vision_model"
    facts = {key: value for key, value in read_json(path).items() if not key.endswith(("_type", "_class"))}
    return (SiglipImageProcessorPil if siglip else CLIPImageProcessorPil)(**facts)
