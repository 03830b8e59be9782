"""Passwords: Argon2id by argon2-cffi, in its own parameters; a hash made with others is stale.

MINIMUM to MAXIMUM characters, any of them: rules of composition make passwords worse. Checking takes some
50 ms and 64 MiB, so at most AT_ONCE are checked at the same time. Not covered: lists of leaked passwords.
"""

import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from model.errors import EmolaError

MINIMUM = 10
MAXIMUM = 256
AT_ONCE = 2

_hasher = PasswordHasher()
_turns = BoundedSemaphore(AT_ONCE)


class PasswordRefused(EmolaError):
    """This password is too short or too long. Choose another."""


def hashed(password: str) -> str:
    """Return what is kept of a new password. Raises PasswordRefused where it is too short or too long."""
    plain = _composed(password)
    if not MINIMUM <= len(plain) <= MAXIMUM:
        raise PasswordRefused(
            f"A password has {MINIMUM} to {MAXIMUM} characters; this one has {len(plain)}. Several words "
            "that do not belong together make a good one."
        )
    with _turns:
        return _hasher.hash(plain)


def hashed_anew(password: str) -> str:
    """Return today's hash of a password that was right, however long it is."""
    with _turns:
        return _hasher.hash(_composed(password))


def is_right(kept: str | None, password: str) -> bool:
    """Return whether a password is the one of which `kept` is the hash.

    Where there is no hash, as of an unknown name, it takes as long, so that the time tells nothing.
    """
    plain = _composed(password)[: MAXIMUM + 1]
    with _turns:
        try:
            return _hasher.verify(kept or _nobodys(), plain) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_stale(kept: str) -> bool:
    """Return whether a hash was made with other parameters than today's, and should be made anew."""
    return _hasher.check_needs_rehash(kept)


def _composed(password: str) -> str:
    # The same characters come differently composed from different keyboards.
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    return _hasher.hash("the password of nobody")
