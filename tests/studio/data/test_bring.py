"""Imports from the Data tab: what was sent, taken up again, and who may name paths."""

import json
import zipfile

import pytest
from sqlalchemy import select

from db.errors import DataError
from db.models import Face, Import, QueueEntry, Subject
from studio.data import bring, staging
from studio.data.jobs import Busy
from tests.db.imports.conftest import picture

BATCH = "0123456789abcdef0123456789abcdef"


def sent(name: str, data: bytes) -> None:
    path = staging.place_of(BATCH, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def all_of(work, *what):
    with work.database.reads.begin() as session:
        return [tuple(row) for row in session.execute(select(*what).order_by(what[0]))]


def test_a_batch_is_imported_and_removed(work, admin, ended, tmp_path):
    sent("anna/1.png", picture(1))
    sent("ben/2.png", picture(2))
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("3.png", picture(3))
        archive.writestr("bad.png", b"no")
    sent("more.zip", (tmp_path / "more.zip").read_bytes())
    job = ended(bring.start_import(work, admin, BATCH, {"subject_from_folder": True, "split": "val"}))
    assert (job.state, job.note) == ("finished", "3 new faces, 0 already here, 1 skipped.")
    assert all_of(work, Face.original_name, Face.split) == [
        ("3.png", "val"),
        ("anna/1.png", "val"),
        ("ben/2.png", "val"),
    ]
    assert all_of(work, Subject.name) == [("anna",), ("ben",)]
    assert not staging.batch_folder(BATCH).exists()
    skipped = bring.import_files(work, admin, job.result["imports"][0], "skipped")
    assert [one["name"] for one in skipped["files"]] == ["bad.png"] and skipped["next"] is None


def test_faba_instruct_brings_its_labels(work, admin, ended):
    from db import gold

    text = "1. AU12 - Lip Corner Puller: up.\n2. AU25 - Lips Part: apart."
    entries = {
        "au": {"conversations": [{"from": "human", "value": "?"}, {"from": "gpt", "value": text}]},
        "emotion": {"conversations": [{"from": "gpt", "value": "The person shows happiness."}]},
    }
    for task, entry in entries.items():
        entry |= {"image": "FABAInstruct/train/images/1.png", "landmark": "train/landmarks/1.npy", "id": task}
        sent(f"FABAInstruct/train/train_{task}_anno.json", json.dumps([entry]).encode())
    sent("FABAInstruct/train/images/1.png", picture(1))
    job = ended(bring.start_import(work, admin, BATCH, {}))
    assert job.state == "finished", job.note
    with work.database.reads.begin() as session:
        labels = gold.current(session, 1).labels
        assert session.scalar(select(QueueEntry.face_id)) == 1
    there = [name for name, said in labels["au"].items() if said["state"] == "present"]
    assert (labels["emotion"], there) == ("happiness", ["AU12", "AU25"])


def test_an_import_that_ended_with_the_studio_goes_on(work, admin, ended, monkeypatch):
    for number in range(6):
        sent(f"{number}.png", picture(number))
    original = work.pictures.put

    def full(data):
        if data == picture(4):
            raise OSError(28, "No space left on device")
        return original(data)

    monkeypatch.setattr(type(work.pictures), "put", lambda self, data: full(data))
    job = ended(bring.start_import(work, admin, BATCH, {"source": "lab"}))
    assert job.state == "failed" and "No space" in job.note
    monkeypatch.undo()
    monkeypatch.setattr(staging.tempfile, "gettempdir", lambda: str(staging_root(work)))
    (row,) = all_of(work, Import.id, Import.state)
    assert row[1] == "failed"
    job = ended(bring.resume_import(work, admin, row[0]))
    assert (job.state, job.note[:11]) == ("finished", "6 new faces")
    assert {source for _, source in all_of(work, Face.id, Face.source)} == {"lab"}


def staging_root(work):
    """The folder of this test."""
    from pathlib import Path

    return Path(work.database.url.database).parent


def test_what_is_gone_cannot_go_on(work, admin):
    with work.database.sessions.begin() as session:
        session.add(Import(key="k", place="p", options={"batch": BATCH}, state="stopped"))
    with pytest.raises(bring.NothingToImport, match="Send them again"):
        bring.resume_import(work, admin, 1)
    with pytest.raises(bring.NothingToImport):
        bring.resume_import(work, admin, 99)


def test_drawn_faces_are_there_once(work, admin, ended):
    job = ended(bring.try_drawn_faces(work, admin))
    assert (job.state, job.done) == ("finished", 24)
    again = ended(bring.try_drawn_faces(work, admin))
    assert again.note == "0 new faces, 24 already here, 0 skipped."
    faces = all_of(work, Face.id, Face.source, Face.neutral)
    assert {source for _, source, _ in faces} == {"drawn"}
    assert sum(neutral for *_, neutral in faces) == 8


def test_paths_are_for_ones_own_computer(work, admin, ended, tmp_path, serving):
    from tests.studio.conftest import open_workplace

    place = tmp_path / "given"
    place.mkdir()
    (place / "1.png").write_bytes(picture(1))
    assert ended(bring.import_path(work, admin, str(place), {})).state == "finished"
    (tmp_path / "other").mkdir()
    others = open_workplace(tmp_path / "other", serving, accounts=True)
    with pytest.raises(bring.NotHere):
        bring.import_path(others, admin, str(place), {})
    others.database.close()
    with pytest.raises(bring.NothingToImport):
        bring.import_path(work, admin, str(tmp_path / "nowhere"), {})


def test_wishes_that_cannot_be_met_are_refused_at_once(work, admin):
    sent("1.png", picture(1))
    with pytest.raises(DataError):
        bring.start_import(work, admin, BATCH, {"split": "dev"})


def test_an_empty_batch_is_refused(work, admin):
    with pytest.raises(bring.NothingToImport):
        bring.start_import(work, admin, BATCH, {})


def test_one_import_at_a_time(work, admin, ended, monkeypatch):
    from threading import Event

    go = Event()
    first = work.jobs.start("import", "first", admin.id, lambda job: go.wait(60))
    sent("1.png", picture(1))
    with pytest.raises(Busy, match="first is still running"):
        bring.start_import(work, admin, BATCH, {})
    go.set()
    ended(first.as_dict())


@pytest.mark.parametrize(
    "name", ["../1.png", "/1.png", "a/../../1.png", ".hidden/1.png", "", "a\0.png", "a" * 300, "..\\1.png"]
)
def test_a_name_that_leads_out_is_refused(name):
    with pytest.raises(staging.NotAName):
        staging.place_of(BATCH, name)


@pytest.mark.parametrize("batch", ["", "..", "0" * 31, "G" * 32])
def test_a_batch_is_a_number(batch):
    with pytest.raises(staging.NotAName):
        staging.batch_folder(batch)


def test_what_waits_too_long_is_removed():
    path = staging.outgoing("a.parquet")
    path.write_bytes(b"x")
    staging.sweep()
    assert path.exists()
    staging.sweep(now=path.stat().st_mtime + staging.KEPT_SECONDS + 1)
    assert not path.exists()


def test_an_import_whose_studio_was_killed_is_told_as_interrupted(work, admin):
    from datetime import UTC, datetime, timedelta

    from studio.data.overview import data_overview

    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    with work.database.sessions.begin() as session:
        session.add(Import(key="a", place="faces", options={"path": "/faces"}, heartbeat_at=long_ago))
        session.add(Import(key="b", place="now", options={"path": "/faces"}))
    told = {one["place"]: (one["state"], one["resumable"]) for one in data_overview(work, admin)["imports"]}
    assert told == {"faces": ("interrupted", True), "now": ("running", False)}
