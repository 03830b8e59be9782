"""People and what they are given to do: annotators, studies, their queue of faces, assignments."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AUTOINCREMENT, Base, one_of, utc_now

ROLES = ("annotator", "reviewer", "admin")
ORDERS = ("first_in", "random", "uncertain", "disputed", "stratified")
MODES = ("open", "blind", "blind_then_revise")
ENTRY_STATES = ("fresh", "started", "full", "check", "withdrawn")
PURPOSES = ("label", "check")
ASSIGNMENT_STATES = ("leased", "done", "skipped", "returned", "late")


class Annotator(Base):
    """A person who works here. `password_hash`: made by a library meant for it; null where a provider
    (`provider`, `provider_id`) or nobody (local single user) vouches for them.
    """

    __tablename__ = "annotators"
    __table_args__ = (one_of("role", ROLES), UniqueConstraint("provider", "provider_id"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(20), default="annotator")
    password_hash: Mapped[str | None]
    provider: Mapped[str | None] = mapped_column(String(50))
    provider_id: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Study(Base):
    """How a set of faces is annotated. `overlap`: annotators a face; `gold_share`: 0..1 of assignments that
    are known gold faces; `tasks`: names of what is asked; `seed`: of the random orders.
    """

    __tablename__ = "studies"
    __table_args__ = (
        one_of("face_order", ORDERS),
        one_of("mode", MODES),
        CheckConstraint("overlap >= 1", name="overlap"),
        CheckConstraint("gold_share >= 0 AND gold_share <= 1", name="gold_share"),
        CheckConstraint("lease_seconds > 0", name="lease_seconds"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    tasks: Mapped[list[Any]]
    overlap: Mapped[int] = mapped_column(default=1)
    face_order: Mapped[str] = mapped_column(String(20), default="first_in")
    mode: Mapped[str] = mapped_column(String(20), default="open")
    gold_share: Mapped[float] = mapped_column(default=0.0)
    lease_seconds: Mapped[int] = mapped_column(default=120)
    seed: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    closed_at: Mapped[datetime | None]


class QueueEntry(Base):
    """A face's place in a study's queue: lowest `rank` first.

    `taken`: slots held by leases and finished work, of `overlap`. `state`: fresh (nobody ever had it),
    started (a slot is free), full, check (a gold face, slipped in without slots), withdrawn. `dispute`:
    0..1.
    """

    __tablename__ = "queue"
    __table_args__ = (
        UniqueConstraint("study_id", "face_id"),
        one_of("state", ENTRY_STATES),
        CheckConstraint("taken >= 0 AND taken <= overlap", name="taken"),
        CheckConstraint("dispute >= 0 AND dispute <= 1", name="dispute"),
        Index("ix_queue_study_id_state_rank_id", "study_id", "state", "rank", "id"),
        Index("ix_queue_study_id_dispute", "study_id", "dispute"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    face_id: Mapped[int] = mapped_column(ForeignKey("faces.id"), index=True)
    overlap: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="fresh")
    rank: Mapped[float] = mapped_column(default=0.0)
    dispute: Mapped[float] = mapped_column(default=0.0)


class Assignment(Base):
    """A face given to an annotator, once at most in a study.

    `state`: leased (until `lease_until`, to the session `client`), done, skipped, returned (may be given
    again), late (done after the lease was over and others had all slots: kept, not counted). `draft`: not
    yet saved.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("study_id", "face_id", "annotator_id"),
        one_of("purpose", PURPOSES),
        one_of("state", ASSIGNMENT_STATES),
        CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name="lease"),
        Index(
            "ix_assignments_leases",
            "study_id",
            "lease_until",
            sqlite_where=text("lease_until IS NOT NULL"),
            postgresql_where=text("lease_until IS NOT NULL"),
        ),
        Index("ix_assignments_annotator_id_state", "annotator_id", "state"),
        Index("ix_assignments_face_id", "face_id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    face_id: Mapped[int] = mapped_column(ForeignKey("faces.id"))
    annotator_id: Mapped[int] = mapped_column(ForeignKey("annotators.id"))
    purpose: Mapped[str] = mapped_column(String(10), default="label")
    state: Mapped[str] = mapped_column(String(10), default="leased")
    client: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None]
    draft: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
