"""Annotators: who they are, what they may do, and that somebody who may do everything always remains.

Nobody is ever removed: annotations name them. Who must not come in any more is made inactive, which ends
all their sign-ins and the invitations that they made.
"""

import unicodedata
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.clock import now
from db.errors import LastAdmin, NameRefused, NotFound, RoleBySetting
from db.models import Annotator, Invitation, SignIn
from db.models.work import ROLES

LONGEST_NAME = 100
TAKEN = "Somebody here is called {name} already. Choose another name."


def normal_name(name: str) -> str:
    """Return a name as it is kept: composed (NFKC), single blanks. Raises NameRefused where it is empty, too
    long, or holds characters that do not print.
    """
    kept = " ".join(unicodedata.normalize("NFKC", name).split()) if isinstance(name, str) else ""
    if not kept or len(kept) > LONGEST_NAME or not kept.isprintable():
        raise NameRefused(
            f"A name has 1 to {LONGEST_NAME} characters, all of which can be seen; this one has {len(kept)}. "
            "Choose another."
        )
    return kept


def find(session: Session, name: str) -> Annotator | None:
    """Return whoever has a name, in whatever case it is written."""
    wanted = " ".join(unicodedata.normalize("NFKC", name).split())
    exact = session.scalars(select(Annotator).where(Annotator.name == wanted)).one_or_none()
    if exact is not None:
        return exact
    return session.scalars(select(Annotator).where(func.lower(Annotator.name) == wanted.lower())).first()


def get(session: Session, annotator_id: int) -> Annotator:
    """Return an annotator, locked for a change. Raises NotFound where there is none."""
    row = session.get(Annotator, annotator_id, with_for_update=True) if is_id(annotator_id) else None
    if row is None:
        raise NotFound(f"There is no person {annotator_id!r} here. Load the list of people again.")
    return row


def name_of(session: Session, annotator_id: int) -> str:
    """Return a person's name, empty where there is none."""
    return session.scalar(select(Annotator.name).where(Annotator.id == annotator_id)) or ""


def everyone(session: Session) -> list[Annotator]:
    """Return all annotators, active ones first, by name."""
    return list(session.scalars(select(Annotator).order_by(Annotator.active.desc(), Annotator.name)))


def add(session: Session, name: str, role: str, *, password_hash: str | None = None) -> Annotator:
    """Add a person. Raises NameRefused where somebody has that name."""
    require_role(role)
    row = Annotator(name=free_name(session, name), role=role, password_hash=password_hash)
    session.add(row)
    _keep_name(session, row)
    return row


def rename(session: Session, annotator_id: int, name: str) -> None:
    """Give a person another name; their annotations remain theirs. Raises NameRefused where it is taken."""
    row = get(session, annotator_id)
    row.name = free_name(session, name, but_for=annotator_id)
    _keep_name(session, row)


def set_role(session: Session, annotator_id: int, role: str) -> None:
    """Change what a person may do. Raises LastAdmin where nobody else could undo it, RoleBySetting where it
    would be undone at their next sign-in.
    """
    require_role(role)
    row = get(session, annotator_id)
    if row.provider:
        raise RoleBySetting(
            f"{row.name} gets their role from the studio's settings, at each sign-in. Change it there, or "
            "deactivate them here."
        )
    if role != "admin":
        _require_another_admin(session, row, "made less than an admin")
        withdraw_invitations(session, row)
    row.role = role
    session.flush()


def set_active(session: Session, annotator_id: int, active: bool) -> None:
    """Let a person in again, or no more. Raises LastAdmin where nobody could undo it."""
    row = get(session, annotator_id)
    if not active:
        _require_another_admin(session, row, "deactivated")
        withdraw_invitations(session, row)
        end_sign_ins(session, row.id)
    row.active = active
    session.flush()


def set_password(session: Session, annotator_id: int, password_hash: str) -> None:
    """Give a person another password: whoever is signed in with the old one is so no more, and a lock is
    lifted.
    """
    row = get(session, annotator_id)
    row.password_hash = password_hash
    end_sign_ins(session, row.id)
    unlock(session, row.id)


def unlock(session: Session, annotator_id: int) -> None:
    """Forget the wrong passwords that were tried for a person."""
    row = get(session, annotator_id)
    row.failed_sign_ins, row.locked_until = 0, None
    session.flush()


def end_sign_ins(session: Session, annotator_id: int) -> None:
    """Sign a person out everywhere."""
    session.execute(
        update(SignIn)
        .where(SignIn.annotator_id == annotator_id, SignIn.revoked_at.is_(None))
        .values(revoked_at=now(session)),
        execution_options={"synchronize_session": False},
    )


def has_admin(session: Session) -> bool:
    """Return whether somebody can sign in who may do everything."""
    return session.scalar(select(func.count()).select_from(_admins().subquery())) > 0


def require_role(role: str) -> None:
    """Raise NotFound where there is no such role."""
    if role not in ROLES:
        raise NotFound(f"There is no role {role!r}; the roles are {', '.join(ROLES)}.")


def is_locked(row: Annotator, at: datetime) -> bool:
    """Return whether too many wrong passwords keep a person out at a moment."""
    return row.locked_until is not None and row.locked_until > at


def is_id(given: object) -> bool:
    """Return whether something that was sent can be a row's id at all."""
    return isinstance(given, int) and 0 < given < 2**31


def _keep_name(session: Session, row: Annotator) -> None:
    name = row.name
    try:
        session.flush()
    except IntegrityError as error:  # somebody else took it at the same moment
        raise NameRefused(TAKEN.format(name=name)) from error


def _admins():
    """Select the admins who can sign in: not the one user of a studio that had no accounts yet."""
    return select(Annotator.id).where(
        Annotator.role == "admin",
        Annotator.active,
        Annotator.password_hash.is_not(None) | Annotator.provider.is_not(None),
    )


def _require_another_admin(session: Session, row: Annotator, what: str) -> None:
    # Locked, or of two admins each could demote the other at the same moment.
    admins = set(session.scalars(_admins().with_for_update()))
    if admins == {row.id}:
        raise LastAdmin(
            f"{row.name} is the only admin and cannot be {what}. Make somebody else an admin first."
        )


def withdraw_invitations(session: Session, row: Annotator) -> None:
    """Let nobody join any more by a link that a person made."""
    session.execute(
        update(Invitation)
        .where(Invitation.invited_by == row.id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
        .values(revoked_at=now(session)),
        execution_options={"synchronize_session": False},
    )


def free_name(session: Session, name: str, *, but_for: int | None = None) -> str:
    """Return a name as it is kept. Raises NameRefused where it cannot be one, or somebody else has it."""
    kept = normal_name(name)
    other = find(session, kept)
    if other is not None and other.id != but_for:
        raise NameRefused(TAKEN.format(name=other.name))
    return kept
