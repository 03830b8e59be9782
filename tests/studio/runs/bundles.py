"""Real adapter bundles for a base, made without training: LoRA that changes something, projectors, probes."""

from pathlib import Path

import torch
from peft import get_peft_model

from model import manifest
from model.adapter import lora_config, save_adapter
from model.load import load
from model.predictor import Predictor
from model.probes import probe_answers, probed_in


def make_bundle(base: Path, folder: Path, *, seed: int = 0, strength: float = 0.0, expert=None) -> dict:
    """Write a bundle for both tasks and return its manifest, with its answers on the probe faces.

    strength: of the change to the language model; 0 changes the projectors' weights by nothing one could see.
    """
    torch.manual_seed(seed)
    model, _ = load(base)
    known = manifest.read(base, "base")
    model = get_peft_model(model, lora_config(r=2, alpha=4, dropout=0.0))
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            if "lora_B" in name:
                tensor.normal_(std=strength) if strength else tensor.fill_(1e-6 * (seed + 1))
    facts = save_adapter(model, folder, base_identity=known["identity"])
    fixed = {key: facts[key] for key in ("base_identity", "landmark_expert", "landmark_width")}
    loaded = Predictor(base, folder, expert=expert)
    proof = {"probes": probe_answers(loaded), "probed_in": probed_in(loaded)}
    return manifest.write(folder, "adapter", **fixed, tasks=["emotion", "au"], **proof)
