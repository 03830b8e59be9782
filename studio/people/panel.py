"""The endpoints behind the People dialog: who I am, and for admins everything about people.

Each answers with the dialog as it is now ("html"), and with a link's last part where one was made ("link").
"""

from typing import Any

from sqlalchemy.orm import Session

from db import invitations, people, sign_ins
from db.clock import now
from studio.people import listing
from studio.people.guard import publish
from studio.people.listing import Listed, Pending
from studio.people.person import Person
from studio.workplace import Workplace


def show_people(work: Workplace, person: Person) -> dict[str, Any]:
    """The dialog."""
    return {"html": _dialog(work, person)}


def invite_person(work: Workplace, person: Person, role: str, name: str, days: float) -> dict[str, Any]:
    """Make an invitation; its link is told this once."""
    with work.database.sessions.begin() as session:
        _, token = invitations.invite(session, role, name=name or None, invited_by=person.id, days=days)
    return {"html": _dialog(work, person), "link": f"invitation/{token}"}


def renew_password(work: Workplace, person: Person, person_id: int) -> dict[str, Any]:
    """Make a link with which somebody chooses a new password; it is told this once, and good for a day."""
    with work.database.sessions.begin() as session:
        _, token = invitations.renew(session, person_id, invited_by=person.id)
    return {"html": _dialog(work, person), "link": f"invitation/{token}"}


def revoke_invitation(work: Workplace, person: Person, invitation_id: int) -> dict[str, Any]:
    """Withdraw an invitation."""
    return _change(work, person, lambda session: invitations.revoke(session, invitation_id))


def set_role(work: Workplace, person: Person, person_id: int, role: str) -> dict[str, Any]:
    """Change what somebody may do."""
    return _change(work, person, lambda session: people.set_role(session, person_id, role))


def set_active(work: Workplace, person: Person, person_id: int, active: bool) -> dict[str, Any]:
    """Let somebody in again, or no more."""
    return _change(work, person, lambda session: people.set_active(session, person_id, active is True))


def rename_person(work: Workplace, person: Person, person_id: int, name: str) -> dict[str, Any]:
    """Give somebody another name."""
    return _change(work, person, lambda session: people.rename(session, person_id, name))


def unlock_person(work: Workplace, person: Person, person_id: int) -> dict[str, Any]:
    """Let somebody try passwords again."""
    return _change(work, person, lambda session: people.unlock(session, person_id))


def build_panel(work: Workplace) -> None:
    """Add the endpoints to the current Blocks; the dialog itself is made by the page's script."""
    publish(work, "annotator", show_people, visible=False)
    for function in (
        invite_person,
        renew_password,
        revoke_invitation,
        set_role,
        set_active,
        rename_person,
        unlock_person,
    ):
        publish(work, "admin", function, visible=False)


def _change(work: Workplace, person: Person, change) -> dict[str, Any]:
    with work.database.sessions.begin() as session:
        change(session)
        row = people.get(session, person.id)
        still = Person(row.id, row.name, row.role, row.provider or "") if work.people.accounts else person
    work.people.forget()
    # Who has just made somebody else of themselves needs the whole page anew.
    return {"html": _dialog(work, still), "reload": still != person or not row.active}


def _dialog(work: Workplace, person: Person) -> str:
    with work.database.reads.begin() as session:
        at = now(session)
        lists = work.people.accounts and person.may("admin")
        return listing.dialog(
            person,
            accounts=work.people.accounts,
            others=_everyone(session) if lists else [],
            pending=_pending(session) if lists else [],
            at=at,
        )


def _everyone(session: Session) -> list[Listed]:
    seen, at = sign_ins.last_seen(session), now(session)
    return [
        Listed(
            row.id,
            row.name,
            row.role,
            row.active,
            people.is_locked(row, at),
            row.password_hash is not None or row.provider is not None,
            seen.get(row.id),
            row.provider or "",
        )
        for row in people.everyone(session)
    ]


def _pending(session: Session) -> list[Pending]:
    return [
        Pending(
            row.id,
            row.role,
            row.name or "",
            people.name_of(session, row.invited_by) if row.invited_by else "",
            row.annotator_id is not None,
            row.expires_at,
        )
        for row in invitations.pending(session)
    ]
