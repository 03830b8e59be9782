"""Exports: which labels go out, in which form, and what never does."""

import csv
import io
import json
import zipfile

import pyarrow.parquet as pq
import pytest

from db.errors import DataError, NotFound
from db.exports.bundle import Speech, Stopped, ending, export
from db.exports.choice import Choice
from db.exports.rows import rows

SPEECH = Speech(lambda task, label, rationale: f"{task}: {label}. {rationale}", lambda face, points: b"npy")


@pytest.fixture
def take_out(database, store, labelled, tmp_path):
    """Exports a choice; returns (path, what is in it)."""

    def take_out(**more):
        choice = Choice(**more)
        path = tmp_path / f"out{ending(choice)}"
        return path, export(database, store, choice, path, speech=SPEECH)

    return take_out


def parquet(path):
    return pq.read_table(path).to_pylist()


def names(lines):
    return [(line["original_name"], line["origin"]) for line in lines]


def test_gold_comes_before_what_is_agreed_and_disputed_tasks_stay_in(take_out, labelled):
    path, done = take_out(form="parquet")
    lines = parquet(path)
    assert names(lines) == [("gold", "gold"), ("agreed", "annotation"), ("half", "annotation")]
    assert json.loads(lines[0]["labels"])["emotion"] == "happiness"
    assert list(json.loads(lines[2]["labels"])) == ["au"], "they agree on the AUs only"
    assert lines[0]["action_units"] == ["AU6", "AU12"]
    assert (done.rows, done.faces, done.missing) == (3, 3, [])


def test_gold_only_is_gold_only(take_out):
    path, _ = take_out(form="parquet", labels="gold")
    assert names(parquet(path)) == [("gold", "gold")]


def test_each_annotator_has_a_row_beside_gold(take_out):
    path, _ = take_out(form="parquet", labels="each")
    lines = [(line["original_name"], line["annotator"]) for line in parquet(path)]
    assert lines[:3] == [("gold", None), ("gold", "ann"), ("gold", "bob")]
    assert lines[-2:] == [("disputed", "ann"), ("disputed", "bob")]


def test_faces_without_labels_only_where_asked_for_and_erased_ones_never(take_out):
    path, _ = take_out(form="parquet", unlabelled=True)
    assert [name for name, _ in names(parquet(path))] == ["gold", "agreed", "half", "disputed", "nothing"]


def test_subject_and_history_only_where_asked_for(take_out):
    path, _ = take_out(form="parquet")
    assert {"subject", "history"}.isdisjoint(parquet(path)[0])
    path, _ = take_out(form="parquet", subjects=True, history=True)
    first = parquet(path)[0]
    assert first["subject"] == "S1"
    history = json.loads(first["history"])
    assert [one["origin"] for one in history] == ["annotation", "annotation", "gold"]
    assert history[-1]["reason"] == "seen together"


def test_splits_and_studies_can_be_chosen(take_out):
    path, _ = take_out(form="parquet", splits=("val", "test"))
    assert [name for name, _ in names(parquet(path))] == ["agreed", "half"]
    with pytest.raises(NotFound):
        take_out(form="parquet", study="nobody's")


def test_the_picture_goes_out_as_it_is_stored(take_out, database, store):
    path, _ = take_out(form="parquet")
    with database.reads.begin() as session:
        kept = {row.face.sha256: store.get(row.face.sha256) for row in rows(session, Choice())}
    assert {line["sha256"]: line["image"]["bytes"] for line in parquet(path)} == kept


def test_datasets_reads_the_parquet_with_its_pictures(take_out, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    path, _ = take_out(form="parquet")
    loaded = datasets.load_dataset(
        "parquet", data_files=str(path), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert isinstance(loaded.features["image"], datasets.Image)
    assert loaded[0]["image"].size == (24, 24)
    assert loaded["emotion"][:2] == ["happiness", "fear"]


def test_a_table_has_a_column_for_each_label(take_out):
    path, done = take_out(form="csv", pictures=False)
    lines = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert done.rows == 3 and len(lines) == 3
    first = lines[0]
    assert (first["emotion"], first["AU12"], first["AU12_intensity"], first["AU12_side"]) == (
        "happiness",
        "present",
        "C",
        "left",
    )
    assert (first["AU1"], first["AU43"], first["AU2"]) == ("absent", "not_visible", "")
    assert first["rationale_au"] == "'=SUM(A1)", "a spreadsheet must not compute what an annotator wrote"


def test_a_table_with_pictures_is_an_archive_of_both(take_out):
    path, _ = take_out(form="csv", labels="each", pictures=True)
    with zipfile.ZipFile(path) as archive:
        inside = archive.namelist()
        assert inside[-1] == "labels.csv" and len(inside) == 5, "each picture once"
        text = archive.read("labels.csv").decode("utf-8-sig")
        assert all(line["picture"] in inside for line in csv.DictReader(io.StringIO(text)))


def test_faba_instructs_form_is_read_by_its_reader(take_out, tmp_path):
    from db.datasets.faba_instruct import FabaInstruct

    path, done = take_out(form="faba")
    assert done.rows == 3
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "out")
    records = list(FabaInstruct().records(tmp_path / "out"))
    assert all(record.problem is None and record.picture.is_file() for record in records)
    found = {(record.split, record.task) for record in records}
    assert found == {("train", "emotion"), ("train", "au"), ("test", "au")}
    test = next(record for record in records if record.split == "test")
    there = [name for name, said in test.labels["au"].items() if said["state"] == "present"]
    assert there == ["AU6", "AU12"]


def test_a_picture_that_the_store_has_lost_is_told(take_out, database, store, labelled):
    from db.models import Face

    with database.reads.begin() as session:
        store.delete(session.get_one(Face, labelled["gold"]).sha256)
    path, done = take_out(form="parquet")
    assert done.missing == [labelled["gold"]]
    assert parquet(path)[0]["image"] is None


def test_nothing_to_export_is_an_empty_file_of_the_same_form(database, store, tmp_path):
    for form in ("parquet", "csv", "faba"):
        choice = Choice(form)
        path = tmp_path / f"empty{ending(choice)}"
        assert export(database, store, choice, path, speech=SPEECH).rows == 0
        assert path.is_file()


def test_stopped_it_leaves_no_file(database, store, things, tmp_path):
    from tests.db.things import add_faces

    with database.sessions.begin() as session:
        add_faces(session, 120)
    choice = Choice("parquet", unlabelled=True, pictures=False)
    with pytest.raises(Stopped):
        export(database, store, choice, tmp_path / "a.parquet", stop=lambda: True)
    assert [path.name for path in tmp_path.iterdir() if "parquet" in path.name] == []


@pytest.mark.parametrize(
    "more", [{"form": "xml"}, {"labels": "all"}, {"splits": ("dev",)}, {"form": "faba", "labels": "each"}]
)
def test_a_choice_that_cannot_be_met_is_refused(more):
    with pytest.raises(DataError):
        Choice(**more)


def test_landmarks_go_out_with_faba_instructs_form(take_out, database, labelled):
    from db.models import Landmarks

    with database.sessions.begin() as session:
        values = {"expert": "mini", "box": [0, 0, 9, 9], "score": 0.9, "points": [[1, 2]]}
        session.add(Landmarks(face_id=labelled["gold"], **values))
    path, _ = take_out(form="faba")
    with zipfile.ZipFile(path) as archive:
        assert [name for name in archive.namelist() if name.endswith(".npy")]
