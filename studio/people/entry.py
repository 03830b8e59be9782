"""Coming in: a name and a password to a sign-in, an invitation to a person who is signed in, and whom the hub
vouches for.

Each function opens its own transactions; passwords are checked outside of them, since that takes long.
"""

from dataclasses import dataclass
from datetime import timedelta

from db import invitations, people, sign_ins, vouched
from db.clock import now
from studio.people import passwords
from studio.people.hub_sign_in import KIND
from studio.people.huggingface import Login
from studio.people.person import NotAdmitted, NotAllowed, Person
from studio.workplace import Workplace

STRANGER = (
    "Hugging Face says that you are {name}, whom the settings of this studio do not name. Ask whoever runs "
    "it to name you or your organisation; where it goes by your role in one, allow the studio to see it when "
    "Hugging Face asks you."
)
NOT_CURRENT = "This is not your password of now, or too many wrong ones were tried: then wait a while."
DEACTIVATED = "{name} was deactivated here. Ask an admin of this studio to let you in again."


@dataclass(frozen=True)
class Invited:
    """What an invitation says. `name`: as suggested, or, where `renews`, whose password it is for."""

    role: str
    name: str
    inviter: str
    renews: bool


@dataclass(frozen=True)
class Opened:
    """A sign-in: its token, whose it is, and for how many seconds."""

    token: str
    name: str
    seconds: float


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


def sign_in_vouched(work: Workplace, login: Login) -> Opened:
    """Sign in whom the hub vouches for: with the role that the settings give them, for as long as it says.

    Raises NotAdmitted, which ends the sign-ins that they had; NameRefused.
    """
    hub = work.people.hub
    role = hub.admission.role_of(login)
    if role is None:
        _sign_out_vouched(work, login.subject)
        raise NotAdmitted(STRANGER.format(name=login.name))
    seconds = min(login.seconds, sign_ins.LIFETIME.total_seconds())
    with work.database.sessions.begin() as session:
        row = vouched.keep(session, KIND, login.subject, login.name, role)
        token = sign_ins.sign_in(session, row.id, lasts=timedelta(seconds=seconds), mark=hub.mark)
    work.people.forget()
    if token is None:
        raise NotAdmitted(DEACTIVATED.format(name=row.name))
    return Opened(token, row.name, seconds)


def change_password(work: Workplace, person: Person, current: str, new: str) -> str:
    """Give a person another password, and return the token of the one sign-in that they still have.

    Raises NotAllowed where `current` is not theirs, or too many wrong ones were tried; PasswordRefused.
    """
    with work.database.reads.begin() as session:
        row = people.get(session, person.id)
        locked = people.is_locked(row, now(session))
    if locked or not passwords.is_right(row.password_hash, current):
        with work.database.sessions.begin() as session:
            sign_ins.fail(session, person.id)
        raise NotAllowed(NOT_CURRENT)
    kept = passwords.hashed(new)
    with work.database.sessions.begin() as session:
        people.set_password(session, person.id, kept)
        token = sign_ins.sign_in(session, person.id)
    work.people.forget()
    return token


def _sign_out_vouched(work: Workplace, subject: str) -> None:
    with work.database.sessions.begin() as session:
        if row := vouched.find(session, KIND, subject):
            people.end_sign_ins(session, row.id)
    work.people.forget()


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
