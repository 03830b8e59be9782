"""The model repository's card: what is in it, and the figures of the last rounds."""

from collections.abc import Mapping, Sequence
from typing import Any

from db.models import Adapter, TrainingRun
from train.tuning.card import FRONT

_CARD = """
# EmoLA adapters of {name}

Each round of learning from people's corrections made one adapter for EmoLA (LoRA and both projectors), in its
own folder under `bundles/`, with its own card and `manifest.json`. The gate of EmoLA Studio decided by a gold
set that none of them learned from. A studio with `EMOLA_HUB_MODELS={name}` takes what was promoted over by
itself; by hand:

    python -m model.predict face.jpg --adapter {name}/bundles/FOLDER@main

Answers speak of the expression that a face shows, not of what the person feels. Inferring emotions of people
at work or in education is prohibited in the European Union (AI Act, Article 5(1)(f)).

REGE, 0 to 200, on each round's gold set, by the corrected scorer, with 95 % intervals:

| ended (UTC) | | bundle | gold faces | before | after | change | original set |
|---|---|---|---|---|---|---|---|
{rows}
"""


def card(name: str, runs: Sequence[TrainingRun], adapters: Mapping[int, Adapter]) -> str:
    """Return the card of a repository. runs: the newest first; adapters: by id."""
    rows = [_row(run, adapters) for run in runs if run.finished_at is not None]
    return FRONT + _CARD.format(name=name, rows="\n".join(rows))


def _row(run: TrainingRun, adapters: Mapping[int, Adapter]) -> str:
    sets = (run.report or {}).get("sets") or {}
    gold, original = sets.get("gold") or {}, sets.get("original") or {}
    made = adapters[run.adapter_id].revision[:16] if run.adapter_id is not None else ""
    change = gold.get("rege") or {}
    cells = (
        f"{run.finished_at:%Y-%m-%d %H:%M}",
        run.state,
        f"`{made}`" if made else "",
        str(gold.get("faces", "")),
        _value(gold, "current"),
        _value(gold, "candidate"),
        _number(change.get("difference"), "+") + _span((change.get("low"), change.get("high")), "+"),
        _number((original.get("rege") or {}).get("difference"), "+"),
    )
    return f"| {' | '.join(cells)} |"


def _value(measured: Mapping[str, Any], side: str) -> str:
    return _number(measured.get(side)) + _span((measured.get("intervals") or {}).get(side))


def _number(value: float | None, sign: str = "") -> str:
    return "" if value is None else f"{value:{sign}.1f}"


def _span(edges: Sequence[float | None] | None, sign: str = "") -> str:
    if not edges or None in edges:
        return ""
    return f" ({_number(edges[0], sign)} to {_number(edges[1], sign)})"
