"""entries of data sets as they came"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "entry_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset", sa.String(length=100), nullable=False),
        sa.Column("file", sa.String(length=500), nullable=False),
        sa.Column("opening", sa.String()),
        sa.Column("separator", sa.String()),
        sa.Column("closing", sa.String()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry_files"),
        sa.UniqueConstraint("dataset", "file", name="uq_entry_files_dataset_file"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("face_id", sa.Integer()),
        sa.Column("task", sa.String(length=50)),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_entries_face_id_faces"),
        sa.ForeignKeyConstraint(["file_id"], ["entry_files.id"], name="fk_entries_file_id_entry_files"),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.UniqueConstraint("file_id", "position", name="uq_entries_file_id_position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entries_face_id", "entries", ["face_id"])
