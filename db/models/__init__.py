"""The tables, by subject; this gives them all under one name. No behaviour: that is in `db`'s modules."""

from db.models.base import Base, Moment, utc_now
from db.models.faces import Erasure, Face, Landmarks, Prediction, Subject
from db.models.labels import Annotation, GoldLabel
from db.models.learning import Adapter, Dataset, Lease, Promotion, Snapshot, SnapshotRow, TrainingRun
from db.models.work import Annotator, Assignment, QueueEntry, Study

__all__ = [
    "Adapter",
    "Annotation",
    "Annotator",
    "Assignment",
    "Base",
    "Dataset",
    "Erasure",
    "Face",
    "GoldLabel",
    "Landmarks",
    "Lease",
    "Moment",
    "Prediction",
    "Promotion",
    "QueueEntry",
    "Snapshot",
    "SnapshotRow",
    "Study",
    "Subject",
    "TrainingRun",
    "utc_now",
]
