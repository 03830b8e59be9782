"""Erasing a person or a face from the Data tab: what it would touch, then the erasure as a job.

Rows go in one transaction, the pictures before it ends: cut short, it is all still there to be erased again.
What cannot be reached from here is told in the job's result, as sentences.
"""

from typing import Any

from sqlalchemy.orm import Session

from db import answer_files, erasure_reach
from db.erasure import erase_faces, erase_subject
from db.erasure_reach import Meant, Reach
from db.errors import HubError, ReadOnly
from model.errors import EmolaError
from studio.data import staging
from studio.data.jobs import Job
from studio.people.person import Person
from studio.workplace import Workplace

KIND = "erasure"
SHOWN = 24
"""Faces that are shown as pictures before they are erased."""
MOST_REASON = 500


class NotConfirmed(EmolaError):
    """What was typed to confirm an erasure is not whom it is about, or no reason was given."""


def find_to_erase(work: Workplace, person: Person, kind: str, wanted: str) -> dict[str, Any]:
    """What an erasure would touch, for admins: kind is subject (wanted: its code) or face (its number).

    {"code", "faces", "shown": [id], "touches": {...}, "adapters", "serving"}; nothing is changed.
    """
    with work.database.reads.begin() as session:
        whom = erasure_reach.meant(session, str(kind), str(wanted))
        found = erasure_reach.reach(session, whom.face_ids)
    counts = ("assignments", "annotations", "gold_labels", "predictions", "gold_sets", "trainings")
    return {
        "code": whom.code,
        "faces": len(whom.face_ids),
        "shown": whom.face_ids[:SHOWN],
        "touches": {name: getattr(found, name) for name in counts},
        "adapters": found.adapters,
        "serving": found.serving,
    }


def start_erasure(
    work: Workplace, person: Person, kind: str, wanted: str, typed: str, reason: str
) -> dict[str, Any]:
    """Erase a person or a face for good, for admins. typed: the code or number once more; reason: kept with
    the erasure. The job's result has "remains": what is left elsewhere and what to do about it.
    """
    if str(typed).strip() != str(wanted).strip():
        raise NotConfirmed(f"{typed!r} is not {wanted!r}. Type exactly whom the erasure is about.")
    why = str(reason or "").strip()[:MOST_REASON]
    if not why:
        raise NotConfirmed("An erasure needs a reason, such as who asked for it and when.")
    if work.sync is not None and (refused := work.sync.state().refused):  # pictures go before the commit
        raise ReadOnly(f"Nothing can be erased here just now: {refused}")
    with work.database.reads.begin() as session:
        whom = erasure_reach.meant(session, str(kind), str(wanted))

    def erase(job: Job) -> None:
        job.told(0, len(whom.face_ids))
        touched = _erase(work, person, whom, why, job)
        job.stopping.clear()  # it is done, whoever asked for an end meanwhile
        staging.sweep(now=float("inf"))
        with work.database.reads.begin() as session:
            answers = answer_files.forget(session, whom.face_ids)
        _fold(work)
        remains = _remains(touched, answers.unreached, _on_the_hub(work))
        job.result = {"faces": len(whom.face_ids), "remains": remains}
        said = f"{_of(len(whom.face_ids), 'face')} erased, with all that was said of it."
        job.told(len(whom.face_ids), len(whom.face_ids), said)

    title = "Erasing a person" if whom.subject_id is not None else "Erasing a face"
    return work.jobs.start(KIND, title, person.id, erase).as_dict()


def _erase(work: Workplace, person: Person, whom: Meant, reason: str, job: Job) -> Reach:
    """Erase rows and pictures; return what hung on them."""
    with work.database.sessions.begin() as session:
        touched = erasure_reach.reach(session, whom.face_ids)
        for number, name in enumerate(_erase_rows(session, person, whom, reason), 1):
            work.pictures.delete(name)
            job.told(number, len(whom.face_ids))
    return touched


def _erase_rows(session: Session, person: Person, whom: Meant, reason: str) -> list[str]:
    """Erase what the database has; return the pictures to delete."""
    if whom.subject_id is not None:
        return erase_subject(session, whom.subject_id, reason=reason, erased_by=person.id).sha256s
    return erase_faces(session, whom.face_ids, reason=reason, erased_by=person.id).sha256s


def _fold(work: Workplace) -> None:
    """Write SQLite's log into its file, where what was erased is written over."""
    if work.database.url.get_backend_name() == "sqlite":
        with work.database.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _on_the_hub(work: Workplace) -> str | None:
    """Rewrite what the hub has; a sentence on how it went, None where nothing is sent there."""
    if work.sync is None:
        return None
    try:
        work.sync.flush()
    except HubError as error:
        return (
            f"The hub still has them, and its history is written anew as soon as it can be: {error} "
            "The top line tells when nothing waits any more."
        )
    return "The hub’s history was written anew without them."


def _remains(touched: Reach, unreached: list[int], hub: str | None) -> list[str]:
    """Say what is left where this studio does not reach, and what to do about it."""
    said = []
    if touched.adapters:
        names = ", ".join(map(str, touched.adapters))
        many = len(touched.adapters) > 1
        now = f" Revision {', '.join(map(str, touched.serving))} serves now." if touched.serving else ""
        said.append(
            f"{'Revisions' if many else 'Revision'} {names} learned from them, and what was learned stays in "
            f"the weights.{now} Train anew without them, then remove the bundles that learned from them."
        )
    if frozen := touched.gold_sets + touched.trainings:
        said.append(
            f"{_of(frozen, 'snapshot')} still {'says' if frozen == 1 else 'say'} that a face was there, "
            "without picture or labels. A gold set is measured without it from now on."
        )
    if hub:
        said.append(hub)
    if unreached and touched.gold_sets:
        said.append(
            "What models answered about gold faces is also kept where these runs were trained: "
            f"{', '.join(map(str, unreached))}. On that machine it goes when the next round begins; from a "
            "model repository, remove it by hand."
        )
    if touched.trainings:
        said.append("What the vision tower saw of them goes when the next round of training begins.")
    said.append(
        "Backups and exports made before still hold them: remove those. Browsers that showed the pictures "
        "may keep them for an hour."
    )
    return said


def _of(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"
