"""What people say of faces: annotations and gold labels.

Both are facts: `db.guards` refuses to change or remove them. A correction is a row that supersedes the last
one, so an assignment's rows are one chain, and so are a face's gold labels; unique constraints keep them
without forks.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AUTOINCREMENT, Base, one_of, utc_now

KINDS = ("labels", "skip", "undo")
GOLD_KINDS = ("adjudicated", "agreed", "imported", "withdrawn")


class Annotation(Base):
    """One save by a person: labels with rationale, a skip, or the undoing of a save.

    `uuid`: the client's own, so that a retried save is the same save. `labels`: task -> a name, or {name:
    {"state": "present" | "absent" | "not_visible", "intensity": "A".."E", "side": ...}}; `rationales`: task
    -> text. `prediction_id`: the model's answer that was in sight, null where none was. `restores_id`: what
    an undo puts in force again. `flag`: why a lead should look. `seconds`: time at the face.
    """

    __tablename__ = "annotations"
    __table_args__ = (
        one_of("kind", KINDS),
        CheckConstraint("(kind = 'labels') = (labels IS NOT NULL)", name="labels"),
        CheckConstraint("kind <> 'skip' OR reason IS NOT NULL", name="skip"),
        CheckConstraint("kind <> 'undo' OR supersedes_id IS NOT NULL", name="undo"),
        CheckConstraint("kind = 'undo' OR restores_id IS NULL", name="restores"),
        CheckConstraint("seconds >= 0", name="seconds"),
        Index(
            "uq_annotations_first",
            "assignment_id",
            unique=True,
            sqlite_where=text("supersedes_id IS NULL"),
            postgresql_where=text("supersedes_id IS NULL"),
        ),
        Index("ix_annotations_assignment_id_id", "assignment_id", "id"),
        Index("ix_annotations_annotator_id_id", "annotator_id", "id"),
        Index("ix_annotations_face_id_id", "face_id", "id"),
        Index(
            "ix_annotations_flagged",
            "face_id",
            sqlite_where=text("flag IS NOT NULL"),
            postgresql_where=text("flag IS NOT NULL"),
        ),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(unique=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    face_id: Mapped[int] = mapped_column(ForeignKey("faces.id"))
    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"))
    kind: Mapped[str] = mapped_column(String(10))
    labels: Mapped[dict[str, Any] | None]
    rationales: Mapped[dict[str, Any] | None]
    reason: Mapped[str | None]
    flag: Mapped[str | None]
    seconds: Mapped[float | None]
    prediction_id: Mapped[int | None] = mapped_column(ForeignKey("predictions.id"))
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("annotations.id"), unique=True)
    restores_id: Mapped[int | None] = mapped_column(ForeignKey("annotations.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class GoldLabel(Base):
    """What a face shows, as decided: by a reviewer (with a reason), by agreement, or by an imported data set.

    The row of a face that no other supersedes is in force; kind withdrawn says that there is no gold label.
    `annotation_ids`: the annotations that were before the reviewer.
    """

    __tablename__ = "gold_labels"
    __table_args__ = (
        one_of("kind", GOLD_KINDS),
        CheckConstraint("(kind = 'withdrawn') = (labels IS NULL)", name="labels"),
        CheckConstraint("kind NOT IN ('adjudicated', 'withdrawn') OR reason IS NOT NULL", name="reason"),
        Index(
            "uq_gold_labels_first",
            "face_id",
            unique=True,
            sqlite_where=text("supersedes_id IS NULL"),
            postgresql_where=text("supersedes_id IS NULL"),
        ),
        Index("ix_gold_labels_face_id_id", "face_id", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(unique=True)
    face_id: Mapped[int] = mapped_column(ForeignKey("faces.id"))
    kind: Mapped[str] = mapped_column(String(20))
    labels: Mapped[dict[str, Any] | None]
    rationales: Mapped[dict[str, Any] | None]
    reason: Mapped[str | None]
    annotation_ids: Mapped[list[Any]]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"))
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("gold_labels.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
