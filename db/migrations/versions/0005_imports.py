"""imports"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("message", sa.String()),
        sa.Column("started_by", sa.Integer()),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("heartbeat_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.CheckConstraint(
            "state IN ('running', 'finished', 'stopped', 'failed')", name=op.f("ck_imports_state")
        ),
        sa.CheckConstraint("added >= 0 AND known >= 0 AND skipped >= 0", name=op.f("ck_imports_counts")),
        sa.ForeignKeyConstraint(["started_by"], ["annotators.id"], name="fk_imports_started_by_annotators"),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_imports_key_id", "imports", ["key", "id"])
    op.create_table(
        "import_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("face_id", sa.Integer()),
        sa.Column("reason", sa.String()),
        sa.CheckConstraint("outcome IN ('added', 'known', 'skipped')", name=op.f("ck_import_files_outcome")),
        sa.CheckConstraint("(outcome = 'skipped') = (face_id IS NULL)", name=op.f("ck_import_files_face")),
        sa.CheckConstraint(
            "(outcome = 'skipped') = (reason IS NOT NULL)", name=op.f("ck_import_files_reason")
        ),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_import_files_face_id_faces"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_import_files_import_id_imports"),
        sa.PrimaryKeyConstraint("id", name="pk_import_files"),
        sa.UniqueConstraint("import_id", "name", name="uq_import_files_import_id_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_import_files_face_id", "import_files", ["face_id"])
    op.create_index("ix_import_files_import_id_outcome_id", "import_files", ["import_id", "outcome", "id"])
    op.create_table(
        "unreadable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_unreadable_face_id_faces"),
        sa.PrimaryKeyConstraint("id", name="pk_unreadable"),
        sa.UniqueConstraint("face_id", "revision", name="uq_unreadable_face_id_revision"),
        sqlite_autoincrement=True,
    )
