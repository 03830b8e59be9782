"""FABA-Instruct's JSON with its pictures, as a folder and packed: labels, bad entries, going on."""

import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from db import gold
from db.imports.run import run
from db.imports.wishes import Wishes
from db.models import Face, Import, ImportFile, QueueEntry
from tests.db.imports.conftest import picture


@pytest.fixture
def faba(tmp_path):
    """Five faces with AUs, of which one picture is missing; an emotion for the first."""
    root = tmp_path / "FABAInstruct" / "eval"
    (root / "images").mkdir(parents=True)
    entries = []
    for number in range(5):
        if number != 3:
            (root / "images" / f"{number}.png").write_bytes(picture(number))
        image, points = f"FABAInstruct/eval/images/{number}.png", f"eval/landmarks/{number}.npy"
        entries.append({"image": image, "landmark": points, "label": "1, 12", "gpt4": "Two of them."})
    (root / "eval_AU_anno.json").write_text(json.dumps(entries))
    emotion = {**entries[0], "label": "Fear", "gpt4": "It shows fear."}
    (root / "eval_emotion_anno.json").write_text(json.dumps([emotion]))
    return tmp_path / "FABAInstruct"


def bring(database, store, path, **more):
    return run(database, store, path, Wishes(), **more)


def labels(database) -> list[dict]:
    with database.reads.begin() as session:
        return [gold.current(session, face).labels for face in session.scalars(select(Face.id))]


def test_labels_become_gold_and_faces_wait_in_a_queue(database, store, faba):
    import_id, done = bring(database, store, faba)
    assert (done.added, done.known, done.skipped) == (4, 1, 1)
    found = labels(database)
    assert found[0]["emotion"] == "fear" and len(found) == 4
    assert all(said["au"]["AU12"] == {"state": "present"} for said in found)
    with database.reads.begin() as session:
        assert len(session.scalars(select(QueueEntry.face_id)).all()) == 4
        note = session.scalars(select(ImportFile).where(ImportFile.import_id == import_id)).one()
    assert "3.png is not there" in note.reason


def test_one_label_file_brings_its_own_entries_only(database, store, faba, monkeypatch):
    monkeypatch.chdir(faba / "eval")
    _, done = bring(database, store, faba / "eval" / "eval_emotion_anno.json")
    assert (done.added, done.skipped) == (1, 0) and labels(database) == [{"emotion": "fear"}]
    _, done = bring(database, store, Path("eval_AU_anno.json"))
    assert (done.added, done.known, done.skipped) == (3, 1, 1)


def test_another_json_file_is_told_what_to_give(database, store, tmp_path):
    (tmp_path / "labels.json").write_text("[]")
    import_id, done = bring(database, store, tmp_path / "labels.json")
    assert done.skipped == 1
    with database.reads.begin() as session:
        note = session.scalars(select(ImportFile).where(ImportFile.import_id == import_id)).one()
    assert "Give the folder that train/ or eval/ is in" in note.reason


def test_packed_it_is_the_same(database, store, faba, tmp_path):
    with zipfile.ZipFile(tmp_path / "faba.zip", "w") as archive:
        for path in sorted(faba.rglob("*.*")):
            archive.write(path, path.relative_to(faba.parent))
    _, done = bring(database, store, tmp_path / "faba.zip")
    assert (done.added, done.skipped) == (4, 1)
    assert len(labels(database)) == 4


def test_stopped_it_goes_on(database, store, faba, monkeypatch):
    from db.datasets import load

    monkeypatch.setattr(load, "BATCH", 2)
    asked = iter([False, True])
    first, done = bring(database, store, faba, stop=lambda: next(asked))
    assert done.done < 6
    again, done = bring(database, store, faba)
    assert again == first and (done.added, done.skipped) == (4, 1)
    with database.reads.begin() as session:
        assert session.get_one(Import, first).state == "finished"


def test_a_list_that_breaks_off_is_told_and_noted(database, store, faba):
    from db.datasets.errors import DatasetError

    file = faba / "eval" / "eval_AU_anno.json"
    file.write_text(file.read_text()[:-40])
    with pytest.raises(DatasetError, match="whole"):
        bring(database, store, faba)
