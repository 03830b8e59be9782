"""Loading a data set: what is there afterwards, again, after an interruption, and what is refused."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from db.datasets import DATASETS
from db.datasets.errors import DatasetError
from db.datasets.load import BATCH, load
from db.erasure import erase_faces
from db.gold import current, decide
from db.models import Entry, EntryFile, Face, GoldLabel, Snapshot, SnapshotRow, Subject
from db.store import PictureStore
from tests.db.datasets import trees

FABA = DATASETS["faba-instruct"]
ID = UUID("11111111-2222-4333-8444-555555555555")


@pytest.fixture
def store(tmp_path):
    return PictureStore(tmp_path / "pictures")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def count(database, table) -> int:
    with database.reads.begin() as session:
        return session.scalar(select(func.count()).select_from(table))


def counts(database) -> dict[str, int]:
    return {table.__name__: count(database, table) for table in (Face, Subject, GoldLabel, Entry, EntryFile)}


def face_called(session, ending: str) -> Face:
    return session.scalars(select(Face).where(Face.original_name.endswith(ending))).one()


def test_faba_instruct_is_faces_with_both_tasks_labels_and_texts(database, store, folder):
    loaded = load(database, store, FABA, trees.faba(folder))
    assert (loaded.entries, loaded.new, loaded.known, loaded.problems) == (10, 5, 5, [])
    with database.reads.begin() as session:
        face = face_called(session, "00001.jpg")
        gold = current(session, face.id)
        assert face.split == "train" and face.source == "FABA-Instruct" and gold.kind == "imported"
        assert gold.labels["au"]["AU17"] == {"state": "present"} and len(gold.labels["au"]) == 20
        assert gold.rationales == {
            "emotion": f"{trees.EMOTION_TEXT} No. 1",
            "au": f"{trees.AU_TEXT} No. 1",
        }
        assert "emotion" not in gold.labels  # no field of a training entry says it
        test = current(session, face_called(session, "01000.jpg").id)
        assert test.labels["emotion"] == "happiness" and face_called(session, "01000.jpg").split == "test"


def test_a_reader_may_tell_what_a_text_says(database, store, folder):
    read = {"emotion": lambda text: "sadness", "au": lambda text: ("AU1", "AU2")}
    load(database, store, FABA, trees.faba(folder), read=read)
    with database.reads.begin() as session:
        labels = current(session, face_called(session, "00001.jpg").id).labels
    assert labels["emotion"] == "sadness"
    assert [name for name, of in labels["au"].items() if of["state"] == "present"] == ["AU1", "AU2"]


@pytest.mark.parametrize("name", DATASETS)
def test_loading_again_doubles_nothing(database, store, folder, name):
    trees.TREES[name](folder)
    first = load(database, store, DATASETS[name], folder)
    there = counts(database)
    again = load(database, store, DATASETS[name], folder)
    assert counts(database) == there and there["Face"] and there["GoldLabel"]
    assert (again.new, again.known, again.labelled, again.before) == (0, 0, 0, first.entries)


def test_an_interrupted_load_goes_on(database, store, folder):
    trees.bp4d(folder, frames=BATCH)

    def stop(loaded):
        if loaded.entries == 2 * BATCH:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(database, store, DATASETS["bp4d"], folder, progress=stop)
    assert count(database, Entry) == 2 * BATCH
    loaded = load(database, store, DATASETS["bp4d"], folder)
    assert (loaded.before, loaded.new) == (2 * BATCH, BATCH)
    assert count(database, Face) == count(database, GoldLabel) == 3 * BATCH


def test_a_batch_that_fails_leaves_no_half_of_it(database, store, folder):
    def fail(session, faces):
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        load(database, store, FABA, trees.faba(folder), then=fail)
    assert not any(counts(database).values())


def test_bad_pictures_are_listed_and_their_entries_kept_until_they_come(database, store, folder):
    trees.raf_db(folder)
    aligned = folder / "basic/Image/aligned"
    good = (aligned / "train_00001_aligned.jpg").read_bytes()
    (aligned / "train_00001_aligned.jpg").unlink()
    (aligned / "train_00002_aligned.jpg").write_bytes(b"no picture")
    loaded = load(database, store, DATASETS["raf-db"], folder)
    missing, damaged = loaded.problems
    assert "entry 1" in missing and "is not there" in missing
    assert "entry 2" in damaged and "no picture" in damaged
    assert loaded.new == 7 and count(database, Entry) == 9
    (aligned / "train_00001_aligned.jpg").write_bytes(good)
    loaded = load(database, store, DATASETS["raf-db"], folder)
    assert (loaded.new, loaded.before, len(loaded.problems)) == (1, 7, 1)
    assert count(database, Entry) == 9


def test_a_picture_that_is_there_twice_is_one_face_with_several_entries(database, store, folder):
    trees.raf_db(folder)
    aligned = folder / "basic/Image/aligned"
    copy = (aligned / "train_00004_aligned.jpg").read_bytes()
    (aligned / "train_00005_aligned.jpg").write_bytes(copy)
    loaded = load(database, store, DATASETS["raf-db"], folder)
    assert (loaded.new, loaded.known) == (8, 1)
    with database.reads.begin() as session:
        face = face_called(session, "train_00004_aligned.jpg")
        assert session.scalar(select(func.count()).where(Entry.face_id == face.id)) == 2
        assert current(session, face.id).labels == {"emotion": "happiness"}  # the first that came


def test_a_picture_that_is_in_another_split_is_refused_by_name(database, store, folder):
    trees.raf_db(folder)
    aligned = folder / "basic/Image/aligned"
    copy = (aligned / "train_00004_aligned.jpg").read_bytes()
    (aligned / "test_0001_aligned.jpg").write_bytes(copy)
    (problem,) = load(database, store, DATASETS["raf-db"], folder).problems
    assert "entry 8" in problem and "in split train, not test" in problem


def test_what_people_decided_stays(database, store, folder):
    load(database, store, FABA, trees.faba(folder), split="test")
    with database.sessions.begin() as session:
        face = face_called(session, "01000.jpg")
        decide(session, face.id, uuid=ID, kind="adjudicated", labels={"emotion": "fear"}, reason="seen")
    load(database, store, FABA, folder, name="once more")
    with database.reads.begin() as session:
        assert current(session, face.id).labels == {"emotion": "fear"}


def test_an_import_adds_the_task_that_was_not_labelled(database, store, folder, tmp_path):
    trees.affectnet_folder(folder)
    load(database, store, DATASETS["affectnet-folder"], folder, split="train")
    picture = (folder / "train_set/images/1.jpg").read_bytes()
    faba = trees.faba(tmp_path / "faba", train=1)
    trees.put(faba / trees.faba_entry(0, "au")["image"], picture)
    load(database, store, FABA, faba, split="train")
    with database.reads.begin() as session:
        face = face_called(session, "images/1.jpg")
        assert set(current(session, face.id).labels) == {"emotion", "au"}


def test_subjects_are_known_by_data_set(database, store, folder):
    load(database, store, DATASETS["bp4d"], trees.bp4d(folder))
    with database.reads.begin() as session:
        names = session.scalars(select(Subject.name).order_by(Subject.name)).all()
        assert names == ["bp4d:F001", "bp4d:F007", "bp4d:M011"]
        assert face_called(session, "F001/T1/2440.jpg").subject_id is not None


def test_a_fold_is_split_by_its_subjects(database, store, folder):
    load(database, store, DATASETS["disfa"], trees.disfa(folder), fold=2)
    with database.reads.begin() as session:
        faces = select(Subject.name, Face.split).join(Face, Face.subject_id == Subject.id).distinct()
        assert sorted(session.execute(faces)) == [
            ("disfa:SN002", "train"),
            ("disfa:SN003", "train"),
            ("disfa:SN013", "test"),
        ]


def test_a_subject_in_another_split_is_refused_by_name_and_nothing_is_loaded(database, store, folder):
    trees.bp4d(folder)
    load(database, store, DATASETS["bp4d"], folder, fold=1)
    there = counts(database)
    with pytest.raises(DatasetError, match=r"2 subjects .* bp4d:F001 \(test, train\), bp4d:M011"):
        load(database, store, DATASETS["bp4d"], folder, fold=2, name="second fold")
    assert counts(database) == there


def test_as_gold_is_split_test_and_a_frozen_gold_set(database, store, folder):
    trees.raf_db(folder)
    loaded = load(database, store, DATASETS["raf-db"], folder, split="test", as_split="gold")
    again = load(database, store, DATASETS["raf-db"], folder, split="test", as_split="gold")
    assert loaded.gold_set and again.gold_set == loaded.gold_set
    with database.reads.begin() as session:
        snapshot = session.scalars(select(Snapshot)).one()
        assert snapshot.sha256 == loaded.gold_set and snapshot.faces == 2
        assert set(session.scalars(select(Face.split))) == {"test"}
        assert count(database, SnapshotRow) == 2


def test_a_data_set_without_splits_goes_where_it_is_told(database, store, folder):
    trees.emotionet(folder)
    load(database, store, DATASETS["emotionet"], folder)
    with database.reads.begin() as session:
        assert set(session.scalars(select(Face.split))) == {None}
    load(database, store, DATASETS["emotionet"], folder, as_split="train", name="to train on")
    with database.reads.begin() as session:
        assert set(session.scalars(select(Face.split))) == {"train"}


def test_classes_that_are_none_of_ours_are_left_out_and_counted(database, store, folder):
    loaded = load(database, store, DATASETS["affectnet"], trees.affectnet(folder))
    assert loaded.left_out == {"contempt": 1, "none": 1, "uncertain": 1, "no face": 1}
    assert loaded.new == 9 and not loaded.problems


def test_a_file_that_has_changed_is_another_import(database, store, folder):
    load(database, store, FABA, trees.faba(folder))
    trees.write_faba(folder, "train", "au", [trees.faba_entry(n, "au", source="X") for n in range(3)])
    with pytest.raises(DatasetError, match="train_au_anno.json has changed .* entry 1 .* another name"):
        load(database, store, FABA, folder)
    assert load(database, store, FABA, folder, name="new").known == 10


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("raf-db", {"split": "val"}, "no split 'val'. Choose one of train, test"),
        ("emotionet", {"split": "train"}, "It is without splits"),
        ("raf-db", {"as_split": "dev"}, "'dev' is no split"),
        ("raf-db", {"fold": 1}, "has no fold 1. It has none"),
        ("bp4d", {"fold": 4}, "has no fold 4. Choose one of 1 to 3"),
        ("bp4d", {"split": "test"}, "name one with the split"),
    ],
)
def test_what_cannot_be_meant_is_refused(database, store, folder, name, options, told):
    trees.TREES[name](folder)
    with pytest.raises(DatasetError, match=told):
        load(database, store, DATASETS[name], folder, **options)


def test_a_folder_that_is_not_there_is_refused(database, store, folder):
    with pytest.raises(DatasetError, match="is no folder"):
        load(database, store, FABA, folder)


def test_each_batchs_faces_are_told_in_its_transaction(database, store, folder):
    told = []
    trees.raf_db(folder)
    load(database, store, DATASETS["raf-db"], folder, then=lambda session, faces: told.extend(faces))
    assert len(told) == 9 and sorted(set(told)) == told


def test_an_erased_faces_entries_are_gone(database, store, folder):
    load(database, store, FABA, trees.faba(folder))
    with database.sessions.begin() as session:
        face = face_called(session, "00001.jpg")
        erase_faces(session, [face.id], reason="asked to")
    with database.reads.begin() as session:
        assert not session.scalars(select(Entry).where(Entry.text.contains("/00001.jpg"))).all()
    assert count(database, Entry) == 8
