"""people and faces"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "annotators",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String()),
        sa.Column("provider", sa.String(length=50)),
        sa.Column("provider_id", sa.String(length=200)),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("role IN ('annotator', 'reviewer', 'admin')", name=op.f("ck_annotators_role")),
        sa.PrimaryKeyConstraint("id", name="pk_annotators"),
        sa.UniqueConstraint("name", name="uq_annotators_name"),
        sa.UniqueConstraint("provider", "provider_id", name="uq_annotators_provider_provider_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "studies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("tasks", JSON, nullable=False),
        sa.Column("overlap", sa.Integer(), nullable=False),
        sa.Column("face_order", sa.String(length=20), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("gold_share", sa.Double(), nullable=False),
        sa.Column("lease_seconds", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.CheckConstraint(
            "face_order IN ('first_in', 'random', 'uncertain', 'disputed', 'stratified')",
            name=op.f("ck_studies_face_order"),
        ),
        sa.CheckConstraint("mode IN ('open', 'blind', 'blind_then_revise')", name=op.f("ck_studies_mode")),
        sa.CheckConstraint("gold_share >= 0 AND gold_share <= 1", name=op.f("ck_studies_gold_share")),
        sa.CheckConstraint("lease_seconds > 0", name=op.f("ck_studies_lease_seconds")),
        sa.CheckConstraint("overlap >= 1", name=op.f("ck_studies_overlap")),
        sa.PrimaryKeyConstraint("id", name="pk_studies"),
        sa.UniqueConstraint("name", name="uq_studies_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subjects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200)),
        sa.Column("consent", sa.String(length=20), nullable=False),
        sa.Column("consent_reference", sa.String()),
        sa.Column("consent_at", MOMENT),
        sa.Column("retain_until", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("erased_at", MOMENT),
        sa.CheckConstraint("consent IN ('unknown', 'given', 'withdrawn')", name=op.f("ck_subjects_consent")),
        sa.PrimaryKeyConstraint("id", name="pk_subjects"),
        sa.UniqueConstraint("name", name="uq_subjects_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subjects_retain_until", "subjects", ["retain_until"])
    op.create_table(
        "faces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("media_type", sa.String(length=50), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("original_name", sa.String()),
        sa.Column("subject_id", sa.Integer()),
        sa.Column("neutral", sa.Boolean(), nullable=False),
        sa.Column("split", sa.String(length=10)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("erased_at", MOMENT),
        sa.CheckConstraint("split IN ('train', 'val', 'test')", name=op.f("ck_faces_split")),
        sa.CheckConstraint(
            "(sha256 IS NULL) = (erased_at IS NOT NULL)", name=op.f("ck_faces_picture_or_erased")
        ),
        sa.CheckConstraint("width > 0 AND height > 0 AND size > 0", name=op.f("ck_faces_measures")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_faces_subject_id_subjects"),
        sa.PrimaryKeyConstraint("id", name="pk_faces"),
        sa.UniqueConstraint("sha256", name="uq_faces_sha256"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_faces_source_original_name", "faces", ["source", "original_name"])
    op.create_index("ix_faces_subject_id", "faces", ["subject_id"])
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("annotator_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("client", sa.String(length=100)),
        sa.Column("lease_until", MOMENT),
        sa.Column("draft", JSON),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(state = 'leased') = (lease_until IS NOT NULL)", name=op.f("ck_assignments_lease")
        ),
        sa.CheckConstraint("purpose IN ('label', 'check')", name=op.f("ck_assignments_purpose")),
        sa.CheckConstraint(
            "state IN ('leased', 'done', 'skipped', 'returned', 'late')", name=op.f("ck_assignments_state")
        ),
        sa.ForeignKeyConstraint(
            ["annotator_id"], ["annotators.id"], name="fk_assignments_annotator_id_annotators"
        ),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_assignments_face_id_faces"),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name="fk_assignments_study_id_studies"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
        sa.UniqueConstraint(
            "study_id", "face_id", "annotator_id", name="uq_assignments_study_id_face_id_annotator_id"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_assignments_annotator_id_state", "assignments", ["annotator_id", "state"])
    op.create_index("ix_assignments_face_id", "assignments", ["face_id"])
    op.create_index(
        "ix_assignments_leases",
        "assignments",
        ["study_id", "lease_until"],
        sqlite_where=sa.text("lease_until IS NOT NULL"),
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer()),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("erased_by", sa.Integer()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["erased_by"], ["annotators.id"], name="fk_erasures_erased_by_annotators"),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_erasures_face_id_faces"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name="fk_erasures_subject_id_subjects"),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sa.UniqueConstraint("face_id", name="uq_erasures_face_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_erasures_subject_id", "erasures", ["subject_id"])
    op.create_table(
        "gold_labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("labels", JSON),
        sa.Column("rationales", JSON),
        sa.Column("reason", sa.String()),
        sa.Column("annotation_ids", JSON, nullable=False),
        sa.Column("decided_by", sa.Integer()),
        sa.Column("supersedes_id", sa.Integer()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("(kind = 'withdrawn') = (labels IS NULL)", name=op.f("ck_gold_labels_labels")),
        sa.CheckConstraint(
            "kind IN ('adjudicated', 'agreed', 'imported', 'withdrawn')", name=op.f("ck_gold_labels_kind")
        ),
        sa.CheckConstraint(
            "kind NOT IN ('adjudicated', 'withdrawn') OR reason IS NOT NULL",
            name=op.f("ck_gold_labels_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["annotators.id"], name="fk_gold_labels_decided_by_annotators"
        ),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_gold_labels_face_id_faces"),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["gold_labels.id"], name="fk_gold_labels_supersedes_id_gold_labels"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gold_labels"),
        sa.UniqueConstraint("supersedes_id", name="uq_gold_labels_supersedes_id"),
        sa.UniqueConstraint("uuid", name="uq_gold_labels_uuid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_gold_labels_face_id_id", "gold_labels", ["face_id", "id"])
    op.create_index(
        "uq_gold_labels_first",
        "gold_labels",
        ["face_id"],
        unique=True,
        sqlite_where=sa.text("supersedes_id IS NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL"),
    )
    op.create_table(
        "landmarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("expert", sa.String(length=100), nullable=False),
        sa.Column("revision", sa.String(length=200)),
        sa.Column("box", JSON, nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("points", JSON, nullable=False),
        sa.Column("drawn_by", sa.Integer()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_landmarks_score")),
        sa.ForeignKeyConstraint(["drawn_by"], ["annotators.id"], name="fk_landmarks_drawn_by_annotators"),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_landmarks_face_id_faces"),
        sa.PrimaryKeyConstraint("id", name="pk_landmarks"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_landmarks_face_id_id", "landmarks", ["face_id", "id"])
    op.create_table(
        "queue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("overlap", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.Column("dispute", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "state IN ('fresh', 'started', 'full', 'check', 'withdrawn')", name=op.f("ck_queue_state")
        ),
        sa.CheckConstraint("dispute >= 0 AND dispute <= 1", name=op.f("ck_queue_dispute")),
        sa.CheckConstraint("taken >= 0 AND taken <= overlap", name=op.f("ck_queue_taken")),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_queue_face_id_faces"),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name="fk_queue_study_id_studies"),
        sa.PrimaryKeyConstraint("id", name="pk_queue"),
        sa.UniqueConstraint("study_id", "face_id", name="uq_queue_study_id_face_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_queue_face_id", "queue", ["face_id"])
    op.create_index("ix_queue_study_id_dispute", "queue", ["study_id", "dispute"])
    op.create_index("ix_queue_study_id_state_rank_id", "queue", ["study_id", "state", "rank", "id"])
    op.create_table(
        "predictions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("landmarks_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("revisions", JSON, nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("rationales", JSON, nullable=False),
        sa.Column("probabilities", JSON, nullable=False),
        sa.Column("uncertainty", sa.Double(), nullable=False),
        sa.Column("stratum", sa.String(length=50)),
        sa.Column("seconds", sa.Double()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("uncertainty >= 0 AND uncertainty <= 1", name=op.f("ck_predictions_uncertainty")),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_predictions_face_id_faces"),
        sa.ForeignKeyConstraint(
            ["landmarks_id"], ["landmarks.id"], name="fk_predictions_landmarks_id_landmarks"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_predictions"),
        sa.UniqueConstraint(
            "face_id", "landmarks_id", "revision", name="uq_predictions_face_id_landmarks_id_revision"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_predictions_face_id_id", "predictions", ["face_id", "id"])
    op.create_index("ix_predictions_landmarks_id", "predictions", ["landmarks_id"])
    op.create_index("ix_predictions_revision_face_id", "predictions", ["revision", "face_id"])
    op.create_table(
        "annotations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("annotator_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("labels", JSON),
        sa.Column("rationales", JSON),
        sa.Column("reason", sa.String()),
        sa.Column("flag", sa.String()),
        sa.Column("seconds", sa.Double()),
        sa.Column("prediction_id", sa.Integer()),
        sa.Column("supersedes_id", sa.Integer()),
        sa.Column("restores_id", sa.Integer()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("(kind = 'labels') = (labels IS NOT NULL)", name=op.f("ck_annotations_labels")),
        sa.CheckConstraint("kind <> 'skip' OR reason IS NOT NULL", name=op.f("ck_annotations_skip")),
        sa.CheckConstraint("kind <> 'undo' OR supersedes_id IS NOT NULL", name=op.f("ck_annotations_undo")),
        sa.CheckConstraint("kind = 'undo' OR restores_id IS NULL", name=op.f("ck_annotations_restores")),
        sa.CheckConstraint("kind IN ('labels', 'skip', 'undo')", name=op.f("ck_annotations_kind")),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_annotations_seconds")),
        sa.ForeignKeyConstraint(
            ["annotator_id"], ["annotators.id"], name="fk_annotations_annotator_id_annotators"
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name="fk_annotations_assignment_id_assignments"
        ),
        sa.ForeignKeyConstraint(["face_id"], ["faces.id"], name="fk_annotations_face_id_faces"),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name="fk_annotations_prediction_id_predictions"
        ),
        sa.ForeignKeyConstraint(
            ["restores_id"], ["annotations.id"], name="fk_annotations_restores_id_annotations"
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["annotations.id"], name="fk_annotations_supersedes_id_annotations"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_annotations"),
        sa.UniqueConstraint("supersedes_id", name="uq_annotations_supersedes_id"),
        sa.UniqueConstraint("uuid", name="uq_annotations_uuid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_annotations_annotator_id_id", "annotations", ["annotator_id", "id"])
    op.create_index("ix_annotations_assignment_id_id", "annotations", ["assignment_id", "id"])
    op.create_index("ix_annotations_face_id_id", "annotations", ["face_id", "id"])
    op.create_index(
        "uq_annotations_first",
        "annotations",
        ["assignment_id"],
        unique=True,
        sqlite_where=sa.text("supersedes_id IS NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL"),
    )
