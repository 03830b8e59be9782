"""What people call the model that gave an answer, by the identities of all that had a part in it."""

from collections.abc import Mapping
from functools import cache

from model import manifest
from model.predictor import MINI

SHOWN = 7
"""Digits of an identity, as the top line has them."""


def model_name(revisions: Mapping[str, str | None]) -> str:
    """Return "mini", a hub id's or folder's last part, or "model 3f9a2c1"; an adapter's digits after it.

    revisions: as `Prediction.revisions`, of which base and the adapters count.
    """
    base = (revisions.get("base") or "").rsplit("@", 1)[0].rstrip("/").rsplit("/", 1)[-1]
    if base == _mini():
        base = "mini"
    elif len(base) == 64 and not base.strip("0123456789abcdef"):
        base = f"model {base[:SHOWN]}"
    adapters = (revisions[name] for name in sorted(revisions) if name.startswith("adapter_"))
    adapter = next(filter(None, adapters), "")
    return f"{base or 'model'} {adapter[:SHOWN]}".strip()


@cache
def _mini() -> str:
    """Return the identity of the base model that comes with the studio."""
    return manifest.read(MINI, "base")["identity"]
