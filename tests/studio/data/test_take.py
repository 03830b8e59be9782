"""Exports and backups from the Data tab, and an export that is read back."""

import zipfile
from uuid import uuid4

import pytest
from sqlalchemy import select

from db import gold
from db.backup import _digest
from db.errors import DataError
from db.exports.bundle import export
from db.exports.choice import Choice
from db.imports.run import run
from db.imports.wishes import Wishes
from db.models import Face, GoldLabel
from db.session import open_database
from model.tasks import TASKS
from studio.annotate.labels import complete
from studio.data import staging, take
from studio.exporting import SPEECH, words
from studio.importing import readers
from studio.people.person import NotAllowed
from tests.studio.conftest import open_workplace

SETS = [
    ("happiness", ["AU6", "AU12", "AU25"]),
    ("neutral", []),
    ("fear", ["AU1", "AU2", "AU4", "AU5", "AU20", "AU26"]),
    ("anger", ["AU4", "AU7", "AU23"]),
]


@pytest.fixture
def labelled(work, faces):
    """Four faces with gold labels, with and without texts, in splits train and test."""
    ids = faces(4)
    texts = [None, {"emotion": "No sign of anything."}, {"au": "Not AU12, but AU1 for sure."}, None]
    with work.database.sessions.begin() as session:
        for face_id, (emotion, units), said in zip(ids, SETS, texts, strict=True):
            labels = complete({"emotion": emotion, "au": units}, ["emotion", "au"])
            gold.decide(
                session,
                face_id,
                uuid=uuid4(),
                kind="adjudicated",
                labels=labels,
                rationales=said,
                reason="seen",
            )
            session.get_one(Face, face_id).split = "test" if face_id == ids[-1] else "train"
    return ids


def gold_of(work) -> dict:
    """Gold labels in force, by picture."""
    found = select(Face.sha256, GoldLabel.labels).join(GoldLabel).order_by(GoldLabel.id)
    with work.database.reads.begin() as session:
        return dict(row for row in session.execute(found))


@pytest.mark.parametrize("form", ["faba", "parquet"])
def test_an_export_read_back_gives_the_same_labels(work, labelled, tmp_path, serving, form):
    path = tmp_path / ("out.zip" if form == "faba" else "out.parquet")
    export(work.database, work.pictures, Choice(form), path, speech=SPEECH)
    (tmp_path / "other").mkdir()
    other = open_workplace(tmp_path / "other", serving)
    _, done = run(other.database, other.pictures, path, Wishes(), read=readers())
    assert done.added == 4 and done.skipped == 0
    assert gold_of(other) == gold_of(work)
    other.database.close()


@pytest.mark.parametrize(
    "text", ["", "The lips show joy.", "No happiness here.", "1. AU4 - Brow Lowerer: low."]
)
def test_a_label_can_be_read_from_its_words_whatever_the_rationale_says(text):
    assert TASKS["emotion"].parse(words("emotion", "sadness", text)) == "sadness"
    assert TASKS["au"].parse(words("au", ["AU15", "AU1"], text)) == ("AU1", "AU15")
    assert TASKS["au"].parse(words("au", [], text)) == ()


def test_a_rationale_that_says_its_label_is_left_as_it_is():
    said = "The person is plainly sad: the corners of the mouth hang."
    assert words("emotion", "sadness", said) == said


def test_an_export_is_a_file_to_be_fetched(work, admin, labelled, ended):
    job = ended(take.start_export(work, admin, {"form": "csv", "labels": "gold", "pictures": True}))
    assert job.state == "finished", job.note
    path = staging.outgoing(job.result["file"])
    assert path.stat().st_size == job.result["bytes"] and job.result["rows"] == 4
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 5


def test_a_choice_that_cannot_be_met_is_refused_at_once(work, admin):
    with pytest.raises(DataError):
        take.start_export(work, admin, {"form": "faba", "labels": "each"})


def test_nothing_to_export_is_said(work, admin, ended):
    job = ended(take.start_export(work, admin, {}))
    assert job.note.endswith("is empty: no face has such labels yet.")


def test_a_backup_opens_and_has_all_rows(work, admin, labelled, ended):
    job = ended(take.start_backup(work, admin))
    assert job.state == "finished", job.note
    path = staging.outgoing(job.result["file"])
    assert _digest(path) == job.result["sha256"]
    copy = open_database(f"sqlite:///{path}")
    with copy.reads.begin() as session:
        assert len(session.scalars(select(GoldLabel.id)).all()) == 4
    copy.close()


def test_a_job_is_stopped_by_its_starter_or_an_admin(work, admin, reviewer, ended):
    from threading import Event

    go = Event()
    job = work.jobs.start("export", "long", admin.id, lambda job: job.stopping.wait(60) and go.wait(60))
    with pytest.raises(NotAllowed):
        take.stop_job(work, reviewer, job.id)
    assert take.stop_job(work, admin, job.id)["stopping"]
    go.set()
    assert ended(job.as_dict()).state == "stopped"
    assert take.stop_job(work, admin, 99) is None


def test_a_job_that_fails_says_so_and_the_next_can_start(work, admin, ended):
    def broken(job):
        raise ZeroDivisionError

    job = ended(work.jobs.start("export", "broken", admin.id, broken).as_dict())
    assert (job.state, job.note) == ("failed", "Something failed here; the studio's log says what.")
    assert ended(work.jobs.start("export", "next", admin.id, lambda job: None).as_dict()).state == "finished"
