"""The authors' adapter folder, read and checked against its base, and written as one PEFT bundle.

LoRA comes from adapter_model.bin, the image projector from non_lora_trainables.bin (over the base's), the
landmark projector from landmark_feature_projector.bin only: without that file the reference's own would
stay random.

Layout: EMOLA's `emollava/model/builder.py`, which reads these files, and what its training wrote.
"""

import re
from pathlib import Path

import torch
from peft import LoraConfig

from model import adapter as bundles
from model.emola import EmolaConfig, EmolaForConditionalGeneration
from model.errors import CheckpointError
from model.shards import Tensors, read_json, read_tensors, write_tensors

EXPERT, WIDTH = "insightface_106", 212  # the only prior that the authors' layout has
PROJECTOR_LAYERS = {"0": "linear_1", "2": "linear_2"}
SHAPE_KEYS = ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
# Later PEFT's options that change the arithmetic; the reference's version had none of them.
FOREIGN = ("use_rslora", "use_dora", "rank_pattern", "alpha_pattern", "fan_in_fan_out", "layers_to_transform")
LORA = re.compile(r"base_model\.model\.model\.(layers\.\d+\.(?:self_attn|mlp)\.\w+\.lora_[AB]\.weight)")


def read_adapter(source: Path, base: EmolaConfig) -> tuple[Tensors, LoraConfig, EmolaConfig]:
    """The tensors under our names, PEFT's configuration and the model's with its prior. Raises
    CheckpointError.
    """
    _check_config(read_json(source / "config.json"), base, source / "config.json")
    settings, linears = _lora_settings(source / "adapter_config.json")
    tensors = {
        **_lora(source / "adapter_model.bin"),
        **_projector(source / "non_lora_trainables.bin", "mm_projector", "multi_modal_projector"),
        **_projector(
            source / "landmark_feature_projector.bin", "landmark_feature_projector", "landmark_projector"
        ),
    }
    config = EmolaConfig(**{**base.to_dict(), "landmark_width": WIDTH, "landmark_expert": EXPERT})
    wanted = _shapes(config, linears, settings["r"])
    for name in sorted(wanted.keys() | tensors.keys()):
        got = tuple(tensors[name].shape) if name in tensors else "missing"
        if got != wanted.get(name):
            raise CheckpointError(
                f"{source}: {name} is {got}, but the base and adapter_config.json ask for "
                f"{wanted.get(name, 'none')}. "
                f"The files are not of one adapter on this base with the landmark expert {EXPERT!r} "
                f"({WIDTH} numbers)."
            )
    peft_config = bundles.lora_config(
        r=settings["r"],
        alpha=settings["lora_alpha"],
        dropout=settings.get("lora_dropout") or 0.0,
        linears=linears,
    )
    return tensors, peft_config, config


def write_adapter(
    tensors: Tensors, peft_config: LoraConfig, config: EmolaConfig, base_identity: str, target: Path
) -> None:
    """Writes what `read_adapter` gave as a bundle for the base of that identity."""
    target.mkdir(parents=True)
    write_tensors(
        {f"base_model.model.{name}": tensor for name, tensor in tensors.items()}, target / bundles.WEIGHTS
    )
    bundles.finish_bundle(target, peft_config, config, base_identity)


def _check_config(described: dict, base: EmolaConfig, path: Path) -> None:
    if (kind := described.get("model_type")) != "emollava":
        raise CheckpointError(
            f"{path} is of a {kind!r} model; an EmoLA adapter says 'emollava'. Give the adapter's folder."
        )
    if (width := described.get("landmark_feature_hidden_size", WIDTH)) != WIDTH:
        raise CheckpointError(
            f"{path}: landmark_feature_hidden_size is {width!r}; the authors' prior is {WIDTH} numbers from "
            "the landmark "
            f"expert {EXPERT!r}. Give an adapter that was trained with that one."
        )
    for key in SHAPE_KEYS:
        ours, theirs = getattr(base.text_config, key), described.get(key)
        if ours != theirs:
            raise CheckpointError(
                f"{path}: {key} is {theirs}, the base's is {ours}. Give the base that it was trained on."
            )


def _lora_settings(path: Path) -> tuple[dict, list[str]]:
    settings = read_json(path)
    linears = settings.get("target_modules")
    if settings.get("peft_type") != "LORA" or settings.get("bias") != "none" or not isinstance(linears, list):
        raise CheckpointError(
            f"{path} is not of a LoRA adapter without biases on a list of modules. Copy it again."
        )
    if strange := sorted(set(linears) - set(bundles.LINEARS)):
        raise CheckpointError(
            f"{path} puts LoRA on {', '.join(strange)}; EmoLA's is on {', '.join(bundles.LINEARS)}."
        )
    if foreign := [key for key in FOREIGN if settings.get(key)]:
        raise CheckpointError(
            f"{path} sets {', '.join(foreign)}, which EmoLA's adapters don't use. Copy it again."
        )
    for key in ("r", "lora_alpha"):
        if not isinstance(settings.get(key), int) or settings[key] < 1:
            raise CheckpointError(
                f"{path}: {key} is {settings.get(key)!r}; it must be a positive integer. Copy it again."
            )
    return settings, sorted(linears)


def _lora(path: Path) -> Tensors:
    tensors = read_tensors(path)
    matches = {name: LORA.fullmatch(name) for name in tensors}
    if strange := [name for name, match in matches.items() if match is None]:
        raise CheckpointError(
            f"{path} holds {strange[0]}, which is no LoRA of the language model's layers. Copy it again."
        )
    return {f"model.language_model.{matches[name][1]}": tensor for name, tensor in tensors.items()}


def _projector(path: Path, theirs: str, ours: str) -> Tensors:
    """The four tensors of one projector, from that file only. Raises CheckpointError where file or tensor
    is missing.
    """
    if not path.is_file():
        raise CheckpointError(
            f"{path} is missing; without it the {theirs} would be random. Copy the whole adapter folder."
        )
    found = {name.removeprefix("base_model.model."): tensor for name, tensor in read_tensors(path).items()}
    names = {
        f"model.{theirs}.{place}.{part}": f"model.{ours}.{name}.{part}"
        for place, name in PROJECTOR_LAYERS.items()
        for part in ("weight", "bias")
    }
    if absent := sorted(set(names) - set(found)):
        raise CheckpointError(f"{path} lacks {', '.join(absent)}. Copy the whole adapter folder.")
    return {renamed: found[name] for name, renamed in names.items()}


def _shapes(config: EmolaConfig, linears: list[str], rank: int) -> dict[str, tuple[int, ...]]:
    """What a complete adapter of that rank holds on a model of that configuration."""
    with torch.device("meta"):
        modules = dict(EmolaForConditionalGeneration(config).named_modules())
    shapes = {}
    for layer in range(config.text_config.num_hidden_layers):
        for linear in linears:
            name = f"model.language_model.layers.{layer}.{bundles.LINEARS[linear]}.{linear}"
            shapes[f"{name}.lora_A.weight"] = (rank, modules[name].in_features)
            shapes[f"{name}.lora_B.weight"] = (modules[name].out_features, rank)
    for projector in bundles.PROJECTORS:
        for name, value in modules[f"model.{projector}"].named_parameters():
            shapes[f"model.{projector}.{name}"] = tuple(value.shape)
    return shapes
