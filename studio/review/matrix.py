"""Answers on one face side by side: a column for each annotator, the model and the gold label; a row a label.

Plain values in, JSON out. A cell is {"state", "intensity", "side"} for an action unit, {"state": name} for an
emotion, null where nothing was said of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from db.disputes import differences
from db.models import GoldLabel, Prediction
from db.review import Answer
from model.facs import ACTION_UNITS
from model.tasks import TASKS
from studio.annotate.rationale import differences as text_differences
from studio.annotate.shapes import shown_prediction

ALIKE = 0.5
"""Share of a text's letters that stand in the other too, below which marks would be more than the text."""


def columns(answers: Sequence[Answer], said: Prediction | None, gold: GoldLabel | None, tasks: Sequence[str]):
    """Return the columns: annotators in the order of their saves, then the model, then the gold label."""
    found = [_annotator(answer, tasks) for answer in answers]
    if said is not None:
        shown = shown_prediction(said, tasks)
        found.append(
            {
                "kind": "model",
                "name": shown["model"],
                "cells": _model_cells(shown["labels"], tasks),
                "rationales": shown["rationales"],
            }
        )
    if gold is not None:
        found.append(
            {
                "kind": "gold",
                "name": "Gold",
                "cells": cells(gold.labels or {}, tasks),
                "rationales": gold.rationales or {},
            }
        )
    return found


def rows(columns: Sequence[Mapping[str, Any]], answers: Sequence[Answer], tasks: Sequence[str]):
    """Return the rows in three groups: disputed, then what somebody saw, then what nobody did."""
    disputed = differences([answer.annotation.labels for answer in answers if answer.annotation.labels])
    found = []
    for key, name, title in _labels(tasks):
        given = [column["cells"].get(key) for column in columns]
        seen = any(cell and cell["state"] != "absent" for cell in given)
        group = "disputed" if key in disputed else "seen" if seen else "rest"
        row = {"key": key, "name": name, "title": title, "group": group}
        people = [column["cells"].get(key) for column in columns if column["kind"] == "annotator"]
        row["agreed"] = None if key in disputed else _common([cell for cell in people if cell])
        found.append(row)
    order = ("disputed", "seen", "rest")
    return sorted(found, key=lambda row: order.index(row["group"]))


def texts(columns: Sequence[Mapping[str, Any]], tasks: Sequence[str]) -> list[dict[str, Any]]:
    """Return each task's rationales: {"task", "texts"}, by column, in pieces marked where they differ from
    the model's text or else from the first annotator's, `compared`: whichever they have much in common with.
    """
    found = []
    for task in tasks:
        of = [place for place, column in enumerate(columns) if column["rationales"].get(task)]
        models = [place for place in of if columns[place]["kind"] == "model"]
        bases = [*models, *of[:1]]
        of = [*models, *(place for place in of if place not in models)]
        found.append({"task": task, "texts": [_text(columns, place, bases, task) for place in of]})
    return found


def _text(
    columns: Sequence[Mapping[str, Any]], place: int, bases: Sequence[int], task: str
) -> dict[str, Any]:
    text = columns[place]["rationales"][task]
    for base in bases if place not in bases[:1] else ():
        marked = text_differences(columns[base]["rationales"][task], text)
        kept = sum(len(words.strip()) for kind, words in marked if kind == "same")
        if base != place and kept >= ALIKE * len(text):
            found = {"pieces": marked, "compared": base, "same": all(kind == "same" for kind, _ in marked)}
            return {"column": place, "text": text, **found}
    return {"column": place, "text": text, "pieces": [["same", text]], "compared": None, "same": False}


def cells(labels: Mapping[str, Any], tasks: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return labels as cells by row."""
    found = {}
    if "emotion" in tasks and labels.get("emotion"):
        found["emotion"] = {"state": labels["emotion"]}
    if "au" in tasks:
        for name, said in (labels.get("au") or {}).items():
            found[f"au/{name}"] = dict(said) if isinstance(said, Mapping) else {"state": str(said)}
    return found


def _annotator(answer: Answer, tasks: Sequence[str]) -> dict[str, Any]:
    row, first = answer.annotation, answer.first_pass
    return {
        "kind": "annotator",
        "name": answer.name,
        "annotation_id": row.id,
        "annotator_id": row.annotator_id,
        "cells": cells(row.labels or {}, tasks),
        "rationales": row.rationales or {},
        "first_pass": cells(first.labels or {}, tasks) if first and first.id != row.id else None,
        "saw_model": row.prediction_id is not None,
        "skipped": row.reason if row.kind == "skip" else None,
        "flag": row.flag,
        "check": answer.purpose == "check",
        "seconds": row.seconds,
        "at": row.created_at.isoformat(),
    }


def _model_cells(labels: Mapping[str, Any], tasks: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the model's labels as cells; an action unit that it does not name is absent."""
    found = cells({"emotion": labels.get("emotion")}, tasks)
    if "au" in labels:
        present = set(labels["au"])
        names = TASKS["au"].labels
        found |= {f"au/{name}": {"state": "present" if name in present else "absent"} for name in names}
    return found


def _labels(tasks: Sequence[str]):
    """Yield (key, short name, what it is) of each label of a study's tasks."""
    if "emotion" in tasks:
        yield "emotion", "Emotion", "shown expression, not felt emotion"
    if "au" in tasks:
        for name in TASKS["au"].labels:
            yield f"au/{name}", name, ACTION_UNITS[name].name.lower()


def _common(said: Sequence[Mapping[str, str]]) -> dict[str, str] | None:
    """Return what all said, with intensity and side only where they are the same too."""
    if not said:
        return None
    first = said[0]
    return {part: value for part, value in first.items() if all(one.get(part) == value for one in said)}
