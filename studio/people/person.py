"""Who asks: a person with a name and a role, as every handler gets them."""

from dataclasses import dataclass

from db.models.work import ROLES
from model.errors import EmolaError

VISITOR = "visitor"
"""What is open to everybody, also to people who are not signed in."""

PROVIDERS = {"huggingface": "Hugging Face"}
"""Who vouches for people, as rows name them and as pages do."""

WHAT_FOR = {"annotator": "annotate", "reviewer": "review and see others' work", "admin": "change the studio"}


class SignInNeeded(EmolaError):
    """You are not signed in, or your sign-in has ended. Sign in, then do it again; nothing is lost."""


class NotAdmitted(EmolaError):
    """Who you are is known, and the studio does not let you in. Ask an admin of it."""


class NotAllowed(EmolaError):
    """Your role does not allow this. Ask an admin of this studio."""


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in, or the one user of a local studio. `id`: the annotator's row; `provider`:
    who vouches for them, empty where a password does.
    """

    id: int
    name: str
    role: str
    provider: str = ""

    def may(self, role: str) -> bool:
        """Return whether their role includes another: an admin may review, a reviewer may annotate."""
        return ROLES.index(self.role) >= ROLES.index(role)


def require(person: Person | None, role: str) -> Person | None:
    """Return the person; none only where visitors may too.

    Raises SignInNeeded where there must be one, NotAllowed where their role is less.
    """
    if role == VISITOR:
        return person
    if person is None:
        raise SignInNeeded(f"To {WHAT_FOR[role]}, sign in first. What you have typed stays on this page.")
    if not person.may(role):
        raise NotAllowed(
            f"To {WHAT_FOR[role]} you need the role {role}; {person.name} is {person.role}. Ask an admin."
        )
    return person
