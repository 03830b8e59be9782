"""The model card of a bundle: README.md, as the Hugging Face Hub shows it, from the manifest's facts."""

from collections.abc import Mapping
from typing import Any

FRONT = """---
library_name: peft
pipeline_tag: image-text-to-text
tags:
- emola
- facial-expression
- action-units
---
"""
"""By what the hub knows an adapter of EmoLA, or a repository of them."""

_CARD = """
# EmoLA adapter

Answers, about one face in a picture: {asked}. It is a PEFT adapter (LoRA of rank {rank} on the language
model's layers, both projectors in full) for the base model `{base}`, and was trained by EmoLA Studio{parent}.

    python -m model.predict face.jpg --base BASE --adapter THIS_FOLDER

## Shown, not felt

Answers speak of the expression that a face shows, not of what the person feels. Inferring emotions of people
at work or in education is prohibited in the European Union (AI Act, Article 5(1)(f)); elsewhere people must
be told (Article 50). Don't use it to decide about anybody.

## Training

| | |
|---|---|
| snapshot | `{snapshot}` |
| rows | {rows} |
| steps | {steps}, seed {seed}, recipe {recipe} |
| loss, first and last step | {first:.4f}, {last:.4f} nats a weighted token |
| landmark expert | {expert}, {width} numbers a face |
| made with | {versions} |

`manifest.json` has all options, the loss curve, every file's SHA-256, the answers on three probe faces, and,
once it was measured, its metrics. The calibration of probabilities is that of the model it was trained from;
fit it anew where probabilities matter. If a face of the snapshot is erased, `python -m train.dataset --check`
names this adapter.
{notice}"""


def card(facts: Mapping[str, Any], notice: str = "") -> str:
    """Return the card for a manifest's facts. notice: the landmark expert's terms, if it has any."""
    options, rows = facts["options"], facts.get("rows") or {}
    return FRONT + _CARD.format(
        asked=" and ".join(
            {"emotion": "which emotion", "au": "which action units"}[t] for t in facts["tasks"]
        ),
        rank=options["r"],
        base=facts["base_identity"],
        parent=f", from the adapter `{facts['parent']}`" if facts["parent"] else ", as a new adapter",
        snapshot=facts.get("snapshot") or "none was named",
        rows=", ".join(f"{name} {count}" for name, count in rows.items()) or "not counted",
        steps=facts["steps"],
        seed=facts["seed"],
        recipe=options["recipe"],
        first=facts["loss"]["first"],
        last=facts["loss"]["last"],
        expert=facts["landmark_expert"],
        width=facts["landmark_width"],
        versions=", ".join(f"{name} {version}" for name, version in facts["versions"].items()),
        notice=f"\n## Landmarks\n\n{notice}\n" if notice else "",
    )
