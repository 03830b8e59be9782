"""Coming in: a name and a password to a sign-in, an invitation to a person who is signed in.

Each function opens its own transactions; passwords are checked outside of them, since that takes long.
"""

from dataclasses import dataclass

from db import invitations, people, sign_ins
from studio.people import passwords
from studio.workplace import Workplace


@dataclass(frozen=True)
class Invited:
    """What an invitation says. `name`: as suggested, or, where `renews`, whose password it is for."""

    role: str
    name: str
    inviter: str
    renews: bool


def sign_in(work: Workplace, name: str, password: str) -> str | None:
    """Return the token of a new sign-in; None, whatever the reason, where it was refused."""
    with work.database.reads.begin() as session:
        row = people.find(session, name)
    known = row is not None and row.active and row.password_hash is not None
    right = passwords.is_right(row.password_hash if known else None, password)
    if not known:
        return None
    anew = passwords.hashed_anew(password) if right and passwords.is_stale(row.password_hash) else None
    with work.database.sessions.begin() as session:
        if not right:
            sign_ins.fail(session, row.id)
            return None
        token = sign_ins.sign_in(session, row.id)
        if token and anew:
            people.get(session, row.id).password_hash = anew
        return token


def sign_out(work: Workplace, token: str | None) -> None:
    """End a sign-in, at once in this process."""
    if token:
        with work.database.sessions.begin() as session:
            sign_ins.sign_out(session, token)
    work.people.forget()


def invited(work: Workplace, token: str) -> Invited:
    """Return what an invitation says. Raises InvitationRefused where it is not valid."""
    with work.database.reads.begin() as session:
        row = invitations.find(session, token)
        inviter = people.name_of(session, row.invited_by) if row.invited_by else ""
        return Invited(row.role, row.name or "", inviter, row.annotator_id is not None)


def accept(work: Workplace, token: str, name: str, password: str) -> str:
    """Use an invitation and return the token of the sign-in that follows.

    Raises InvitationRefused, NameRefused, PasswordRefused; then it can still be used.
    """
    invited(work, token)  # first, or anybody could have passwords hashed
    kept = passwords.hashed(password)
    with work.database.sessions.begin() as session:
        person = invitations.accept(session, token, name, kept)
        opened = sign_ins.sign_in(session, person.id)
    work.people.forget()
    return opened
