"""Erasing from the Data tab: what it touches is shown, nothing of it stays, and what remains is said."""

import json
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest

from db import gold, runs
from db.answer_files import FILE
from db.errors import HubError, NotFound, ReadOnly
from db.faces import add_subject
from db.models import Annotation, Erasure, Face, GoldLabel, Prediction, Subject, TrainingRun
from db.snapshots import freeze, gold_faces
from studio.data import staging
from studio.data.erasing import NotConfirmed, find_to_erase, start_erasure


@pytest.fixture
def person(work, faces, tmp_path):
    """P07 with two of three faces, all learned from and measured with; a run's answers about them."""
    ids = faces(3)
    folder = tmp_path / "answers"
    folder.mkdir()
    (folder / FILE).write_text("".join(json.dumps({"face": str(number)}) + "\n" for number in ids))
    with work.database.sessions.begin() as session:
        subject = add_subject(session, "P07")
        for number in ids[:2]:
            session.get(Face, number).subject_id = subject.id
        for number in ids:
            gold.decide(session, number, uuid=uuid4(), kind="imported", labels={"emotion": "fear"})
        learned = freeze(session, "training", "training", gold_faces(session))
        freeze(session, "gold", "gold", gold_faces(session))
        facts = {"uri": "x", "base_revision": "b", "expert": "mini", "tasks": ["au"], "manifest": {}}
        adapter = runs.register(session, "made", **facts)
        places = {"asked": "a", "candidate": str(folder), "current": str(tmp_path / "elsewhere")}
        session.add(
            TrainingRun(
                snapshot_id=learned.id,
                adapter_id=adapter.id,
                options={},
                report={"answers": {"gold": places}},
            )
        )
        session.flush()
        hashes = [session.get(Face, number).sha256 for number in ids]
        return SimpleNamespace(ids=ids, hashes=hashes, adapter=adapter.id, answers=folder / FILE)


def test_what_it_touches_is_shown_and_nothing_is_changed(work, admin, person):
    found = find_to_erase(work, admin, "subject", "P07")
    assert found["code"] == "P07" and found["faces"] == 2 and found["shown"] == person.ids[:2]
    assert found["touches"]["gold_labels"] == 2 and found["touches"]["gold_sets"] == 1
    assert found["adapters"] == [person.adapter] and found["serving"] == []
    with pytest.raises(NotFound):
        find_to_erase(work, admin, "subject", "P08")
    with work.database.reads.begin() as session:
        assert session.query(GoldLabel).count() == 3 and all(map(work.pictures.has, person.hashes))


def test_a_person_goes_with_pictures_answers_and_exports_and_what_remains_is_said(work, admin, person, ended):
    made = staging.outgoing("emola-now-csv-1.csv")
    made.write_text("labels")
    job = ended(start_erasure(work, admin, "subject", "P07", " P07", "asked for by letter"))
    assert (job.state, job.done, job.total) == ("finished", 2, 2), job.note
    with work.database.reads.begin() as session:
        assert session.query(Subject.name).scalar() is None
        assert {row.reason for row in session.query(Erasure)} == {"asked for by letter"}
        assert session.query(GoldLabel).count() == 1
        assert session.query(Annotation).count() == session.query(Prediction).count() == 0
    assert [work.pictures.has(name) for name in person.hashes] == [False, False, True]
    assert person.answers.read_text() == json.dumps({"face": str(person.ids[2])}) + "\n"
    assert not made.exists()
    said = " ".join(job.result["remains"])
    assert f"Revision {person.adapter} learned from them" in said and "2 snapshots still say" in said
    assert "where these runs were trained: 1." in said and "Backups and exports" in said
    assert "hub" not in said


@pytest.mark.parametrize(
    ("typed", "reason", "why"), [("P7", "asked", "is not 'P07'"), ("P07", "  ", "needs a reason")]
)
def test_what_is_not_confirmed_is_not_erased(work, admin, person, typed, reason, why):
    with pytest.raises(NotConfirmed, match=why):
        start_erasure(work, admin, "subject", "P07", typed, reason)
    assert not work.jobs.all()


class Line:
    """A line to the hub that is up, away, or not ours to write to."""

    def __init__(self, fails: str = "", refused: str | None = None):
        self.fails, self.refused, self.flushed = fails, refused, 0

    def state(self):
        return self

    def flush(self):
        self.flushed += 1
        if self.fails:
            raise HubError(self.fails)


def test_the_hub_is_rewritten_at_once_or_told_to_be_pending(work, admin, person, ended):
    up, away = Line(), Line("It cannot be reached.")
    first = ended(start_erasure(replace(work, sync=up), admin, "face", *[str(person.ids[0])] * 2, "asked"))
    second = ended(start_erasure(replace(work, sync=away), admin, "face", *[str(person.ids[1])] * 2, "asked"))
    assert up.flushed == 1 and "written anew without them" in " ".join(first.result["remains"])
    assert "The hub still has them" in " ".join(second.result["remains"])
    with pytest.raises(ReadOnly, match="held by another"):
        closed = replace(work, sync=Line(refused="held by another"))
        start_erasure(closed, admin, "face", *[str(person.ids[2])] * 2, "asked")
    assert work.pictures.has(person.hashes[2])
