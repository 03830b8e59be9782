"""Invitations: links with which one person joins, once; and links to choose a new password.

The database keeps a hash of what is in the link: a lost link cannot be looked up, only made anew.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import people
from db.clock import now
from db.errors import InvitationRefused, NotFound
from db.models import Annotator, Invitation
from db.sign_ins import fingerprint, new_token

LONGEST_DAYS = 90
GONE = "This invitation is not valid: it was used, withdrawn, or it is too old. Ask an admin for another."


def invite(
    session: Session,
    role: str,
    *,
    name: str | None = None,
    invited_by: int | None = None,
    days: float = 7,
) -> tuple[Invitation, str]:
    """Invite somebody, and return the invitation and the token of its link.

    `days`: over 0, up to LONGEST_DAYS. Raises NameRefused where somebody has the name, else
    InvitationRefused.
    """
    people.require_role(role)
    kept = people.free_name(session, name) if name else None
    return _make(session, days, role=role, name=kept, invited_by=invited_by)


def renew(
    session: Session, annotator_id: int, *, invited_by: int | None = None, days: float = 1
) -> tuple[Invitation, str]:
    """Let a person choose a new password, and return the invitation and the token of its link.

    Raises InvitationRefused where they have none: somebody else vouches for them, or nobody does.
    """
    row = people.get(session, annotator_id)
    if row.password_hash is None:
        raise InvitationRefused(f"{row.name} does not sign in with a password. Invite somebody new instead.")
    return _make(
        session, days, role=row.role, name=row.name, annotator_id=annotator_id, invited_by=invited_by
    )


def find(session: Session, token: str, *, to_use: bool = False) -> Invitation:
    """Return the invitation that a token opens, locked where it is to be used.

    Raises InvitationRefused where it opens none any more.
    """
    wanted = select(Invitation).where(Invitation.token_hash == fingerprint(token))
    row = session.scalars(wanted.with_for_update() if to_use else wanted).one_or_none()
    if row is None or row.used_at or row.revoked_at or row.expires_at <= now(session):
        raise InvitationRefused(GONE)
    if row.annotator_id and not session.get_one(Annotator, row.annotator_id).active:
        raise InvitationRefused(GONE)
    return row


def accept(session: Session, token: str, name: str, password_hash: str) -> Annotator:
    """Use an invitation: add the person, or give them their new password (then `name` does not count).

    Raises InvitationRefused, NameRefused.
    """
    row = find(session, token, to_use=True)
    if row.annotator_id:
        person = people.get(session, row.annotator_id)
        people.set_password(session, person.id, password_hash)
    else:
        person = people.add(session, name, row.role, password_hash=password_hash)
    row.used_at, row.used_by = now(session), person.id
    session.flush()
    return person


def pending(session: Session) -> list[Invitation]:
    """Return the invitations that can still be used, the newest first."""
    open_ = (
        Invitation.used_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now(session),
    )
    return list(session.scalars(select(Invitation).where(*open_).order_by(Invitation.id.desc())))


def revoke(session: Session, invitation_id: int) -> None:
    """Withdraw an invitation that was not used. Raises NotFound where there is none."""
    known = people.is_id(invitation_id)
    row = session.get(Invitation, invitation_id, with_for_update=True) if known else None
    if row is None or row.used_at:
        raise NotFound("This invitation was used already, or there is none. Load the list again.")
    row.revoked_at = row.revoked_at or now(session)
    session.flush()


def _make(session: Session, days: float, **values) -> tuple[Invitation, str]:
    if not isinstance(days, int | float) or not 0 < days <= LONGEST_DAYS:
        raise InvitationRefused(
            f"An invitation is for up to {LONGEST_DAYS} days, not for {days}. Give fewer."
        )
    token, at = new_token(), now(session)
    row = Invitation(
        token_hash=fingerprint(token), created_at=at, expires_at=at + timedelta(days=days), **values
    )
    session.add(row)
    session.flush()
    return row, token
