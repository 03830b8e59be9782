"""FABA-Instruct in, some faces corrected, and out again as it came: only the corrected ones differ."""

import json
import zipfile
from uuid import uuid4

import pytest
from sqlalchemy import select

from db import gold
from db.errors import NotFound
from db.imports.run import run
from db.imports.wishes import Wishes
from db.models import Face
from model.tasks import TASKS
from studio.annotate.give import next_assignment
from studio.annotate.save import save_annotation
from studio.data import staging
from studio.data.as_imported import start_export_as_imported
from studio.data.overview import data_overview
from studio.importing import readers
from studio.review.decisions import review_decide
from tests.db.datasets import trees

FEAR = {"emotion": "fear", "au": ["AU1", "AU20"]}


@pytest.fixture
def given(work, tmp_path):
    """FABA-Instruct's folder, imported."""
    folder = trees.faba(tmp_path / "given", train=5, test=3, indent=2, ensure_ascii=False)
    run(work.database, work.pictures, folder, Wishes(), read=readers())
    return folder


def came(folder) -> dict[str, str]:
    """The label files as they came, by path."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*_anno.json")}


def went(work, person, ended) -> tuple[dict[str, str], dict]:
    """The label files as they go out, by path, and what the job says of them."""
    (offered,) = data_overview(work, person)["as_imported"]
    job = ended(start_export_as_imported(work, person, offered["name"]))
    assert job.state == "finished", job.note
    with zipfile.ZipFile(staging.outgoing(job.result["file"])) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}, job.result


def number(entry: dict) -> int:
    """The number of the face that an entry is about."""
    return int(entry["id"].rsplit("/", 1)[1])


def face_of(work, number: int) -> int:
    with work.database.reads.begin() as session:
        return session.scalars(select(Face.id).where(Face.original_name.endswith(f"{number:05d}.jpg"))).one()


def test_nothing_corrected_is_the_same_bytes(work, admin, given, ended):
    out, result = went(work, admin, ended)
    assert out == came(given) and (result["corrected"], result["rows"]) == (0, 16)


def test_three_corrected_faces_are_all_that_differs(work, admin, given, ended):
    corrected = {1: None, 3: {"au": "The brows go up. AU1 and AU20."}, 1001: None}
    annotated = {face_of(work, one): texts for one, texts in corrected.items() if one != 3}
    while item := next_assignment(work, admin, "", "here")["assignment"]:
        if item["face_id"] in annotated:
            save_annotation(work, admin, item["id"], str(uuid4()), FEAR)
    third = face_of(work, 3)
    decision = (str(uuid4()), FEAR, corrected[3], "Looked again.", [], gold_of(work, third))
    review_decide(work, admin, "All faces", third, *decision)
    out, result = went(work, admin, ended)
    before = came(given)
    assert out.keys() == before.keys() and result["corrected"] == 6 and not result["notes"]
    said = {"emotion": "fear", "au": ("AU1", "AU20")}
    for file, text in out.items():
        old, new = json.loads(before[file]), json.loads(text)
        differ = [was for was, now in zip(old, new, strict=True) if was != now]
        assert {number(entry) for entry in differ} == {number(entry) for entry in old} & set(corrected)
        task = "au" if "_au_" in file else "emotion"
        for entry in new:
            if number(entry) in corrected:
                assert TASKS[task].parse(answer(entry)) == said[task]


def answer(entry: dict) -> str:
    return entry["conversations"][1]["value"] if "conversations" in entry else entry["gpt4"]


def gold_of(work, face: int) -> int:
    """The gold label of a face that is in force."""
    with work.database.reads.begin() as session:
        return gold.current(session, face).id


def test_what_was_not_imported_is_refused(work, admin):
    with pytest.raises(NotFound, match="as_imported"):
        start_export_as_imported(work, admin, "faba-instruct 0")


def test_it_can_be_stopped(work, admin, given, ended, monkeypatch):
    monkeypatch.setattr(work.jobs, "start", stopped_at_once(work.jobs.start))
    (offered,) = data_overview(work, admin)["as_imported"]
    job = ended(start_export_as_imported(work, admin, offered["name"]))
    assert job.state == "stopped" and not list(staging.outgoing("a").parent.iterdir())


def stopped_at_once(start):
    def start_(kind, title, by, write):
        def stopping(job):
            job.stopping.set()
            write(job)

        return start(kind, title, by, stopping)

    return start_
