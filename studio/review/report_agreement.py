"""The cards of agreement: by label, two by two, over all labels, on intensity."""

import html
from typing import Any

from studio import charts
from studio.charts import Cell
from studio.review.cards import KAPPA, bar, card, listed, named, nothing, told

ALONE = "No face was labelled by two people yet. Give the study an overlap of 2 or more in the Data tab."


def by_set(found: dict[str, Any]) -> str:
    """Krippendorff's alpha."""
    names = {"emotion": "Emotion", "au": "All action units", "intensity": "Intensity, ordinal"}
    sets = found["agreement"]["sets"]
    rows = [bar(names[name], measure, (f"{measure.n:,}",)) for name, measure in sets.items()]
    if all(measure.value is None for measure in sets.values()):
        return card("Krippendorff’s alpha", "sets", nothing(f"Not defined yet: {sets['au'].why}."))
    body = charts.bars("Krippendorff's alpha", rows, ["Labels", "", "Alpha", "Faces"], KAPPA)
    return card("Krippendorff’s alpha", "sets", body, note=_basis(found))


def by_label(found: dict[str, Any]) -> str:
    """Fleiss' kappa of each label with plain agreement and prevalence beside it, and a warning of skew."""
    labels = found["agreement"]["labels"]
    if not labels:
        return card("Agreement by label", "agreement", nothing(ALONE))
    rows = [
        bar(
            label["name"],
            label["fleiss"],
            (
                told(label["agreed"], percent=True),
                "" if label["prevalence"] is None else f"{100 * label['prevalence']:.0f} %",
                f"{label['fleiss'].n:,}",
            ),
            tone="amber" if label["skew"] else "",
        )
        for label in labels
        if label["fleiss"].value is not None
    ]
    alike = [label["name"] for label in labels if label["fleiss"].value is None]
    heads = ["Label", "", "Fleiss’ kappa", "Agreement", "Prevalence", "Faces"]
    body = charts.bars("Agreement by label", rows, heads, KAPPA) if rows else ""
    warnings = [label["skew"] for label in labels if label["skew"] and label["fleiss"].value is not None]
    if warnings:
        said = "".join(f"<li>{html.escape(words)}</li>" for words in warnings)
        number = "1 label is" if len(warnings) == 1 else f"{len(warnings)} labels are"
        head = f"<summary>{number} too one-sided for kappa</summary>"
        body += f'<details class="skew">{head}<ul>{said}</ul></details>'
    note = f"Kappa is not defined where everybody always says the same: {listed(alike)}. " if alike else ""
    return card("Agreement by label", "agreement", body, note=note + _basis(found))


def by_pair(found: dict[str, Any]) -> str:
    """Cohen's kappa of each two people."""
    pairs = found["agreement"]["pairs"]
    labels = [
        one for one in found["agreement"]["labels"] if any(pair.value is not None for pair in one["cohen"])
    ]
    if not pairs or not labels:
        return ""
    columns = [f"{' and '.join(pair['people'])} (n {pair['faces']:,})" for pair in pairs]
    rows = [(named(label["name"]), [_cell(one) for one in label["cohen"]]) for label in labels]
    drawing = charts.matrix("Cohen's kappa of each pair", "", columns, rows)
    return card("Two by two: Cohen’s kappa", "cohen", drawing)


def _cell(measure: Any) -> Cell:
    words = measure.why or f"{told(measure)}, {measure.n:,} faces"
    return Cell(told(measure).split(" ")[0], max(0.0, measure.value or 0.0), words)


def intensity(found: dict[str, Any]) -> str:
    """ICC of each action unit's intensity."""
    units = [unit for unit in found["agreement"]["intensity"] if unit["one"].value is not None]
    if not units:
        words = "No action unit has different intensities from two people on the same faces yet."
        return card("Agreement on intensity", "intensity", nothing(words))
    rows = [
        bar(unit["name"], unit["one"], (told(unit["mean"]), str(unit["annotators"]), f"{unit['one'].n:,}"))
        for unit in units
    ]
    heads = ["Action unit", "", "ICC(2,1)", "ICC(2,k)", "k", "Faces"]
    body = charts.bars("Agreement on intensity", rows, heads, KAPPA)
    return card("Agreement on intensity", "intensity", body)


def _basis(found: dict[str, Any]) -> str:
    """Say on which answers agreement rests."""
    faces = f"{found['agreement']['faces']:,} faces with two answers or more"
    if found["agreement"]["first_pass"]:
        return f"{faces}; first passes only, before anybody saw the model’s answer."
    if found["mode"] == "open":
        return (
            f"{faces}. The model’s answer was in sight, which makes people agree more than they would alone."
        )
    return f"{faces}."
