"""People for whom a provider vouches, as Hugging Face does: known by its subject, never by a name.

A subject stays the same when somebody is renamed at the provider, and so does the row here; a name can be a
local person's. The name is taken over once: admins may have given another since.
"""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import people
from db.errors import NameRefused
from db.models import Annotator

ROOM = 8
"""Characters of a name that are left for a number behind it."""


def find(session: Session, provider: str, subject: str) -> Annotator | None:
    """Return whom a provider means by a subject, None where they were never here."""
    known = (Annotator.provider == provider, Annotator.provider_id == subject)
    return session.scalars(select(Annotator).where(*known)).one_or_none()


def keep(session: Session, provider: str, subject: str, name: str, role: str) -> Annotator:
    """Return whom a provider means by a subject, with that role from now on; added where they are new, under
    another name where somebody has theirs. Raises NameRefused where it cannot be a name at all.
    """
    people.require_role(role)
    row = find(session, provider, subject)
    if row is None:
        row = _add(session, provider, subject, name, role)
    if row.role == "admin" != role:
        people.withdraw_invitations(session, row)
    row.role = role
    session.flush()
    return row


def _add(session: Session, provider: str, subject: str, name: str, role: str) -> Annotator:
    plain = people.normal_name(name)[: people.LONGEST_NAME - ROOM].strip()
    wanted, number = plain, 1
    while True:
        try:
            with session.begin_nested():
                row = Annotator(
                    name=people.free_name(session, wanted), role=role, provider=provider, provider_id=subject
                )
                session.add(row)
            return row
        except (NameRefused, IntegrityError):  # taken, before or at this moment; or it was they themselves
            if other := find(session, provider, subject):
                return other
        number += 1
        wanted = f"{plain} {number}"
