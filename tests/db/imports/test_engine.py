"""Importing: each picture once, bad files told, and an interrupted import taken up again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.errors import DataError, NotFound
from db.imports.engine import begin, carry_out
from db.imports.places import open_place
from db.imports.wishes import Wishes
from db.models import Face, Import, ImportFile, QueueEntry, Study, Subject
from db.studies import DEFAULT
from db.study_rules import create
from tests.db.imports.conftest import picture

ROOT = Path(__file__).resolve().parents[3]


def all_of(database, *what):
    with database.reads.begin() as session:
        return session.execute(select(*what).order_by(what[0])).all()


def test_pictures_become_faces_and_the_rest_is_told(database, bring, folder):
    import_id, last = bring(folder)
    assert (last.total, last.added, last.known, last.skipped) == (7, 4, 1, 2)
    notes = {
        name: (outcome, reason)
        for name, outcome, reason in all_of(database, ImportFile.name, ImportFile.outcome, ImportFile.reason)
    }
    assert "no picture" in notes["broken.jpg"][1]
    assert notes["note.txt"] == ("skipped", "Not a picture by its name (.txt).")
    assert [name for name, (outcome, _) in notes.items() if outcome == "known"] == ["anna/1.png"]
    with database.reads.begin() as session:
        row = session.get_one(Import, import_id)
        assert (row.state, row.added, row.finished_at is None) == ("finished", 4, False)


def test_faces_go_into_the_default_study(database, bring, folder):
    bring(folder)
    with database.reads.begin() as session:
        queued = select(func.count()).select_from(QueueEntry).join(Study).where(Study.name == DEFAULT)
        assert session.scalar(queued) == 4


def test_known_faces_join_the_study_that_is_chosen(database, bring, folder):
    bring(folder)
    with database.sessions.begin() as session:
        study = create(session, "second")
    _, last = bring(folder, Wishes(study="second"))
    assert (last.added, last.known) == (0, 5)
    with database.reads.begin() as session:
        assert session.scalar(select(func.count()).where(QueueEntry.study_id == study.id)) == 4


def test_wishes_are_kept_with_the_faces(database, bring, folder):
    bring(
        folder,
        Wishes(
            source="lab",
            split="val",
            subject_from_folder=True,
            consent="given",
            consent_reference="form 7",
            neutral="*NEUTRAL*",
        ),
    )
    with database.reads.begin() as session:
        found = select(
            Face.original_name, Face.source, Face.split, Face.neutral, Subject.name, Subject.consent
        )
        faces = {row[0]: tuple(row[1:]) for row in session.execute(found.outerjoin(Subject))}
    assert faces["again.png"] == ("lab", "val", False, None, None)
    assert faces["anna/neutral.png"] == ("lab", "val", True, "anna", "given")
    assert faces["ben/1.png"] == ("lab", "val", False, "ben", "given")


def test_who_has_withdrawn_consent_is_not_brought_in_again(database, bring, folder):
    with database.sessions.begin() as session:
        session.add(Subject(name="anna", consent="withdrawn"))
    _, last = bring(folder, Wishes(subject_from_folder=True))
    assert (last.added, last.skipped) == (3, 4)


def test_consent_that_becomes_known_is_noted(database, bring, folder):
    bring(folder, Wishes(subject="anna"))
    bring(folder, Wishes(subject="anna", consent="given", consent_reference="form 7"))
    assert [tuple(row) for row in all_of(database, Subject.consent, Subject.consent_reference)] == [
        ("given", "form 7")
    ]


def test_an_import_that_was_stopped_goes_on(database, bring, folder):
    asked = iter([False, True])
    import_id, last = bring(folder, stop=lambda: next(asked), batch=2)
    assert last.done == 2
    again, last = bring(folder)
    assert again == import_id
    assert (last.added, last.known, last.skipped) == (4, 1, 2)


def test_going_on_reads_only_what_is_left(database, store, folder):
    wishes, place = Wishes(), open_place(folder)
    with database.sessions.begin() as session:
        row = begin(session, place.place, wishes, shown="given")
    some = carry_out(database, store, row.id, place.files(), wishes, batch=3)
    next(some)
    some.close()
    read = []

    def watched():
        for file in place.files():
            if hasattr(file, "read"):
                original = file.read
                object.__setattr__(
                    file, "read", lambda file=file, original=original: (read.append(file.name), original())[1]
                )
            yield file

    *_, last = carry_out(database, store, row.id, watched(), wishes)
    assert last.done == 7
    assert sorted(read) == ["anna/1.png", "anna/neutral.png", "ben/1.png", "ben/photo.jpg"]


def test_other_wishes_are_another_import(bring, folder):
    asked = iter([False, True])
    first, _ = bring(folder, stop=lambda: next(asked), batch=2)
    second, last = bring(folder, Wishes(split="test"))
    assert first != second and last.done == 7


def test_a_file_that_has_changed_meanwhile_is_read_again(bring, folder):
    asked = iter([False, True])
    bring(folder, stop=lambda: next(asked), batch=2)
    (folder / "again.png").write_bytes(picture(99, side=30))
    _, last = bring(folder)
    assert last.added == 5


def test_an_unknown_study_is_refused_before_anything_is_read(bring, folder):
    with pytest.raises(NotFound, match="There are: none yet"):
        bring(folder, Wishes(study="nobody's"))


def test_a_full_disk_ends_the_import_and_says_so(database, store, bring, folder, monkeypatch):
    def full(data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "put", full)
    with pytest.raises(OSError, match="No space"):
        bring(folder)
    assert [tuple(row) for row in all_of(database, Import.state)] == [("failed",)]
    monkeypatch.undo()
    _, last = bring(folder)
    assert last.done == 7


@pytest.mark.parametrize(
    "wishes",
    [
        {"split": "dev"},
        {"consent": "withdrawn"},
        {"source": ""},
        {"subject": "a", "subject_from_folder": True},
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(wishes):
    with pytest.raises(DataError):
        Wishes(**wishes)


KILLED = """
import os, signal, sys
from db.imports import engine
from db.imports.places import open_place
from db.imports.wishes import Wishes
from db.session import open_database
from db.store import PictureStore

url, store, path = sys.argv[1:]
database, place, wishes = open_database(url), open_place(path), Wishes()
with database.sessions.begin() as session:
    row = engine.begin(session, place.place, wishes, shown="given")
for batches, _ in enumerate(
    engine.carry_out(database, PictureStore(store), row.id, place.files(), wishes, batch=4)
):
    if batches == 3:
        print("going", flush=True)
"""


def test_killed_in_the_middle_and_begun_again_it_makes_the_same_rows(database, url, store, tmp_path, bring):
    place = tmp_path / "many"
    place.mkdir()
    for number in range(60):
        (place / f"{number:02}.png").write_bytes(picture(number))
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, url, str(tmp_path / "store"), str(place)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "going\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = len(all_of(database, Face.id))
    assert 16 <= done < 60, "it was to be killed in the middle"
    _, last = bring(place)
    assert (last.added, last.known, last.skipped) == (60, 0, 0)
    names = [name for (name,) in all_of(database, Face.original_name)]
    assert names == [f"{number:02}.png" for number in range(60)]
    assert all_of(database, ImportFile.id) == [], "the faces say what became of their files"
