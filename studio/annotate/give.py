"""Gives faces to annotators: the next one, those they hold, one that they go back to; and takes them back.

The functions are endpoints: they take the workplace and the person, then what the client sends, and return
JSON. `client` is the page's own id: it holds the leases, which `heartbeat` renews.
"""

from typing import Any

from sqlalchemy import select

from db import assignments, holding
from db.clock import now
from db.given import Given, given
from db.models import QueueEntry
from studio import metrics
from studio.annotate.arguments import draft as checked_draft
from studio.annotate.arguments import short, whole
from studio.annotate.studies import find_study, require_study
from studio.people.person import Person
from studio.workplace import Workplace


def next_assignment(work: Workplace, person: Person, study: str = "", client: str = "") -> dict:
    """The next face for you under a lease: {"assignment", "face", "why"}. Each call gives another face.

    With no face, why is: empty (the study has no faces), finished (nothing is left for you), closed, or
    no_study.
    """
    client = short("client", client)
    with work.database.sessions.begin() as session:
        rules = find_study(session, study)
        if rules is None:
            return _nothing("no_study" if study else "empty")
        if rules.closed_at is not None:
            return _nothing("closed")
        found = assignments.next_of(session, rules, person.id, client=client)
        if found is None:
            any_face = select(QueueEntry.id).where(QueueEntry.study_id == rules.id).limit(1)
            return _nothing("empty" if session.scalar(any_face) is None else "finished")
    metrics.leased("given")
    return {**item(found), "why": None}


def held_assignments(work: Workplace, person: Person, study: str = "", client: str = "") -> dict:
    """What you were given and have not done, the oldest first: {"held": [{"assignment", "face"}, ...]}.

    This client holds them from now on: for the start of a page that was reloaded.
    """
    client = short("client", client)
    with work.database.sessions.begin() as session:
        rules = require_study(session, study)
        if rules is None:
            return {"held": []}
        holding.adopt_all(session, rules.id, person.id, client)
        return {"held": [item(one) for one in holding.held(session, rules.id, person.id)]}


def open_assignment(work: Workplace, person: Person, assignment_id: int, client: str = "") -> dict:
    """One of your own assignments again: {"assignment", "face"}. Whether it is done stays as it is."""
    assignment_id, client = whole("assignment_id", assignment_id), short("client", client)
    with work.database.sessions.begin() as session:
        found = given(session, assignment_id, person.id)
        if found.state == "leased" and found.client != client:
            holding.adopt(session, assignment_id, person.id, client)
        return item(found)


def heartbeat(work: Workplace, person: Person, study: str = "", client: str = "") -> dict:
    """Renew the leases of this client: {"held": [ids]}. One that is missing went back to the queue."""
    client = short("client", client)
    with work.database.sessions.begin() as session:
        rules = require_study(session, study)
        if rules is None:
            return {"held": []}
        held = holding.heartbeat(session, rules.id, person.id, client=client)
    metrics.leased("renewed", len(held))
    return {"held": held}


def release_assignment(work: Workplace, person: Person, assignment_id: int) -> dict:
    """Give a face back to the queue at once, for others. Nothing happens where it is not held any more."""
    assignment_id = whole("assignment_id", assignment_id)
    with work.database.sessions.begin() as session:
        holding.release(session, assignment_id, person.id)
    metrics.leased("returned")
    return {"released": assignment_id}


def keep_draft(
    work: Workplace, person: Person, assignment_id: int, draft: dict[str, Any] | None = None
) -> dict:
    """Keep what is not yet saved, so that it outlives the page; null forgets it. {"at": when}"""
    assignment_id, kept = whole("assignment_id", assignment_id), checked_draft("draft", draft)
    with work.database.sessions.begin() as session:
        holding.keep_draft(session, assignment_id, person.id, kept)
        return {"at": now(session).isoformat()}


def item(found: Given) -> dict:
    """An assignment and its face as the page gets them. Gold checks look like any other."""
    return {
        "assignment": {
            "id": found.id,
            "face_id": found.face_id,
            "study": found.study,
            "mode": found.mode,
            "lease_seconds": found.lease_seconds,
            "tasks": found.tasks,
        },
        "face": {
            "picture": f"pictures/{found.face_id}",
            "width": found.width,
            "height": found.height,
        },
    }


def _nothing(why: str) -> dict:
    return {"assignment": None, "face": None, "why": why}
