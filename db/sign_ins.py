"""Who is signed in: random tokens of which the database keeps only a hash, and the lock after wrong tries.

After TRIES wrong passwords in a row a name is locked for FIRST_LOCK seconds, after each further one for
twice as long, up to LONGEST_LOCK. Not covered: how passwords are checked; see `studio.people.passwords`.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from db.clock import now
from db.models import Annotator, SignIn
from db.people import get, is_locked

TRIES = 5
FIRST_LOCK = 60
LONGEST_LOCK = 3600
LIFETIME = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=10)
"""How exact `seen_at` is: a write a request would be too many."""

TOKEN_BYTES = 32


class SignedIn(NamedTuple):
    """Whom a token belongs to. `provider`: who vouches for them, empty for a password; `stale`: it is time to
    call `seen`; `left`: seconds until it ends by itself.
    """

    sign_in_id: int
    annotator_id: int
    name: str
    role: str
    provider: str
    stale: bool
    left: float


def new_token() -> str:
    """Return a random token, safe in an address and in a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def fingerprint(token: str) -> str:
    """Return what the database keeps of a token. It is random, so that one round of SHA-256 is enough."""
    return sha256(token.encode()).hexdigest()


def mark_of(token: str) -> str:
    """Return what a token was made to end with, empty for nothing."""
    return token.partition(".")[2]


def fail(session: Session, annotator_id: int) -> None:
    """Count a wrong password, and lock the name where there were too many. Not counted while it is locked."""
    row, at = get(session, annotator_id), now(session)
    if is_locked(row, at):
        return
    row.failed_sign_ins += 1
    over = row.failed_sign_ins - TRIES
    if over >= 0:
        # The exponent is bounded, or a patient guesser would make the number too large for a float.
        row.locked_until = at + timedelta(seconds=min(FIRST_LOCK * 2 ** min(over, 20), LONGEST_LOCK))
    session.flush()


def sign_in(
    session: Session, annotator_id: int, *, lasts: timedelta = LIFETIME, mark: str = ""
) -> str | None:
    """Sign in a person whose password was right, or whom somebody vouches for, and return the token; None
    where they are locked out or inactive by now.

    `lasts`: LIFETIME at most. `mark`: what the token is to end with, to be read by `mark_of`.
    """
    row, at = get(session, annotator_id), now(session)
    if is_locked(row, at) or not row.active:
        return None
    row.failed_sign_ins, row.locked_until = 0, None
    session.execute(delete(SignIn).where(SignIn.annotator_id == row.id, SignIn.expires_at < at))
    token = f"{new_token()}.{mark}" if mark else new_token()
    session.add(
        SignIn(
            token_hash=fingerprint(token),
            annotator_id=row.id,
            created_at=at,
            seen_at=at,
            expires_at=at + min(lasts, LIFETIME),
        )
    )
    session.flush()
    return token


def who(session: Session, token: str) -> SignedIn | None:
    """Return whom a token belongs to; None where it is unknown, over, revoked, or of somebody inactive."""
    at = now(session)
    row = session.execute(
        select(SignIn, Annotator)
        .join(Annotator, Annotator.id == SignIn.annotator_id)
        .where(SignIn.token_hash == fingerprint(token))
        .where(SignIn.revoked_at.is_(None), SignIn.expires_at > at, Annotator.active)
    ).one_or_none()
    if row is None:
        return None
    opened, person = row
    return SignedIn(
        opened.id,
        person.id,
        person.name,
        person.role,
        person.provider or "",
        at - opened.seen_at > SEEN_EVERY,
        (opened.expires_at - at).total_seconds(),
    )


def seen(session: Session, sign_in_id: int) -> None:
    """Note that a sign-in is in use."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now(session)))


def sign_out(session: Session, token: str) -> None:
    """End one sign-in; nothing happens where there is none."""
    session.execute(
        update(SignIn)
        .where(SignIn.token_hash == fingerprint(token), SignIn.revoked_at.is_(None))
        .values(revoked_at=now(session)),
        execution_options={"synchronize_session": False},
    )


def last_seen(session: Session) -> dict[int, datetime]:
    """Return by annotator when they were last here, of those who ever signed in."""
    return dict(
        session.execute(
            select(SignIn.annotator_id, func.max(SignIn.seen_at)).group_by(SignIn.annotator_id)
        ).all()
    )
