"""The one folder that comes out of a training: an adapter with its projectors, and all that is known of it.

PEFT's adapter_config.json and adapter_model.safetensors (both projectors inside), EmoLA's config.json, the
calibration of whatever it was trained from, README.md, and manifest.json with every file's hash, what it was
trained from and on, and its answers on the probe faces. It is made in a hidden folder, loaded once as the
studio loads it, and only then put in its place: nobody sees half of one. The same training gives the same
bundle; no time of day is in it.
"""

import importlib.metadata
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch

from model import calibration, hub, manifest
from model.adapter import save_adapter
from model.landmarks import LandmarkExpert
from model.predictor import MINI, Predictor
from model.probes import probe_answers, probed_in
from train.errors import TrainingError
from train.tuning.card import card
from train.tuning.loop import Learned

LIBRARIES = ("torch", "transformers", "peft", "accelerate", "safetensors", "numpy")
CURVE = 50
"""Points of the loss curve that the manifest keeps, at most."""


@dataclass(frozen=True)
class Bundle:
    """A finished bundle: its folder, its revision (the manifest's identity), its manifest."""

    folder: Path
    revision: str
    manifest: dict[str, Any]


def write_bundle(begun, learned: Learned, facts: Mapping[str, Any], expert: LandmarkExpert | None) -> Bundle:
    """Write what was learned as a bundle into the options' `out`.

    begun: the `Start`. facts: more for the manifest. Raises TrainingError where there is no room,
    CheckpointError where it does not load again.
    """
    out = Path(begun.options.out)
    part = out / f".{uuid4().hex}.part"
    try:
        part.mkdir(parents=True)
        known = _files(part, begun, learned)
        found = {**_facts(begun, learned), **facts}
        predictor = _predictor(part, begun, expert)
        found |= {"probes": probe_answers(predictor), "probed_in": probed_in(predictor)}
        text = card({**known, **found}, predictor.expert.notice)
        (part / "README.md").write_text(text, encoding="utf-8")
        fixed = {key: known[key] for key in ("base_identity", "landmark_expert", "landmark_width")}
        known = manifest.write(part, "adapter", **fixed, **found)
        _sync(part)
        folder = out / known["identity"][:16]
        if folder.exists():
            manifest.verify(folder, "adapter")  # the same training, done before
        else:
            os.replace(part, folder)
    except OSError as error:
        raise TrainingError(
            f"The bundle could not be written to {out} ({error.strerror or error}). Make room there, or give "
            "another --out, and start the same training again: it takes up its last checkpoint."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return open_bundle(folder)


def open_bundle(folder: Path) -> Bundle:
    """Return a bundle that is there. Raises CheckpointError."""
    known = manifest.read(folder, "adapter")
    return Bundle(Path(folder), known["identity"], known)


def add_facts(folder: Path, **facts: Any) -> Bundle:
    """Add facts that were found later, such as metrics, to a bundle's manifest, at once and for good."""
    known = {**manifest.read(folder, "adapter"), **facts}
    part = Path(folder) / f".{uuid4().hex}.part"
    part.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
    os.replace(part, Path(folder) / manifest.FILE)
    return open_bundle(folder)


def _files(part: Path, begun, learned: Learned) -> dict[str, Any]:
    """Write weights, configurations and calibration; give the first manifest."""
    before = hub.fetch(begun.options.adapter or begun.base) / calibration.FILE
    if before.is_file():
        shutil.copyfile(before, part / calibration.FILE)
    return save_adapter(
        begun.model,
        part,
        base_identity=begun.base_identity,
        adapter_name=begun.model.active_adapter,
        weights=learned.weights,
    )


def _facts(begun, learned: Learned) -> dict[str, Any]:
    losses = learned.losses
    chosen = torch.linspace(0, len(losses) - 1, min(CURVE, len(losses))).round().long().tolist()
    return {
        "tasks": list(begun.options.tasks),
        "parent": begun.parent,
        "seed": begun.options.seed,
        "steps": len(losses),
        "options": begun.options.decisive(),
        "versions": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "loss": {"first": losses[0], "last": losses[-1], "curve": [[i, losses[i]] for i in chosen]},
    }


def _predictor(part: Path, begun, expert: LandmarkExpert | None) -> Predictor:
    adapters = {"adapter": part}
    if len(begun.options.tasks) == 1:
        adapters = {f"adapter_{begun.options.tasks[0]}": part}
    base = begun.options.base or MINI
    return Predictor(base, **adapters, expert=expert)


def _sync(folder: Path) -> None:
    for file in folder.iterdir():
        with open(file, "rb") as handle:
            os.fsync(handle.fileno())
