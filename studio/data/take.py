"""Exports, backups and pre-annotation as the Data tab starts them."""

import os

from db import waiting
from db.backup import back_up
from db.exports.bundle import Stopped, ending, export
from db.exports.choice import Choice
from db.predictions import revision_key
from db.study_rules import by_id
from model.errors import EmolaError
from studio.data import staging
from studio.data.jobs import Job
from studio.data.preannotation import Filled, fill
from studio.exporting import SPEECH, report
from studio.people.person import Person, require
from studio.workplace import Workplace

FLAGS = ("unlabelled", "subjects", "history", "pictures")


class NoBackupHere(EmolaError):
    """This database makes its own backups, with its own tools."""


def start_export(work: Workplace, person: Person, choice: dict) -> dict:
    """Export faces and labels to a file: choice has form, labels, splits, study, and unlabelled, subjects,
    history, pictures as true or false. The job's result names the file, at exports/NAME for an hour.
    """
    wanted = Choice(
        form=str(choice.get("form", "parquet")),
        labels=str(choice.get("labels", "accepted")),
        splits=tuple(str(split) for split in choice.get("splits") or ()),
        study=str(choice.get("study") or ""),
        **{name: bool(choice.get(name, name == "pictures")) for name in FLAGS},
    )

    def write(job: Job) -> None:
        staging.sweep()
        path = staging.outgoing(f"emola-{staging.stamp()}-{wanted.form}-{job.id}{ending(wanted)}")
        try:
            done = export(
                work.database,
                work.pictures,
                wanted,
                path,
                speech=SPEECH,
                told=job.told,
                stop=job.stopping.is_set,
            )
        except Stopped:
            return
        os.chmod(path, 0o600)
        job.result = {"file": path.name, "bytes": path.stat().st_size, "rows": done.rows}
        job.told(done.faces, done.faces, report(done))

    return work.jobs.start("export", f"Exporting {wanted.form}", person.id, write).as_dict()


def start_backup(work: Workplace, person: Person) -> dict:
    """Copy the database, as it is now, to a file; pictures are not in it. SQLite only."""
    if work.database.url.get_backend_name() != "sqlite":
        raise NoBackupHere(
            "PostgreSQL makes its own backups, while people work: pg_dump --format=custom URL."
        )

    def copy(job: Job) -> None:
        staging.sweep()
        path = staging.outgoing(f"emola-{staging.stamp()}{staging.BACKUP}{job.id}.db")
        told = back_up(work.database.url, path)
        os.chmod(path, 0o600)
        path.with_name(path.name + ".json").unlink()
        rows = sum(told["tables"].values())
        job.result = {"file": path.name, "bytes": path.stat().st_size, "rows": rows, "sha256": told["sha256"]}
        job.told(1, 1, f"{path.name}: {rows:,} rows, SHA-256 {told['sha256'][:12]}. Pictures are not in it.")

    return work.jobs.start("backup", "Copying the database", person.id, copy).as_dict()


def start_preannotation(work: Workplace, person: Person, study_id: int, again: bool = False) -> dict:
    """Have the model in use look at a study's faces in the order of its queue. again: also those that it
    could not read before.
    """
    with work.database.sessions.begin() as session:
        study = by_id(session, int(study_id))
        if again:
            waiting.forget(session, study.id, revision_key(work.serving.predictor.revisions))

    def predict(job: Job) -> None:
        def told(filled: Filled) -> None:
            done = filled.answered + filled.unreadable
            failed = f", {filled.unreadable:,} could not be read" if filled.unreadable else ""
            job.told(done, done + filled.left, f"{filled.answered:,} faces predicted{failed}.")

        job.result = {"study": study.id}
        fill(work, study.id, told=told, stop=job.stopping.is_set)

    return work.jobs.start("preannotation", f"The model looks at {study.name}", person.id, predict).as_dict()


def unreadable_faces(work: Workplace, person: Person, study_id: int) -> list[dict]:
    """The faces of a study of which the model in use can say nothing, 100 at most."""
    with work.database.reads.begin() as session:
        found = waiting.unreadable(session, int(study_id), revision_key(work.serving.predictor.revisions))
        return [{"face_id": row.face_id, "reason": row.reason} for row in found]


def data_jobs(work: Workplace, person: Person) -> list[dict]:
    """What is being done, and what was: [{"id", "kind", "title", "done", "total", "note", "state"}]."""
    return [job.as_dict() for job in work.jobs.all()]


def stop_job(work: Workplace, person: Person, job_id: int) -> dict | None:
    """Ask a job to stop, one's own or, for admins, anybody's; what it has done stays."""
    job = next((one for one in work.jobs.all() if one.id == int(job_id)), None)
    if job is not None and job.by != person.id:
        require(person, "admin")
    if job is not None:
        job.stopping.set()
    return job.as_dict() if job else None
