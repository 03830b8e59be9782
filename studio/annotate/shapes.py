"""How rows look as JSON: a save, and the model's answer; nothing here decides who may see them."""

from collections.abc import Sequence
from typing import Any

from db.models import Annotation, Prediction
from studio.au_only import without_emotion
from studio.model_name import model_name


def shown_save(row: Annotation) -> dict[str, Any]:
    """Return a save as the page gets it; `at` is a moment in UTC, ISO 8601."""
    return {
        "id": row.id,
        "kind": row.kind,
        "labels": row.labels,
        "rationales": row.rationales,
        "flag": row.flag,
        "reason": row.reason,
        "at": row.created_at.isoformat(),
    }


def shown_prediction(row: Prediction, tasks: Sequence[str], serving: str | None = None) -> dict[str, Any]:
    """Return the model's answer on what a study asks: labels, rationales and probabilities (0..1) by task.

    serving: the revision of the model in use; `older` says that another one gave this answer.
    """
    said = {name: row.rationales.get(name) for name in tasks if row.rationales.get(name)}
    if "emotion" not in tasks:
        said = {name: without_emotion(words) for name, words in said.items()}
    return {
        "id": row.id,
        "revision": row.revision,
        "older": serving is not None and row.revision != serving,
        "model": model_name(row.revisions),
        "labels": {name: row.labels[name] for name in tasks if name in row.labels},
        "rationales": said,
        "probabilities": {name: row.probabilities[name] for name in tasks if name in row.probabilities},
    }
