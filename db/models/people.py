"""How people get in: invitations by link, and sign-ins.

Of a random token only its SHA-256 is kept: who reads the database cannot sign in with what is in it.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AUTOINCREMENT, Base, one_of, utc_now
from db.models.work import ROLES


class SignIn(Base):
    """One browser in which somebody is signed in, until `expires_at` unless revoked before.

    `seen_at`: when it was last used, to some minutes.
    """

    __tablename__ = "sign_ins"
    __table_args__ = AUTOINCREMENT

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Invitation(Base):
    """A link with which one person may join, once, with a role; or choose a new password (`annotator_id`).

    `name`: what they are to be called, where it was said. `invited_by` null: made at the command line.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        one_of("role", ROLES),
        CheckConstraint("(used_at IS NULL) = (used_by IS NULL)", name="used"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    name: Mapped[str | None] = mapped_column(String(100))
    annotator_id: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"))
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"))
