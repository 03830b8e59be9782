"""The cards of labels: how often each was given, and how often people said otherwise than the model."""

from typing import Any

from studio import charts
from studio.charts import Cell
from studio.review.cards import bar, card, listed, named, nothing, told
from studio.review.measure import Measure


def given(found: dict[str, Any]) -> str:
    """How often each emotion and each action unit was given."""
    cards = ""
    if said := found["labels"]["emotion"]:
        rows = [bar(one["name"], one["share"], (_times(one["share"]),), percent=True) for one in said]
        body = charts.bars("Emotions", rows, ["Emotion", "", "Share", "Times"])
        cards += card("Emotions given", "labels", body)
    if units := found["labels"]["au"]:
        seen = [one for one in units if one["share"].value]
        rows = [
            bar(
                one["name"],
                one["share"],
                (_times(one["share"]), _letters(one["intensities"]), f"{one['not_visible']:,}"),
                percent=True,
            )
            for one in seen
        ]
        never = [one["name"] for one in units if not one["share"].value]
        heads = ["Action unit", "", "Present", "Times", "A B C D E", "Not visible"]
        body = charts.bars("Action units", rows, heads) if rows else nothing("No action unit was seen yet.")
        note = (f"Never seen: {listed(never)}. " if never and rows else "") + _latest(found)
        cards += card("Action units given", "labels", body, note=note)
    return cards


def corrected(found: dict[str, Any]) -> str:
    """How often the model was corrected, by action unit and by emotion."""
    corrections = found["corrections"]
    if not corrections["emotion"] and not corrections["au"]:
        words = "No answer was given to a face that the model had predicted. Pre-annotate in the Data tab."
        return card("How often the model was corrected", "corrected", nothing(words))
    cards = ""
    if corrections["au"]:
        wrong = [one for one in corrections["au"] if one["share"].value]
        kept = [one["name"] for one in corrections["au"] if not one["share"].value]
        rows = [
            bar(
                one["name"],
                one["share"],
                (f"{one['added']:,}", f"{one['removed']:,}", f"{one['share'].n:,}"),
                percent=True,
                tone="amber",
            )
            for one in sorted(wrong, key=lambda one: -one["share"].value)
        ]
        heads = ["Action unit", "", "Corrected", "Added", "Removed", "Answers"]
        caption = "Corrections of the model by action unit"
        body = charts.bars(caption, rows, heads) if rows else nothing("No action unit was corrected.")
        note = (f"Never corrected: {listed(kept)}. " if kept and rows else "") + _latest(found)
        cards += card("The model corrected, by action unit", "corrected", body, note=note)
    if corrections["emotion"]:
        share = corrections["emotion_share"]
        note = f"{told(share, percent=True)} of {share.n:,} answers name another emotion than the model."
        cards += card(
            "The model corrected, by emotion", "corrected", _emotions(corrections["emotion"]), note=note
        )
    return cards


def _emotions(pairs: list[dict[str, Any]]) -> str:
    """Return the matrix: a row what the model said, a column what people said."""
    number = {(pair["model"], pair["said"]): pair["number"] for pair in pairs}
    by_model = list(dict.fromkeys(pair["model"] for pair in pairs))
    names = [*by_model, *sorted({pair["said"] for pair in pairs} - set(by_model))]
    rows = []
    for model in by_model:
        total = sum(number.get((model, said), 0) for said in names)
        cells = [_cell(number.get((model, said), 0), total, model, said) for said in names]
        rows.append((f"model: {model}", cells))
    columns = [named(name) for name in names]
    return charts.matrix("Emotions: what the model said, and what people said", "", columns, rows)


def _cell(number: int, total: int, model: str, said: str) -> Cell:
    words = f"{number:,} of {total:,}: the model said {model}, the person {named(said)}"
    return Cell(f"{number:,}" if number else "", number / total, words, "" if said == model else "amber")


def _latest(found: dict[str, Any]) -> str:
    return f"Of the last {found['latest']:,} saves." if found["latest"] else ""


def _times(share: Measure) -> str:
    return "" if share.value is None else f"{round(share.value * share.n):,}"


def _letters(found: dict[str, int]) -> str:
    return " ".join(f"{number:,}" for number in found.values()) if any(found.values()) else "–"
