"""Imports as the Data tab starts them: what was sent, a path on this computer, drawn faces; and going on."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from db.imports.engine import Progress, begin, carry_out
from db.imports.run import run
from db.imports.wishes import Wishes
from db.models import Import, ImportFile
from db.studies import DEFAULT
from model.errors import EmolaError
from studio.data import drawn, staging
from studio.data.jobs import Job
from studio.importing import readers, summary
from studio.people.person import Person
from studio.workplace import Workplace

LISTED = 100
KIND = "import"
WISHES = (
    "source",
    "study",
    "split",
    "subject",
    "subject_from_folder",
    "consent",
    "consent_reference",
    "neutral",
)


class NothingToImport(EmolaError):
    """There is nothing to import. Choose files first."""


class NotHere(EmolaError):
    """Paths are for a studio on one's own computer. Send the files instead."""


def start_import(work: Workplace, person: Person, batch: str, wishes: dict) -> dict:
    """Import the files that were sent as a batch; wishes: source, study, split, subject, consent, ...

    The job is told by data_jobs; what became of each file by import_files.
    """
    wanted = read_wishes(wishes)
    if not staging.places(batch):
        raise NothingToImport("No file of this batch has arrived. Choose files first.")
    return _start(work, person, wanted, lambda: _batch(batch), {"batch": batch}).as_dict()


def import_path(work: Workplace, person: Person, path: str, wishes: dict) -> dict:
    """Import a folder, zip or Parquet file of this computer; only where the studio has no accounts."""
    if not may_name_paths(work):
        raise NotHere("Paths are for a studio on one's own computer. Send the files instead.")
    wanted, place = read_wishes(wishes), Path(path.strip()).expanduser()
    if not path.strip() or not place.exists():
        raise NothingToImport(
            f"There is nothing at {str(place)!r} on this computer. Give a folder or a file."
        )
    return _start(work, person, wanted, lambda: [(place, str(place))], {"path": str(place)}).as_dict()


def resume_import(work: Workplace, person: Person, import_id: int) -> dict:
    """Go on with an import that was interrupted or stopped."""
    with work.database.reads.begin() as session:
        row = session.get(Import, int(import_id))
        options = row.options if row else {}
        shown = row.place if row else ""
    wishes = read_wishes(options.get("wishes", {}))
    batch, place = options.get("batch"), Path(options.get("path") or "")
    gone = not staging.places(batch) if batch else not options.get("path") or not place.exists()
    if gone:
        raise NothingToImport(
            "The files of this import are not here any more. Send them again: what is in already is known."
        )
    more = {key: options[key] for key in ("batch", "path") if key in options}
    places = partial(_batch, batch) if batch else lambda: [(place, shown)]
    return _start(work, person, wishes, places, more).as_dict()


def try_drawn_faces(work: Workplace, person: Person) -> dict:
    """Put 24 drawn faces into the default study, to look around with."""

    def draw(job: Job) -> None:
        wishes = Wishes(source=drawn.SOURCE)
        with work.database.sessions.begin() as session:
            row = begin(
                session, drawn.PLACE, wishes, shown=drawn.PLACE, total=drawn.COUNT, started_by=person.id
            )
            import_id = row.id
        for progress in carry_out(
            work.database, work.pictures, import_id, drawn.faces(), wishes, stop=job.stopping.is_set, batch=6
        ):
            job.told(progress.done, progress.total, summary(progress))

    return work.jobs.start(KIND, "Drawing 24 faces", person.id, draw).as_dict()


def import_files(work: Workplace, person: Person, import_id: int, outcome: str, after: int = 0) -> dict:
    """Files of an import that were skipped, or known already: {"files": [{"name", "reason", "face_id"}],
    "next": id | null}.
    """
    files = select(ImportFile).where(
        ImportFile.import_id == int(import_id), ImportFile.outcome == outcome, ImportFile.id > int(after)
    )
    with work.database.reads.begin() as session:
        found = session.scalars(files.order_by(ImportFile.id).limit(LISTED)).all()
    told = [{"name": one.name, "reason": one.reason, "face_id": one.face_id} for one in found]
    return {"files": told, "next": found[-1].id if len(found) == LISTED else None}


def may_name_paths(work: Workplace) -> bool:
    """Return whether paths of this computer may be named: by its one user, on loopback."""
    return work.people.only_this_computer


def read_wishes(given: dict[str, Any]) -> Wishes:
    """Return wishes as the page sends them. Raises DataError for what cannot be met."""
    values = {name: given[name] for name in WISHES if given.get(name) not in (None, "")}
    texts = {name: str(value)[:200] for name, value in values.items() if name != "subject_from_folder"}
    return Wishes(**texts, subject_from_folder=bool(values.get("subject_from_folder")))


def _batch(batch: str) -> list[tuple[Path, str]]:
    """Return a batch's places with what people call them."""
    found = []
    for path in staging.places(batch):
        found.append((path, path.name if path.parent.name == staging.APART else "Dropped files"))
    return found


def _start(
    work: Workplace,
    person: Person,
    wishes: Wishes,
    places: Callable[[], list[tuple[Path, str]]],
    more: dict[str, Any],
) -> Job:
    """Start the job that imports places one after the other; a sent batch is removed once all is in."""

    def bring(job: Job) -> None:
        done = []
        for path, shown in places():
            job.note = f"Looking through {shown}"

            def told(progress: Progress, before: int = sum(one.done for one in done)) -> None:
                job.told(before + progress.done, before + (progress.total or 0), summary(progress))

            import_id, last = run(
                work.database,
                work.pictures,
                path,
                wishes,
                shown=shown,
                started_by=person.id,
                more=more,
                read=readers(),
                largest=int(work.max_upload_mb * 2**20),
                told=told,
                stop=job.stopping.is_set,
            )
            done.append(last)
            job.result.setdefault("imports", []).append(import_id)
            if job.stopping.is_set():
                return
        total = Progress(
            None, *(sum(getattr(one, part) for one in done) for part in ("added", "known", "skipped"))
        )
        job.told(total.done, total.done, summary(total))
        if "batch" in more:
            staging.remove(more["batch"])

    return work.jobs.start(KIND, f"Importing into {wishes.study or DEFAULT}", person.id, bring)
