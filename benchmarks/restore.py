"""How long a start takes that fills an empty disk from events, and how many bytes of events a save makes.

Faces are put into a queue and labelled through the code that the studio runs (`db.assignments`, `db.saves`),
each write being an event; the events are made into segments as they are sent to the hub, and an empty
database is filled from these. Prints events and bytes for a face and for a save, and events a second;
what a million faces would take is computed from that.

    python -m benchmarks.restore
    python -m benchmarks.restore --faces 5000 --saves 5000 --json

Does not cover the network, where the segments come from, or pictures, which come when they are asked for.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from benchmarks.studio_clients import RATIONALES
from benchmarks.studio_server import fill
from db.assignments import next_assignment
from db.events import outbox, replay
from db.events.restore import record
from db.events.segments import Segment
from db.migrate import schema_revision
from db.saves import Save, save
from db.session import Database, open_database
from db.studies import default_study
from model.tasks import TASKS
from studio.annotate.labels import complete

MILLION = 1_000_000
SAVES_A_COMMIT = 50
"""Saves in one transaction here; the studio's are one each, which makes the same events."""


def label(database: Database, saves: int) -> None:
    """Give so many faces to an annotator and save labels of each."""
    labels = complete({"emotion": "happiness", "au": ["AU6", "AU12", "AU25"]}, list(TASKS))
    for start in range(0, saves, SAVES_A_COMMIT):
        with database.sessions.begin() as session:
            study = default_study(session).id
            for _ in range(min(SAVES_A_COMMIT, saves - start)):
                given = next_assignment(session, study, 1, client="benchmark")
                save(session, given.id, 1, Save(uuid4(), labels, RATIONALES, seconds=4.2))


def take(database: Database) -> list[Segment]:
    """Return what waits as segments, as if each had been sent."""
    found = []
    with database.engine.connect() as connection:
        schema = schema_revision(connection)
    while True:
        with database.sessions.begin() as session:
            segment = outbox.next_segment(session, schema)
            if segment is None:
                return found
            outbox.sent(session, segment)
        found.append(segment)


def measure(folder: Path, faces: int, saves: int) -> dict[str, float]:
    """Make events, and fill a database from them."""
    database = open_database(f"sqlite:///{folder}/from.db")
    record(database)
    fill(database, faces, people=1)
    of_faces = take(database)
    label(database, saves)
    of_saves = take(database)
    database.close()
    events = [sum(len(segment.data.splitlines()) - 1 for segment in part) for part in (of_faces, of_saves)]
    size = [sum(len(segment.data) for segment in part) for part in (of_faces, of_saves)]
    empty = open_database(f"sqlite:///{folder}/to.db")
    began = time.perf_counter(), time.process_time()
    batches = (replay.Batch(segment.head.schema, segment.events()) for segment in of_faces + of_saves)
    count = replay.fill(empty, batches)
    wall, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    empty.close()
    return {
        "events a face": events[0] / faces,
        "bytes a face": size[0] / faces,
        "events a save": events[1] / saves,
        "bytes a save": size[1] / saves,
        "events": count,
        "events/s": count / wall,
        "events/s of CPU time": count / cpu,
        "database, bytes a face": (folder / "to.db").stat().st_size / faces,
    }


def computed(found: dict[str, float]) -> dict[str, float]:
    """What a million faces with one save each would take."""
    events = MILLION * (found["events a face"] + found["events a save"])
    return {
        "events": events,
        "GB of segments": MILLION * (found["bytes a face"] + found["bytes a save"]) / 1e9,
        "segments": events / outbox.LIMIT,
        "minutes to fill": events / found["events/s of CPU time"] / 60,
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=20_000, help="in the queue (default 20,000)")
    parser.add_argument("--saves", type=int, default=20_000, help="at most as many as faces (default 20,000)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    if options.saves > options.faces:
        parser.error("--saves are at most as many as --faces")
    with tempfile.TemporaryDirectory(prefix="emola-bench-") as folder:
        found = measure(Path(folder), options.faces, options.saves)
    both = {"measured": found, "computed for a million faces, a save each": computed(found)}
    if options.json:
        print(json.dumps(both, indent=1))
        return
    for name, figures in both.items():
        print(name)
        for what, figure in figures.items():
            print(f"  {what:28} {figure:14,.1f}")


if __name__ == "__main__":
    main()
