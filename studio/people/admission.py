"""Who of Hugging Face may come in, and as what: names at the hub, by role, as the settings list them.

`ana` is a person, or everybody in an organisation of that name: at the hub the two never share one.
`lab:write` is whoever has that role in the organisation there, or a higher one (read, contributor, write,
admin); among admins, `lab` stands for `lab:admin`. The highest role counts, and who is named nowhere stays
out. Names count as the hub spells them at the moment of a sign-in, and who takes over one that was given up
there is let in by it: correct the settings when somebody is renamed.
"""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from db.models.work import ROLES
from model.errors import EmolaError
from studio.people.huggingface import Login

LISTS = {role: f"hub_{role}s" for role in ROLES}
"""Which setting lists the people of a role."""

THERE = ("read", "contributor", "write", "admin")
"""Roles in an organisation of the hub, each including those before it."""

NAMED = re.compile(rf"([\w.-]+)(?::({'|'.join(THERE)}))?")
MARK_LENGTH = 12


class AdmissionUnclear(EmolaError):
    """A setting does not say who may come in from Hugging Face. Give names, with commas between them."""


class Named(NamedTuple):
    """One name of a list; `least`: the role that a member needs there, empty for any."""

    name: str
    least: str

    def covers(self, login: Login) -> bool:
        """Return whether somebody is meant: the person of that name, or a member of the organisation."""
        if self.name == login.name:
            return True
        role = login.organisations.get(self.name)
        if role is None:
            return False
        return not self.least or role in THERE and THERE.index(role) >= THERE.index(self.least)


class Admission:
    """The lists, read from the settings. Raises AdmissionUnclear where one is not to be understood."""

    def __init__(self, values: Mapping[str, str]):
        self._lists = {role: _named(setting, values[setting]) for role, setting in LISTS.items()}
        # Else one who may only read in an organisation would be an admin of the Space that it owns.
        self._lists["admin"] = [Named(one.name, one.least or "admin") for one in self._lists["admin"]]

    def role_of(self, login: Login) -> str | None:
        """Return as what somebody comes in, None where they do not."""
        for role in reversed(ROLES):
            if any(one.covers(login) for one in self._lists[role]):
                return role
        return None

    def mark(self, app: str) -> str:
        """Return a short text that is another one as soon as the lists, or the app at the hub, are."""
        return sha256(json.dumps([app, self._lists]).encode()).hexdigest()[:MARK_LENGTH]


def _named(setting: str, text: str) -> list[Named]:
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = NAMED.fullmatch(part)
        if match is None:
            raise AdmissionUnclear(
                f"EMOLA_{setting.upper()} holds {part!r}; give names at the hub with commas between them, of "
                f"people or organisations, a role behind a colon where it matters: ana, lab:{THERE[-1]} "
                f"({', '.join(THERE)})."
            )
        found.append(Named(match[1], match[2] or ""))
    return sorted(set(found))
