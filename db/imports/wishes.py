"""What is wished for the faces of an import: source, split, subject and consent, which are neutral."""

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy.orm import Session

from db import clock
from db.errors import DataError
from db.faces import add_subject
from db.imports.incoming import Incoming
from db.models import Subject
from db.models.faces import SPLITS

CONSENTS = ("unknown", "given")


@dataclass(frozen=True)
class Wishes:
    """How faces of an import are to be kept. `study`: whose queue they go into, empty: the default study.

    `subject`: the person shown in all of them; `subject_from_folder`: the name of the folder that a file is
    in is its subject. `neutral`: pattern of the names of faces at rest, such as "*neutral*".
    """

    source: str = "upload"
    study: str = ""
    split: str | None = None
    subject: str | None = None
    subject_from_folder: bool = False
    consent: str = "unknown"
    consent_reference: str | None = None
    neutral: str | None = None

    def __post_init__(self):
        """Raise DataError where a wish cannot be met."""
        if self.split is not None and self.split not in SPLITS:
            raise DataError(f"{self.split!r} is no split. Allowed: {', '.join(SPLITS)}, or none.")
        if self.consent not in CONSENTS:
            raise DataError(f"{self.consent!r} is no consent to start from. Allowed: {', '.join(CONSENTS)}.")
        if self.subject and self.subject_from_folder:
            raise DataError("One subject for all files, or one from each folder: choose one of the two.")
        if not self.source or len(self.source) > 100:
            raise DataError("The source of the faces needs a name of 1 to 100 letters, such as upload.")

    def as_dict(self) -> dict[str, Any]:
        """Return the wishes as JSON's types."""
        return asdict(self)

    def subject_of(self, file: Incoming) -> str | None:
        """Return the pseudonym of the person that a file shows; None where it is not known."""
        if given := file.face.get("subject"):
            return str(given)
        if self.subject_from_folder:
            return PurePosixPath(file.name).parent.name or None
        return self.subject or None

    def is_neutral(self, name: str) -> bool:
        """Return whether a file's name, or its whole path, says that the face is at rest."""
        if not self.neutral:
            return False
        path, pattern = PurePosixPath(name.lower()), self.neutral.lower()
        return fnmatchcase(path.name, pattern) or fnmatchcase(str(path), pattern)


def subject_row(session: Session, name: str, wishes: Wishes) -> Subject:
    """Return a subject, made where there was none, with a consent that is now known.

    Raises DataError where the subject has withdrawn theirs.
    """
    given = wishes.consent == "given"
    more = {"consent": wishes.consent, "consent_reference": wishes.consent_reference}
    subject = add_subject(session, name[:200], consent_at=clock.now(session) if given else None, **more)
    if subject.consent == "withdrawn":
        raise DataError(f"{name} has withdrawn consent.")
    if given and subject.consent == "unknown":
        subject.consent, subject.consent_at = "given", clock.now(session)
        subject.consent_reference = wishes.consent_reference
    return subject
