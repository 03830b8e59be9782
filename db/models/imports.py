"""What is brought in, file by file, so that an interrupted import goes on; and faces no model could read.

Rows about a file name a face; `db.erasure` removes them with it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AUTOINCREMENT, Base, one_of, utc_now

IMPORT_STATES = ("running", "finished", "stopped", "failed")
OUTCOMES = ("added", "known", "skipped")


class Import(Base):
    """One import of one place (a folder, an archive, dropped files), however often it was interrupted.

    `place`: what people call it; `key`: hash of place and options, by which it is found again. `total`:
    files in it, null until they are counted. `heartbeat_at`: when it last did something. `message`: why it
    failed.
    """

    __tablename__ = "imports"
    __table_args__ = (
        one_of("state", IMPORT_STATES),
        CheckConstraint("added >= 0 AND known >= 0 AND skipped >= 0", name="counts"),
        Index("ix_imports_key_id", "key", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    place: Mapped[str]
    options: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default="running")
    total: Mapped[int | None]
    added: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    message: Mapped[str | None]
    started_by: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"))
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    heartbeat_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]


class ImportFile(Base):
    """What became of one file of an import: a new face, a known one, or skipped for a reason.

    `size`: bytes as given: a file of another size under the same name is another file.
    """

    __tablename__ = "import_files"
    __table_args__ = (
        one_of("outcome", OUTCOMES),
        UniqueConstraint("import_id", "name"),
        CheckConstraint("(outcome = 'skipped') = (face_id IS NULL)", name="face"),
        CheckConstraint("(outcome = 'skipped') = (reason IS NOT NULL)", name="reason"),
        Index("ix_import_files_import_id_outcome_id", "import_id", "outcome", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    name: Mapped[str]
    size: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(10))
    face_id: Mapped[int | None] = mapped_column(ForeignKey("faces.id"), index=True)
    reason: Mapped[str | None]


class Unreadable(Base):
    """That a model, known by its `revision`, could say nothing of a face, and why: not to try for ever."""

    __tablename__ = "unreadable"
    __table_args__ = (UniqueConstraint("face_id", "revision"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(primary_key=True)
    face_id: Mapped[int] = mapped_column(ForeignKey("faces.id"))
    revision: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
