"""Calibration: one temperature a task, fitted on held-out faces, and the error before and after.

A temperature T > 0 divides log-odds: above 1 it makes probabilities less sure, below 1 surer; it never
changes which label is likeliest. `calibration.json` next to the weights holds, for each task, the
temperature and the figures before and after (ECE: expected calibration error, 0..1, 15 bins of equal
width). Without the file T is 1: probabilities as they come. Source: Guo et al. 2017, "On Calibration of
Modern Neural Networks".
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from model import manifest
from model.errors import CheckpointError

FILE = "calibration.json"
BINS = 15
RANGE = (0.05, 20.0)


def read_temperatures(folder: Path | str) -> dict[str, float]:
    """Return task -> temperature of a folder of weights, empty without a file. Raises CheckpointError."""
    path = Path(folder) / FILE
    if not path.is_file():
        return {}
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        found = {task: float(of_task["temperature"]) for task, of_task in facts.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f'{path} is not a calibration ({error!r}); it should read like {{"au": {{"temperature": 1.2}}}}. '
            "Delete it to use probabilities as they come, or fit it again with python -m model.mini.evaluate."
        ) from error
    if wrong := {task: value for task, value in found.items() if not 0 < value < np.inf}:
        raise CheckpointError(f"{path} has temperatures {wrong}; they must be greater than 0. Fit it again.")
    return found


def write_calibration(folder: Path | str, facts: Mapping[str, Mapping[str, float]]) -> None:
    """Write task -> what `fit_one_of` or `fit_any_of` gave next to weights; renews their manifest."""
    folder = Path(folder)
    text = json.dumps({task: dict(of_task) for task, of_task in facts.items()}, indent=2)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")
    if not (folder / manifest.FILE).is_file():
        return
    known = json.loads((folder / manifest.FILE).read_text(encoding="utf-8"))
    kept = {
        name: value for name, value in known.items() if name not in ("format", "kind", "identity", "files")
    }
    manifest.write(folder, known["kind"], **kept)


def scale_one_of(probabilities: Mapping[str, float], temperature: float) -> dict[str, float]:
    """Return probabilities that sum to 1, after softmax(log p / T)."""
    logp = (
        np.log(np.clip(np.array(list(probabilities.values()), dtype=np.float64), 1e-30, None)) / temperature
    )
    odds = np.exp(logp - logp.max())
    return dict(zip(probabilities, (odds / odds.sum()).tolist(), strict=True))


def scale_any_of(probabilities: Mapping[str, float], temperature: float) -> dict[str, float]:
    """Return independent probabilities, each after sigmoid(logit(p) / T)."""
    values = np.array(list(probabilities.values()), dtype=np.float64)
    return dict(zip(probabilities, _sigmoid(_logit(values) / temperature).tolist(), strict=True))


def fit_one_of(probabilities: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Fit T for probabilities (n, labels), rows of which sum to 1. truth: (n,) indices of true labels."""
    logp = np.log(np.clip(np.asarray(probabilities, dtype=np.float64), 1e-30, None))
    rows = np.arange(len(logp))

    def scaled(temperature: float) -> np.ndarray:
        odds = np.exp((logp - logp.max(axis=1, keepdims=True)) / temperature)
        return odds / odds.sum(axis=1, keepdims=True)

    best = _minimum(lambda t: -np.log(np.clip(scaled(t)[rows, truth], 1e-12, None)).mean())
    right = logp.argmax(axis=1) == truth
    return _figures(best, scaled(1.0).max(axis=1), scaled(best).max(axis=1), right)


def fit_any_of(probabilities: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Fit T for independent probabilities. probabilities and truth (0 or 1): any shape, the same."""
    p, present = np.asarray(probabilities, dtype=np.float64).ravel(), np.asarray(truth, dtype=bool).ravel()
    logits = _logit(p)

    def loss(temperature: float) -> float:
        q = np.clip(_sigmoid(logits / temperature), 1e-12, 1 - 1e-12)
        return float(-np.where(present, np.log(q), np.log1p(-q)).mean())

    best = _minimum(loss)
    return _figures(best, p, _sigmoid(logits / best), present)


def expected_calibration_error(probabilities: np.ndarray, happened: np.ndarray, bins: int = BINS) -> float:
    """Return the mean gap between probability and frequency over bins of equal width, by their size."""
    p, happened = (
        np.asarray(probabilities, dtype=np.float64).ravel(),
        np.asarray(happened, dtype=np.float64).ravel(),
    )
    if not len(p):
        raise ValueError("Calibration error needs at least one probability; got none. Give a held-out split.")
    which = np.minimum((p * bins).astype(int), bins - 1)
    counts = np.bincount(which, minlength=bins)
    gaps = np.bincount(which, p - happened, minlength=bins)
    return float(np.abs(gaps).sum() / counts.sum())


def _figures(
    temperature: float, before: np.ndarray, after: np.ndarray, happened: np.ndarray
) -> dict[str, float]:
    return {
        "temperature": temperature,
        "ece_before": expected_calibration_error(before, happened),
        "ece_after": expected_calibration_error(after, happened),
        "n": int(np.size(happened)),
    }


def _minimum(loss) -> float:
    """The temperature of least loss: a grid in log T, refined around its best point three times."""
    low, high = np.log(RANGE[0]), np.log(RANGE[1])
    for _ in range(4):
        grid = np.linspace(low, high, 25)
        best = int(np.argmin([loss(float(np.exp(t))) for t in grid]))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return float(np.exp((low + high) / 2))


def _logit(p: np.ndarray) -> np.ndarray:
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return np.log(p) - np.log1p(-p)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))
