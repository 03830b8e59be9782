"""The reference scorer's own outputs, and how its evaluation files look."""

import json
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"


def golden(name: str):
    """The records of one golden file."""
    return json.loads((DATA / "goldens" / "metrics" / f"{name}.json").read_text(encoding="utf-8"))


def truth_and_answers(samples: list[dict]) -> tuple[list[dict], dict[str, str]]:
    """A golden set's samples as the evaluation JSON's entries, and the answers by id."""
    entries = [{"id": each["id"], "label": each["label"], "gpt4": each["reference"]} for each in samples]
    return entries, {each["id"]: each["prediction"] for each in samples}


def adversarial(task: str) -> list[dict]:
    """The hand-checked sentences of a task: `text`, and `truth` as the corrected scorer should read it."""
    lines = (DATA / "bench" / "adversarial.jsonl").read_text(encoding="utf-8").splitlines()
    return [each for each in map(json.loads, lines) if each["task"] == task]
