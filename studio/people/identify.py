"""Which person a request comes from: the one local user, or whoever its sign-in cookie belongs to.

A token that was looked up is believed for KEPT_SECONDS, so that a person's saves do not each ask the
database; what changes a sign-in in this process calls `forget`, and acts at once; in another one that
shares the database, after that time.
"""

import time
from typing import Any

from sqlalchemy import select

from db import sign_ins
from db.models import Annotator
from db.session import Database
from db.upsert import upsert
from studio.people.hub_sign_in import HubSignIn
from studio.people.origin import LOOPBACK, cookie, from_our_page, headers_of, is_this_computer
from studio.people.person import NotAllowed, Person

LOCAL = "local"
"""Name of the one user of a studio without accounts."""

COOKIE = "emola_sign_in"
KEPT_SECONDS = 3
MOST_KEPT = 10_000


class People:
    """Knows who asks. Without accounts everybody is the local user, an admin: for loopback only.

    `hosts`: names by which a studio without accounts may be asked for, beside loopback's; `hub`: the sign-in
    with Hugging Face, None where there is none.
    """

    def __init__(
        self,
        database: Database,
        *,
        accounts: bool = False,
        hosts: tuple[str, ...] = (),
        hub: HubSignIn | None = None,
    ):
        self._database = database
        self.accounts = accounts
        self.hub = hub
        self._hosts = hosts
        self._local = None if accounts else local_person(database)
        self._kept: dict[str, tuple[float, Person]] = {}
        self._changes = 0

    @property
    def only_this_computer(self) -> bool:
        """Whether nobody can ask but the one user of this computer."""
        return not self.accounts and all(not host or host in LOOPBACK for host in self._hosts)

    def who(self, request: Any) -> Person | None:
        """Return the person of a request (Gradio's or Starlette's), None where nobody is signed in or where
        another web site has sent it.
        """
        headers = headers_of(request)
        if not from_our_page(headers):
            return None
        if not self.accounts:
            return self._local if is_this_computer(headers, self._hosts) else None
        token = cookie(headers, COOKIE)
        return self._signed_in(token) if token else None

    def require_ours(self, request: Any) -> None:
        """Raise NotAllowed, with the reason, where a request is not one that this studio answers to."""
        headers = headers_of(request)
        if not from_our_page(headers):
            raise NotAllowed("This was sent by another web site. Open the studio itself, and do it there.")
        if not self.accounts and not is_this_computer(headers, self._hosts):
            raise NotAllowed(
                f"This studio is one person's and answers to its own computer's names, not to "
                f"{headers.get('host')!r}. Open it as localhost, name it in EMOLA_ADDRESS, or let people "
                "sign in (EMOLA_ACCOUNTS=yes)."
            )

    def forget(self) -> None:
        """Look everybody up anew: to be called when people, roles or sign-ins were changed."""
        self._changes += 1
        self._kept.clear()

    def _signed_in(self, token: str) -> Person | None:
        # Made by the hub's sign-in under other settings: who it was may be let in no more.
        if (mark := sign_ins.mark_of(token)) and (self.hub is None or mark != self.hub.mark):
            return None
        until, person = self._kept.get(token, (0.0, None))
        if until > time.monotonic():
            return person
        before = self._changes
        with self._database.reads.begin() as session:
            found = sign_ins.who(session, token)
        if found is None:
            self._kept.pop(token, None)
            return None
        if found.stale:
            with self._database.sessions.begin() as session:
                sign_ins.seen(session, found.sign_in_id)
        person = Person(found.annotator_id, found.name, found.role, found.provider)
        if before == self._changes:  # else it may be what was so before the change
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[token] = (time.monotonic() + min(KEPT_SECONDS, found.left), person)
        return person


def local_person(database: Database) -> Person:
    """Return the local user, made where there was none."""
    with database.sessions.begin() as session:
        session.execute(
            upsert(session, Annotator)
            .values(name=LOCAL, role="admin")
            .on_conflict_do_nothing(index_elements=["name"])
        )
        row = session.scalars(select(Annotator).where(Annotator.name == LOCAL)).one()
        return Person(row.id, row.name, "admin")  # whatever the row says: nobody else could change it back
