"""What an EmoLA adapter is: LoRA on the language model's layers and both projectors in full, in one PEFT
bundle.

The bundle is PEFT's own format (adapter_config.json, adapter_model.safetensors) with EmoLA's config.json
and a manifest that names the base, the landmark expert and the vector's width. Loading is in
`model.load`.

Source: paper section 4.1 and the authors' training script (LoRA r=128, alpha=256, dropout 0.05).
"""

import copy
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model_state_dict

from model import manifest
from model.emola import EmolaConfig
from model.shards import write_tensors

# Names from the whole model's root, so that CLIP's own q_proj, k_proj and v_proj are never hit.
LAYERS = r"model\.language_model\.layers\.\d+\."
LINEARS = {
    "q_proj": "self_attn",
    "k_proj": "self_attn",
    "v_proj": "self_attn",
    "o_proj": "self_attn",
    "gate_proj": "mlp",
    "up_proj": "mlp",
    "down_proj": "mlp",
}
WEIGHTS = "adapter_model.safetensors"  # PEFT's name
PROJECTORS = ["multi_modal_projector", "landmark_projector"]


def lora_config(
    *, r=128, alpha=256, dropout=0.05, linears=tuple(LINEARS), projectors=tuple(PROJECTORS)
) -> LoraConfig:
    """PEFT's configuration of an EmoLA adapter; the defaults are the paper's. linears: which of LINEARS get
    LoRA.
    """
    places = "|".join(rf"{LINEARS[name]}\.{name}" for name in linears)
    return LoraConfig(
        r=r,
        lora_alpha=alpha,
        lora_dropout=dropout,
        bias="none",
        target_modules=rf"{LAYERS}({places})",
        modules_to_save=list(projectors),
    )


def save_adapter(
    model: PeftModel,
    folder: Path | str,
    *,
    base_identity: str,
    adapter_name: str = "default",
    weights: dict[str, torch.Tensor] | None = None,
) -> dict:
    """Writes one adapter of a PEFT model as a bundle and gives its manifest.

    base_identity: the `identity` in the base's manifest. weights: the model's state dict, where it was
    gathered from several processes. Raises OSError where the folder can't be written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # Not model.save_pretrained: it makes a folder for a named adapter, and asks the hub about the base.
    tensors = get_peft_model_state_dict(
        model, state_dict=weights, adapter_name=adapter_name, save_embedding_layers=False
    )
    write_tensors({name: tensor.detach().cpu() for name, tensor in tensors.items()}, folder / WEIGHTS)
    return finish_bundle(
        folder, model.peft_config[adapter_name], model.get_base_model().config, base_identity
    )


def finish_bundle(folder: Path, peft_config: LoraConfig, config: EmolaConfig, base_identity: str) -> dict:
    """Adds both configurations and the manifest to a folder that holds an adapter's weights; gives the
    manifest.
    """
    peft_config, config = copy.deepcopy(peft_config), copy.deepcopy(config)
    peft_config.inference_mode = True
    peft_config.base_model_name_or_path = None  # where the base lay; base_identity says which it is
    config.name_or_path = ""
    peft_config.save_pretrained(str(folder))
    config.save_pretrained(str(folder))
    return manifest.write(
        folder,
        "adapter",
        base_identity=base_identity,
        landmark_expert=config.landmark_expert,
        landmark_width=config.landmark_width,
    )
