"""learning"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "adapters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.String(length=200), nullable=False),
        sa.Column("uri", sa.String(), nullable=False),
        sa.Column("base_revision", sa.String(length=200), nullable=False),
        sa.Column("expert", sa.String(length=100), nullable=False),
        sa.Column("tasks", JSON, nullable=False),
        sa.Column("parent_id", sa.Integer()),
        sa.Column("manifest", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["adapters.id"], name="fk_adapters_parent_id_adapters"),
        sa.PrimaryKeyConstraint("id", name="pk_adapters"),
        sa.UniqueConstraint("revision", name="uq_adapters_revision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_adapters_parent_id", "adapters", ["parent_id"])
    op.create_table(
        "datasets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("purpose IN ('gold', 'training')", name=op.f("ck_datasets_purpose")),
        sa.PrimaryKeyConstraint("id", name="pk_datasets"),
        sa.UniqueConstraint("name", name="uq_datasets_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "promotions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=50), nullable=False),
        sa.Column("adapter_id", sa.Integer()),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("report", JSON),
        sa.Column("follows_id", sa.Integer()),
        sa.Column("decided_by", sa.Integer()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('promoted', 'overruled', 'rolled_back')", name=op.f("ck_promotions_kind")
        ),
        sa.ForeignKeyConstraint(["adapter_id"], ["adapters.id"], name="fk_promotions_adapter_id_adapters"),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["annotators.id"], name="fk_promotions_decided_by_annotators"
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["promotions.id"], name="fk_promotions_follows_id_promotions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_promotions"),
        sa.UniqueConstraint("task", "follows_id", name="uq_promotions_task_follows_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_promotions_task_id", "promotions", ["task", "id"])
    op.create_index(
        "uq_promotions_first",
        "promotions",
        ["task"],
        unique=True,
        sqlite_where=sa.text("follows_id IS NULL"),
        postgresql_where=sa.text("follows_id IS NULL"),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("faces", sa.Integer(), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("created_by", sa.Integer()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["annotators.id"], name="fk_snapshots_created_by_annotators"),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name="fk_snapshots_dataset_id_datasets"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshots"),
        sa.UniqueConstraint("dataset_id", "sha256", name="uq_snapshots_dataset_id_sha256"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "snapshot_rows",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("gold_label_id", sa.Integer()),
        sa.Column("annotation_id", sa.Integer()),
        sa.Column("split", sa.String(length=10)),
        sa.CheckConstraint("split IN ('train', 'val', 'test')", name=op.f("ck_snapshot_rows_split")),
        sa.CheckConstraint(
            "(gold_label_id IS NULL) <> (annotation_id IS NULL)", name=op.f("ck_snapshot_rows_one_origin")
        ),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_snapshot_rows_face_id_faces"),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name="fk_snapshot_rows_snapshot_id_snapshots"
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "face_id", name="pk_snapshot_rows"),
    )
    op.create_index("ix_snapshot_rows_face_id", "snapshot_rows", ["face_id"])
    op.create_table(
        "training_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("snapshot_id", sa.Integer()),
        sa.Column("parent_id", sa.Integer()),
        sa.Column("adapter_id", sa.Integer()),
        sa.Column("options", JSON, nullable=False),
        sa.Column("progress", JSON),
        sa.Column("report", JSON),
        sa.Column("message", sa.String()),
        sa.Column("started_by", sa.Integer()),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("heartbeat_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.CheckConstraint(
            "state IN ('running', 'stopped', 'failed', 'rejected', 'promoted', 'finished')",
            name=op.f("ck_training_runs_state"),
        ),
        sa.ForeignKeyConstraint(["adapter_id"], ["adapters.id"], name="fk_training_runs_adapter_id_adapters"),
        sa.ForeignKeyConstraint(["parent_id"], ["adapters.id"], name="fk_training_runs_parent_id_adapters"),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name="fk_training_runs_snapshot_id_snapshots"
        ),
        sa.ForeignKeyConstraint(
            ["started_by"], ["annotators.id"], name="fk_training_runs_started_by_annotators"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_training_runs"),
        sa.UniqueConstraint("adapter_id", name="uq_training_runs_adapter_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_training_runs_snapshot_id", "training_runs", ["snapshot_id"])
    op.create_index("ix_training_runs_state", "training_runs", ["state"])
