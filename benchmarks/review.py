"""How long the Review tab's numbers take, cold, on a study in which so many faces have two answers each.

The rows are written straight into a SQLite file: random labels of 20 annotators and the model, one face in
fifty skipped or decided. Then each part of `studio.review.numbers` is timed once, in a fresh connection, in
seconds of processor time beside seconds on the clock (which say how busy the machine was).

    python -m benchmarks.review
    python -m benchmarks.review --faces 1000 10000 --json

Does not cover PostgreSQL, or the page itself, which shows numbers that were counted before until something
changes.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert, select, update

from benchmarks.studio_server import fill
from db import gold, review, review_counts, studies
from db.models import Annotation, Annotator, Assignment, GoldLabel, Landmarks, Prediction, QueueEntry, utc_now
from db.session import Database, open_database
from db.studies import default_study
from model.tasks import TASKS
from studio.review import numbers
from studio.review.study_agreement import agreement

PEOPLE, CHUNK = 20, 5_000


def work(database: Database, faces: int) -> None:
    """Make a study whose faces all have two answers, and one of the model."""
    fill(database, faces, PEOPLE, overlap=2)
    chance = random.Random(0)
    with database.sessions.begin() as session:
        study = default_study(session).id
        people = session.scalars(select(Annotator.id)).all()
        session.execute(update(QueueEntry).values(state="full", taken=2))
        for start in range(1, faces + 1, CHUNK):
            rows = [
                _rows(face, study, people, chance) for face in range(start, min(start + CHUNK, faces + 1))
            ]
            for table, kind in (
                (Landmarks, 0),
                (Prediction, 1),
                (Assignment, 2),
                (Annotation, 3),
                (GoldLabel, 4),
            ):
                if found := [row for face in rows for row in face[kind]]:
                    session.execute(insert(table), found)


def _rows(face: int, study: int, people: list[int], chance: random.Random) -> tuple[list[dict], ...]:
    """The rows of one face: landmarks, prediction, assignments, annotations, gold labels."""
    both, now = chance.sample(people, 2), utc_now()
    said = {"emotion": "happiness", "au": ["AU6", "AU12"]}
    about = {"face_id": face, "created_at": now}
    box = {"box": [0, 0, 9, 9], "score": 1.0, "points": [[1, 1]], "expert": "mini"}
    odds = {"rationales": {}, "probabilities": {}, "uncertainty": 0.5, "revisions": {}, "revision": "one"}
    assignments, annotations = [], []
    for which, who in enumerate(both):
        number = 2 * face - 1 + which
        skipped = chance.random() < 0.01
        state = "skipped" if skipped else "done"
        assignments.append(
            {
                **about,
                "id": number,
                "study_id": study,
                "annotator_id": who,
                "state": state,
                "purpose": "label",
            }
        )
        annotations.append(
            {**about, "id": number, "uuid": UUID(int=number), "assignment_id": number, "annotator_id": who}
            | {"kind": "skip" if skipped else "labels", "labels": None if skipped else _labels(chance)}
            | {"reason": "blurred" if skipped else None, "seconds": chance.uniform(2, 60)}
        )
    decided = [
        {**about, "uuid": UUID(int=face), "kind": "adjudicated", "reason": "seen", "labels": _labels(chance)}
        | {"annotation_ids": [2 * face - 1]}
    ]
    return (
        [{**about, **box, "id": face}],
        [{**about, **odds, "landmarks_id": face, "labels": said}],
        assignments,
        annotations,
        decided if chance.random() < 0.02 else [],
    )


def _labels(chance: random.Random) -> dict:
    """Random labels of all action units."""
    units = {}
    for unit in TASKS["au"].labels:
        state = chance.choices(("present", "absent", "not_visible"), (20, 78, 2))[0]
        units[unit] = {"state": state}
        if state == "present":
            units[unit]["intensity"] = chance.choice("ABCDE")
    return {"emotion": chance.choice(TASKS["emotion"].labels), "au": units}


def measure(faces: int) -> dict[str, dict[str, float]]:
    """Return the seconds of each part."""
    with tempfile.TemporaryDirectory(prefix="emola-bench-") as folder:
        url = f"sqlite:///{Path(folder)}/worked.db"
        database = open_database(url)
        work(database, faces)
        database.close()
        database = open_database(url)
        found: dict[str, dict[str, float]] = {}
        with database.reads.begin() as session:
            study = default_study(session)
            after = max(0, review_counts.newest_id(session) - numbers.LATEST)
            names = {who: name for who, name, *_ in review_counts.people(session, study.id)}
            answers = []
            parts = {
                "overlapping answers": lambda: answers.extend(
                    review_counts.overlapping(session, study.id, faces=numbers.FACES)
                ),
                "agreement": lambda: agreement(answers, study.tasks, names),
                "progress": lambda: studies.progress(session, study.id),
                "throughput": lambda: numbers._throughput(session, study.id, names),
                "people": lambda: numbers._people(session, study, names),
                "quality on gold": lambda: gold.answers_on_checks(session, study.id),
                "labels": lambda: numbers._labels(session, study, after),
                "corrections": lambda: numbers._corrections(session, study, after),
            }
            for name in review.LISTS:
                parts[f"list: {name}"] = lambda name=name: session.scalar(
                    select(review.func.count()).select_from(
                        review._listed(study.id, name).limit(review.MOST).subquery()
                    )
                )
            for name, act in parts.items():
                began = time.perf_counter(), time.process_time()
                act()
                found[name] = {
                    "seconds": time.perf_counter() - began[0],
                    "cpu": time.process_time() - began[1],
                }
        database.close()
    return found


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    for faces in options.faces:
        found = measure(faces)
        if options.json:
            print(json.dumps({"faces": faces, **found}))
            continue
        print(f"{faces:,} faces, two answers each{'s':>20} {'CPU s':>8}")
        for name, figures in found.items():
            print(f"  {name:40} {figures['seconds']:8.2f} {figures['cpu']:8.2f}")


if __name__ == "__main__":
    main()
