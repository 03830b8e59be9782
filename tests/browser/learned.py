"""A studio that has learned, put straight into its database: six runs with their reports, what each answered,
and two bundles that really load.

Revision 1 and 2 were promoted, 3 rejected, 4 promoted and serving; run 5 failed. The gold faces are drawn,
and what each revision "said" of them is right more often from one to the next.
"""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

from db import gold, runs
from db.annotations import select_in_force
from db.models import Adapter, Annotation, Face, TrainingRun
from db.session import open_database
from db.snapshots import Labelled, freeze, gold_faces
from model.facs import FABA
from model.predictor import MINI
from model.tasks import TASKS
from tests.browser.faces import EXPRESSIONS, put_faces
from tests.browser.reviewed import fill as annotate
from tests.studio.runs.bundles import make_bundle

LABELS = ("AU6", "AU12", "AU14", "AU17", "AU26", "AU4", "AU1", "surprise", "anger", "fear")
GOLD = 12
REGE = {0: (84.2, 3.1), 1: (86.0, 2.8), 2: (88.7, 2.5), 3: (85.1, 2.9), 4: (93.4, 2.1)}
"""Revision -> (REGE, half of its interval)."""


@cache
def bundles() -> list[Path]:
    """Two real bundles for the mini, made once a session."""
    folder = Path(mkdtemp(prefix="emola-bundles-"))
    for number in range(2):
        make_bundle(MINI, folder / str(number), seed=number)
    return [folder / str(number) for number in range(2)]


def fill(folder, *, real: bool = True) -> dict:
    """Make all of it; return {"gold": ids, "learned": ids}.

    real: revisions 2 and 4 have bundles that load.
    """
    learned = annotate(folder, "pilot", faces=8, checks=0)
    judged = put_faces(folder, GOLD, seed=700, name="gold faces")
    database = open_database(f"sqlite:///{folder}/emola.db")
    try:
        with database.sessions.begin() as session:
            for number, face in enumerate(judged):
                decide(session, face, number)
            freeze(session, "gold", "gold", gold_faces(session, Face.id.in_(judged)))
            begun = datetime.now(UTC) - timedelta(days=9)
            rows = {0: None}
            for run, (revision, parent, state) in enumerate(
                ((1, 0, "promoted"), (2, 1, "promoted"), (3, 2, "rejected"), (4, 2, "promoted"))
            ):
                place = (
                    bundles()[revision // 4] if real and revision in (2, 4) else folder / f"gone-{revision}"
                )
                at = begun + timedelta(days=2 * run)
                rows[revision] = add_run(
                    session, folder, rows, revision, parent, state, place, judged, learned, at
                )
            session.add(
                TrainingRun(
                    state="failed", options={"tasks": list(TASKS)}, started_at=begun + timedelta(days=8),
                    heartbeat_at=begun + timedelta(days=8), finished_at=begun + timedelta(days=8),
                    message="The loss is not a number from step 12 on. Give a lower --lr.",
                )
            )  # fmt: skip
        return {"gold": judged, "learned": learned}
    finally:
        database.close()


def decide(session, face: int, number: int) -> None:
    """Give the n-th drawn face the gold label that it was drawn with."""
    emotion, units = EXPRESSIONS[number % len(EXPRESSIONS)]
    states = {code: {"state": "present" if code in units else "absent"} for code in FABA}
    gold.decide(session, face, uuid=uuid4(), kind="imported", labels={"emotion": emotion, "au": states})


def add_run(session, folder, rows, revision, parent, state, place, judged, learned, at) -> Adapter:
    content = [
        Labelled(session.get(Face, number), None, annotation)
        for number in learned[: 2 * revision]
        if (annotation := first(session, number)) is not None
    ]
    snapshot = freeze(session, "training", "training", content)
    real = (place / "manifest.json").is_file()
    facts = json.loads((place / "manifest.json").read_text()) if real else {}
    row = runs.register(
        session,
        facts.get("identity", f"{revision}" * 12),
        uri=str(place),
        base_revision=facts.get("base_identity", "b"),
        expert="mini",
        tasks=list(TASKS),
        parent_id=rows[parent].id if rows[parent] else None,
        manifest=facts,
    )
    say(folder, revision, judged)
    say(folder, parent, judged)
    report = reported(folder, revision, parent)
    change = f"went from {REGE[parent][0]:.2f} to {REGE[revision][0]:.2f}."
    words = f"{state.title()}: on the {GOLD} gold faces REGE {change}"
    session.add(
        TrainingRun(
            state=state, snapshot_id=snapshot.id, parent_id=row.parent_id, adapter_id=row.id, report=report,
            options={"tasks": list(TASKS), "training": {"replay": "drawn" if revision == 4 else "none"}},
            message=words, started_at=at, heartbeat_at=at, finished_at=at + timedelta(minutes=3),
        )
    )  # fmt: skip
    if state == "promoted":
        now = runs.serving(session)
        for task in TASKS:
            follows = now[task].id if task in now else None
            runs.promote(session, task, row.id, reason=words, follows=follows, report=report)
    session.flush()
    return row


def first(session, face: int) -> Annotation | None:
    return session.scalars(
        select_in_force(Annotation.face_id == face, Annotation.kind == "labels").order_by(Annotation.id)
    ).first()


def reported(folder, revision: int, parent: int) -> dict:
    """A report as `train.gate` writes it, with where the answers are."""
    (now, wide), (before, wider) = REGE[revision], REGE[parent]

    def side(value, half):
        return {"S_rege": {"value": value, "low": value - half, "high": value + half}}

    def compared(difference, half=1.4):
        return {"difference": difference, "low": difference - half, "high": difference + half, "p": 0.001}

    labels = {
        name: {
            "support": 9 + place,
            "candidate": 80.0,
            "current": 78.0,
            **compared((7.1 - 1.1 * place) * (now - before) / 4, 2),
        }
        for place, name in enumerate(LABELS)
    }
    gold_set = {
        "faces": GOLD, "candidate": now, "current": before, "rege": compared(now - before), "labels": labels,
        "intervals": {"candidate": [now - wide, now + wide], "current": [before - wider, before + wider]},
        "tasks": {task: {"candidate": side(now, wide), "current": side(before, wider)} for task in TASKS},
    }  # fmt: skip
    original = {**gold_set, "rege": compared(-0.1)}
    kept = {
        "asked": "a" * 64,
        "candidate": str(folder / f"answers-{revision}"),
        "current": str(folder / f"answers-{parent}"),
    }
    return {
        "terms": {},
        "reasons": [],
        "sets": {"gold": gold_set, "original": original},
        "answers": {"gold": kept},
    }


def say(folder, revision: int, judged) -> None:
    """Write what a revision answered: the n-th face right where n is below three times its number."""
    place = Path(folder) / f"answers-{revision}"
    place.mkdir(exist_ok=True)
    rows = []
    for number, face in enumerate(judged):
        emotion, units = EXPRESSIONS[(number if number < 3 * revision else number + 1) % len(EXPRESSIONS)]
        texts = {
            "emotion": TASKS["emotion"].format(emotion),
            "au": TASKS["au"].format([code for code in FABA if code in units]),
        }
        rows.append(json.dumps({"face": str(face), "answers": texts}))
    (place / "answers.jsonl").write_text("\n".join(rows) + "\n")
