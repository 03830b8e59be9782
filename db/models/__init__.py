"""The tables, by subject; this gives them all under one name. No behaviour: that is in `db`'s modules."""

from db.models.base import Base, Moment, utc_now
from db.models.entries import Entry, EntryFile
from db.models.events import Event, Outbox
from db.models.faces import Erasure, Face, Landmarks, Prediction, Subject
from db.models.imports import Import, ImportFile, Unreadable
from db.models.labels import Annotation, GoldLabel
from db.models.learning import Adapter, Dataset, Freeze, Lease, Promotion, Snapshot, SnapshotRow, TrainingRun
from db.models.people import Invitation, SignIn
from db.models.work import Annotator, Assignment, QueueEntry, Study

__all__ = [
    "Adapter",
    "Annotation",
    "Annotator",
    "Assignment",
    "Base",
    "Dataset",
    "Entry",
    "EntryFile",
    "Erasure",
    "Event",
    "Face",
    "Freeze",
    "GoldLabel",
    "Import",
    "ImportFile",
    "Invitation",
    "Landmarks",
    "Lease",
    "Moment",
    "Outbox",
    "Prediction",
    "Promotion",
    "QueueEntry",
    "SignIn",
    "Snapshot",
    "SnapshotRow",
    "Study",
    "Subject",
    "TrainingRun",
    "Unreadable",
    "utc_now",
]
