"""What data sets' own label files say, kept as it came, so that it can go out again entry for entry.

An entry may be without a face (its picture was missing or damaged); a picture that is in a data set several
times is one face with several entries. Not facts in the sense of `db.guards`: an import that is repeated with
the picture there gives the entry its face, and an erased face's entries are removed with it.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AUTOINCREMENT, Base, utc_now


class EntryFile(Base):
    """A label file of an import, by its name in the data set's folder.

    `dataset`: the import's name, by default the data set's. `opening`, `separator`, `closing`: what stands
    before, between and after the entries of a JSON list; null for other kinds of files.
    """

    __tablename__ = "entry_files"
    __table_args__ = (UniqueConstraint("dataset", "file"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(primary_key=True)
    dataset: Mapped[str] = mapped_column(String(100))
    file: Mapped[str] = mapped_column(String(500))
    opening: Mapped[str | None]
    separator: Mapped[str | None]
    closing: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Entry(Base):
    """One entry of a label file: its place from 0, and its text as it came.

    Text and not JSON, since PostgreSQL would sort its keys. `task`: null where it is about several, or
    about none.
    """

    __tablename__ = "entries"
    __table_args__ = (UniqueConstraint("file_id", "position"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("entry_files.id"))
    position: Mapped[int]
    face_id: Mapped[int | None] = mapped_column(ForeignKey("faces.id"), index=True)
    task: Mapped[str | None] = mapped_column(String(50))
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
