"""A study's numbers as plain values: progress, throughput, labels, quality, agreement, corrections.

Counts are the database's, those of labels over the last LATEST saves; agreement is measured on the last FACES
faces that two or more people labelled, which is enough for a kappa to two digits. Where a study is blind
first, agreement is of the first passes: after the model was in sight, people agree with it and so with each
other.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from db import gold, review, review_counts, studies
from model.tasks import TASKS
from studio.annotate.labels import CANT_TELL, INTENSITIES
from studio.review.measure import share
from studio.review.quality import quality
from studio.review.study_agreement import agreement

FACES = 5_000
LATEST = 50_000
"""Saves of which labels and corrections are counted: the share of a label is then known to half a percent."""
DAYS = 30


def numbers(session: Session, study: Row) -> dict[str, Any]:
    """Return all of a study's numbers; measures are `Measure`s."""
    names = {who: name for who, name, *_ in review_counts.people(session, study.id)}
    after = max(0, review_counts.newest_id(session) - LATEST)
    first_pass = study.mode == "blind_then_revise"
    answers = review_counts.overlapping(session, study.id, faces=FACES, first_pass=first_pass)
    return {
        "study": study.name,
        "mode": study.mode,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "progress": {
            "states": studies.progress(session, study.id),
            "lists": review.counts(session, study.id),
        },
        "throughput": _throughput(session, study.id, names),
        "people": _people(session, study, names),
        "latest": LATEST if after else None,
        "labels": _labels(session, study, after),
        "agreement": {"first_pass": first_pass, **agreement(answers, study.tasks, names)},
        "corrections": _corrections(session, study, after),
    }


def _throughput(session: Session, study_id: int, names: dict[int, str]) -> dict[str, Any]:
    """Return faces done in the last days and, of the last day, in its hours, with steps without any."""
    now = datetime.now(UTC)
    found = {}
    for step, each, number, form in (("day", 24, DAYS, "%Y-%m-%d"), ("hour", 1, 24, "%Y-%m-%dT%H")):
        moments = [now - timedelta(hours=each * back) for back in reversed(range(number))]
        since = moments[0].replace(minute=0, second=0, microsecond=0)
        since = since.replace(hour=0) if step == "day" else since
        rows = review_counts.throughput(session, study_id, step, since)
        totals: dict[str, int] = defaultdict(int)
        for when, _, faces in rows:
            totals[when] += faces
        found[step] = {
            "all": [(moment.strftime(form), totals[moment.strftime(form)]) for moment in moments],
            "people": [
                {"when": when, "name": names.get(who, "?"), "faces": faces} for when, who, faces in rows
            ],
        }
    return found


def _people(session: Session, study: Row, names: dict[int, str]) -> list[dict[str, Any]]:
    """Return each annotator's work, median seconds, and answers on faces whose gold label is known."""
    done: dict[int, dict[str, int]] = defaultdict(dict)
    for who, _, state, number in review_counts.people(session, study.id):
        done[who][state] = number
    times = review_counts.seconds(session, study.id)
    checks: dict[int, list[tuple[dict, dict]]] = defaultdict(list)
    for annotation, truth in gold.answers_on_checks(session, study.id):
        checks[annotation.annotator_id].append((annotation.labels or {}, truth.labels or {}))
    return [
        {
            "name": name,
            "done": done[who].get("done", 0) + done[who].get("late", 0),
            "skipped": done[who].get("skipped", 0),
            "late": done[who].get("late", 0),
            "seconds": times[who][0] if who in times else None,
            **quality(checks[who], study.tasks),
        }
        for who, name in names.items()
    ]


def _labels(session: Session, study: Row, after: int) -> dict[str, Any]:
    """Return how often each label was said, of how many answers, and with which intensities."""
    found: dict[str, Any] = {"emotion": [], "au": []}
    if "emotion" in study.tasks:
        said = review_counts.emotions(session, study.id, after)
        total = sum(said.values())
        names = [name for name in (*TASKS["emotion"].labels, CANT_TELL) if total]
        found["emotion"] = [{"name": name, "share": share(said.get(name, 0), total)} for name in names]
    if "au" in study.tasks:
        units: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for unit, state, intensity, number in review_counts.action_units(session, study.id, after):
            units[unit][state] += number
            if intensity:
                units[unit][intensity] += number
        for name in TASKS["au"].labels:
            if name in units:
                counted = units[name]
                total = counted["present"] + counted["absent"]
                found["au"].append(
                    {
                        "name": name,
                        "share": share(counted["present"], total),
                        "not_visible": counted["not_visible"],
                        "intensities": {letter: counted[letter] for letter in INTENSITIES},
                    }
                )
    return found


def _corrections(session: Session, study: Row, after: int) -> dict[str, Any]:
    """Return how often people said otherwise than the model: by pair of emotions, and by AU which way."""
    found: dict[str, Any] = {"emotion": [], "au": []}
    if "emotion" in study.tasks:
        pairs = review_counts.corrected_emotions(session, study.id, after)
        found["emotion"] = [{"model": model, "said": said, "number": number} for model, said, number in pairs]
        found["emotion_share"] = share(
            sum(number for model, said, number in pairs if model != said), sum(number for *_, number in pairs)
        )
    if "au" in study.tasks:
        counted: dict[str, dict[tuple[bool, str], int]] = defaultdict(lambda: defaultdict(int))
        for unit, model, state, number in review_counts.corrected_units(session, study.id, after):
            counted[unit][model, state] += number
        for name in TASKS["au"].labels:
            if name in counted:
                removed, added = counted[name][True, "absent"], counted[name][False, "present"]
                kept = counted[name][True, "present"] + counted[name][False, "absent"]
                found["au"].append(
                    {
                        "name": name,
                        "removed": removed,
                        "added": added,
                        "model": counted[name][True, "present"] + removed,
                        "share": share(removed + added, removed + added + kept),
                    }
                )
    return found
