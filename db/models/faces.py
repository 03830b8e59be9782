"""Subjects, their faces, and what machines found on them: landmarks and predictions.

A face is one picture of one face; its bytes are in `db.store` under `sha256`. Predictions and landmarks are
facts: `db.guards` refuses to change them. An erased face stays as an empty row, so that what was counted on
it still knows that there was one.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AUTOINCREMENT, Base, one_of, utc_now

CONSENTS = ("unknown", "given", "withdrawn")
SPLITS = ("train", "val", "test")


class Subject(Base):
    """A person shown, under a pseudonym. `consent_reference`: where the signed consent is, and to what."""

    __tablename__ = "subjects"
    __table_args__ = (one_of("consent", CONSENTS), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(String(200), unique=True)
    consent: Mapped[str] = mapped_column(String(20), default="unknown")
    consent_reference: Mapped[str | None]
    consent_at: Mapped[datetime | None]
    retain_until: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    erased_at: Mapped[datetime | None]


class Face(Base):
    """One picture: SHA-256 of the stored bytes, pixels, bytes, where it came from, and its split.

    `source`: a data set or way in ("FABA-Instruct", "upload"); `original_name`: its path or name there.
    `neutral`: the subject's face at rest, to compare the others with.
    """

    __tablename__ = "faces"
    __table_args__ = (
        one_of("split", SPLITS),
        CheckConstraint("(sha256 IS NULL) = (erased_at IS NOT NULL)", name="picture_or_erased"),
        CheckConstraint("width > 0 AND height > 0 AND size > 0", name="measures"),
        Index("ix_faces_source_original_name", "source", "original_name"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    media_type: Mapped[str] = mapped_column(String(50))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    source: Mapped[str] = mapped_column(String(100))
    original_name: Mapped[str | None]
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subjects.id"), index=True)
    neutral: Mapped[bool] = mapped_column(default=False)
    split: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    erased_at: Mapped[datetime | None]


class Landmarks(Base):
    """A face's place and points in its picture, in pixels, as a landmark expert found them.

    `box`: [x0, y0, x1, y1]; `points`: [[x, y], ...]; `drawn_by`: who drew the box, where a person did.
    """

    __tablename__ = "landmarks"
    __table_args__ = (
        CheckConstraint("score >= 0 AND score <= 1", name="score"),
        Index("ix_landmarks_face_id_id", "face_id", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    face_id: Mapped[int] = mapped_column(ForeignKey("faces.id"))
    expert: Mapped[str] = mapped_column(String(100))
    revision: Mapped[str | None] = mapped_column(String(200))
    box: Mapped[list[Any]]
    score: Mapped[float]
    points: Mapped[list[Any]]
    drawn_by: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Prediction(Base):
    """What one model, known by all its revisions, said of one face.

    `labels`, `rationales`, `probabilities`: task -> names, text, {name: 0..1}. `revisions`: base, adapters
    and expert; `revision`: one key for all of them (`db.predictions.revision_key`). `uncertainty`: 0 sure
    to 1; `stratum`: the class that a stratified order mixes by.
    """

    __tablename__ = "predictions"
    __table_args__ = (
        UniqueConstraint("face_id", "landmarks_id", "revision"),
        CheckConstraint("uncertainty >= 0 AND uncertainty <= 1", name="uncertainty"),
        Index("ix_predictions_face_id_id", "face_id", "id"),
        Index("ix_predictions_revision_face_id", "revision", "face_id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    face_id: Mapped[int] = mapped_column(ForeignKey("faces.id"))
    landmarks_id: Mapped[int] = mapped_column(ForeignKey("landmarks.id"), index=True)
    revision: Mapped[str] = mapped_column(String(64))
    revisions: Mapped[dict[str, Any]]
    labels: Mapped[dict[str, Any]]
    rationales: Mapped[dict[str, Any]]
    probabilities: Mapped[dict[str, Any]]
    uncertainty: Mapped[float]
    stratum: Mapped[str | None] = mapped_column(String(50))
    seconds: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Erasure(Base):
    """That a face was erased, why and by whom: the only permission under which its facts may be removed."""

    __tablename__ = "erasures"
    __table_args__ = AUTOINCREMENT

    id: Mapped[int] = mapped_column(primary_key=True)
    face_id: Mapped[int] = mapped_column(ForeignKey("faces.id"), unique=True)
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subjects.id"), index=True)
    reason: Mapped[str]
    erased_by: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
