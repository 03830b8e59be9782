"""That a training ended, and with which bundle: so the same training is not done twice.

Noted in its work folder before its checkpoints go, so whoever is killed between the two finds one or the
other. Known by what decides on the result, as checkpoints are; a bundle that has gone or was changed counts
as none.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model import manifest
from model.errors import EmolaError
from train.tuning.bundle import Bundle, open_bundle

FILE = "finished.json"


def note(work: Path, facts: Mapping[str, Any], bundle: Bundle) -> None:
    """Write down that the training of these facts, JSON's types, ended with a bundle."""
    work.mkdir(parents=True, exist_ok=True)
    part = work / f".{FILE}.part"
    told = {"facts": dict(facts), "bundle": str(bundle.folder.resolve()), "revision": bundle.revision}
    with open(part, "w", encoding="utf-8") as file:
        json.dump(told, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, work / FILE)


def find(work: Path, facts: Mapping[str, Any]) -> Bundle | None:
    """Return the bundle that the training of these facts ended with, None where it has not."""
    try:
        told = json.loads((work / FILE).read_text(encoding="utf-8"))
        if told["facts"] != json.loads(json.dumps(dict(facts))):
            return None
        folder = Path(told["bundle"])
        known = manifest.verify(folder, "adapter")
    except (OSError, ValueError, KeyError, TypeError, EmolaError):
        return None
    return open_bundle(folder) if known["identity"] == told["revision"] else None
