"""The numbers as HTML: how far a study is, how fast, how well each annotator does, and the other cards."""

import html
from datetime import date
from typing import Any

from studio import charts
from studio.charts import Bar, Cell
from studio.review.cards import card, nothing, told
from studio.review.report_agreement import by_label, by_pair, by_set, intensity
from studio.review.report_labels import corrected, given

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STATES = {
    "full": "finished",
    "started": "begun",
    "fresh": "untouched",
    "check": "kept as checks",
    "withdrawn": "withdrawn",
}


def report(found: dict[str, Any]) -> str:
    """Return all cards of a study's numbers (`studio.review.numbers`)."""
    cards = (progress, throughput, people, corrected, by_set, by_label, by_pair, intensity, given)
    return "".join(one(found) for one in cards)


def progress(found: dict[str, Any]) -> str:
    """How many faces are finished."""
    states, lists = found["progress"]["states"], found["progress"]["lists"]
    total = sum(number for name, number in states.items() if name not in ("check", "withdrawn"))
    lead = f'<p class="lead"><b>{states.get("full", 0):,}</b> of {total:,} faces finished</p>'
    parts = "".join(
        f'<i class="is-{name}" style="--part:{states.get(name, 0) / total:.4f}"></i>'
        for name in ("full", "started")
        if total
    )
    words = ", ".join(f"{states[name]:,} {said}" for name, said in STATES.items() if states.get(name))
    words = (
        f"{words}; " if words else ""
    ) + f"{lists['decided']:,} with a gold label, {lists['disputed']:,} in dispute."
    return card(
        "Progress", "progress", f'{lead}<div class="stack" aria-hidden="true">{parts}</div>', note=words
    )


def throughput(found: dict[str, Any]) -> str:
    """Faces by day, and in the last hours."""
    days = found["throughput"]["day"]["all"]
    first = next((place for place, (_, number) in enumerate(days) if number), None)
    if first is None:
        return card("Faces a day", "throughput", nothing("Nobody has finished a face in the last 30 days."))
    shown = days[min(first, len(days) - 7) :]
    drawing = charts.line("Faces finished by day", [(_day(day), number) for day, number in shown], "faces")
    hours = found["throughput"]["hour"]["all"]
    note = f"{sum(number for _, number in hours):,} in the last 24 hours. Days and hours are UTC."
    if any(number for _, number in hours):
        by_hour = [(f"{hour[-2:]} h", number) for hour, number in hours]
        drawing += _fold("The last 24 hours", charts.line("Faces finished by hour", by_hour, "faces"))
    drawing += _fold(
        "By person", _by_person(found["throughput"]["day"]["people"], [day for day, _ in shown[-7:]])
    )
    return card("Faces a day", "throughput", drawing, note=note)


def _by_person(done: list[dict[str, Any]], days: list[str]) -> str:
    number = {(one["name"], one["when"]): one["faces"] for one in done}
    most = max(number.values())
    rows = [
        (name, [Cell(f"{number.get((name, day), 0):,}", number.get((name, day), 0) / most) for day in days])
        for name in dict.fromkeys(one["name"] for one in done)
    ]
    return charts.matrix("Faces finished by person and day", "", [_day(day) for day in days], rows)


def _day(day: str) -> str:
    """Return "21 Nov" of "2026-11-21"."""
    moment = date.fromisoformat(day)
    return f"{moment.day} {MONTHS[moment.month - 1]}"


def _fold(words: str, inner: str) -> str:
    return f'<details class="fold"><summary>{html.escape(words)}</summary>{inner}</details>'


def people(found: dict[str, Any]) -> str:
    """Each annotator's work, and their answers on known faces."""
    if not found["people"]:
        words = "Nobody was given a face yet. Annotators begin in the Annotate tab."
        return card("Annotators", "people", nothing(words))
    rows = [
        Bar(
            person["name"],
            person["emotion"].value,
            told(person["emotion"], percent=True),
            person["emotion"].low,
            person["emotion"].high,
            cells=(
                told(person["units"]),
                f"{person['checks']:,}",
                f"{person['done']:,}",
                f"{person['skipped']:,}",
                f"{person['seconds']:.1f}" if person["seconds"] is not None else "–",
            ),
            why=person["emotion"].why,
        )
        for person in found["people"]
    ]
    heads = ["Annotator", "", "Emotion right", "AUs, F1", "Checks", "Faces", "Skipped", "Seconds"]
    note = "Few checks, wide intervals: read them before you judge."
    if not any(person["checks"] for person in found["people"]):
        note = (
            "No checks yet. Give the study a gold share in the Data tab: known faces are slipped in unseen."
        )
    return card("Annotators", "people", charts.bars("Annotators", rows, heads), note=note)
