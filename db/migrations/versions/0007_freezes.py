"""freezes, and an index of flags"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FLAGGED = sa.text("flag IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "freezes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name="fk_freezes_dataset_id_datasets"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name="fk_freezes_snapshot_id_snapshots"),
        sa.ForeignKeyConstraint(["created_by"], ["annotators.id"], name="fk_freezes_created_by_annotators"),
        sa.PrimaryKeyConstraint("id", name="pk_freezes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_freezes_dataset_id_id", "freezes", ["dataset_id", "id"])
    # What was frozen before was frozen in the order of the snapshots, as far as anybody can know.
    op.execute(
        "INSERT INTO freezes (dataset_id, snapshot_id, created_by, created_at) "
        "SELECT dataset_id, id, created_by, created_at FROM snapshots ORDER BY id"
    )
    op.create_index(
        "ix_annotations_flagged",
        "annotations",
        ["face_id"],
        sqlite_where=FLAGGED,
        postgresql_where=FLAGGED,
    )


def downgrade() -> None:
    op.drop_index("ix_annotations_flagged", "annotations")
    op.drop_table("freezes")
