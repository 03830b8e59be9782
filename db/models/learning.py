"""From labels to models: frozen snapshots, training runs, adapters, promotions, and leases on such work.

Snapshots, freezes and promotions are facts. Snapshot rows name annotations and gold labels by id without a
foreign key, so that an erasure can remove those and the snapshot still says that it was made with them.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import AUTOINCREMENT, Base, one_of, utc_now
from db.models.faces import SPLITS

DATASET_PURPOSES = ("gold", "training")
RUN_STATES = ("running", "stopped", "failed", "rejected", "promoted", "finished")
PROMOTION_KINDS = ("promoted", "overruled", "rolled_back")


class Dataset(Base):
    """A named line of snapshots: a gold set to measure with, or what is trained on."""

    __tablename__ = "datasets"
    __table_args__ = (one_of("purpose", DATASET_PURPOSES), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Snapshot(Base):
    """A dataset frozen: `sha256` is of its content, so the same content is the same snapshot."""

    __tablename__ = "snapshots"
    __table_args__ = (UniqueConstraint("dataset_id", "sha256"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    faces: Mapped[int]
    options: Mapped[dict[str, Any]]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class SnapshotRow(Base):
    """A face in a snapshot, with the row that gave its labels: a gold label or an annotation."""

    __tablename__ = "snapshot_rows"
    __table_args__ = (
        one_of("split", SPLITS),
        CheckConstraint("(gold_label_id IS NULL) <> (annotation_id IS NULL)", name="one_origin"),
    )

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"), primary_key=True)
    face_id: Mapped[int] = mapped_column(ForeignKey("faces.id"), primary_key=True, index=True)
    gold_label_id: Mapped[int | None]
    annotation_id: Mapped[int | None]
    split: Mapped[str | None] = mapped_column(String(10))


class Freeze(Base):
    """That a dataset was frozen as a snapshot: its last row says which is the newest. The same content may be
    frozen again later, after another; it is then the same snapshot, and the newest once more.
    """

    __tablename__ = "freezes"
    __table_args__ = (Index("ix_freezes_dataset_id_id", "dataset_id", "id"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class TrainingRun(Base):
    """One attempt at a better adapter: its options, how far it is, and how it ended.

    `parent_id`: the adapter it started from; `adapter_id`: the one it made.
    """

    __tablename__ = "training_runs"
    __table_args__ = (one_of("state", RUN_STATES), Index("ix_training_runs_state", "state"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(20), default="running")
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshots.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("adapters.id"))
    adapter_id: Mapped[int | None] = mapped_column(ForeignKey("adapters.id"), unique=True)
    options: Mapped[dict[str, Any]]
    progress: Mapped[dict[str, Any] | None]
    report: Mapped[dict[str, Any] | None]
    message: Mapped[str | None]
    started_by: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"))
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    heartbeat_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]


class Adapter(Base):
    """An adapter bundle: `revision` is of its content, `uri` its place. `tasks`: what it answers."""

    __tablename__ = "adapters"
    __table_args__ = AUTOINCREMENT

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[str] = mapped_column(String(200), unique=True)
    uri: Mapped[str]
    base_revision: Mapped[str] = mapped_column(String(200))
    expert: Mapped[str] = mapped_column(String(100))
    tasks: Mapped[list[Any]]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("adapters.id"), index=True)
    manifest: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Promotion(Base):
    """That an adapter serves a task from now on; the last row of a task is the one in force.

    `adapter_id` null: the base model alone. `follows_id` keeps a task's promotions one line: of two at
    once, one is refused. `report`: the gate's figures.
    """

    __tablename__ = "promotions"
    __table_args__ = (
        one_of("kind", PROMOTION_KINDS),
        UniqueConstraint("task", "follows_id"),
        Index(
            "uq_promotions_first",
            "task",
            unique=True,
            sqlite_where=text("follows_id IS NULL"),
            postgresql_where=text("follows_id IS NULL"),
        ),
        Index("ix_promotions_task_id", "task", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(50))
    adapter_id: Mapped[int | None] = mapped_column(ForeignKey("adapters.id"))
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str]
    report: Mapped[dict[str, Any] | None]
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("promotions.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("annotators.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Lease(Base):
    """That one process at a time does a thing ("retrain"): held until `until` unless it is renewed."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    holder: Mapped[str] = mapped_column(String(200))
    until: Mapped[datetime]
