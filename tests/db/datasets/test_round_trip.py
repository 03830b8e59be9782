"""FABA-Instruct in and out: untouched it is the same text; corrected, only the corrected faces differ."""

import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db.assignments import next_assignment
from db.datasets import DATASETS, json_list
from db.datasets.errors import DatasetError
from db.datasets.faba_instruct_export import Exported, export, files
from db.datasets.faba_write import joined
from db.datasets.load import load
from db.gold import current, decide
from db.migrate import migrate
from db.models import Annotator, Face, Study
from db.saves import Save, save, undo
from db.session import open_database
from db.store import PictureStore
from db.studies import enqueue
from model.tasks import TASKS
from tests.db.datasets import trees

FABA = DATASETS["faba-instruct"]
KEYS = {"train": ["source", "image", "id", "conversations", "landmark"], "eval": ["image", "label", "gpt4"]}
STYLES = [
    {"indent": 2, "ensure_ascii": False},
    {"indent": 4},
    {},
    {"separators": (",", ":")},
    {"indent": "\t", "ensure_ascii": False},
]
_names = count()


def write(task, label) -> str:
    return TASKS[task].format(label)


@pytest.fixture
def store(tmp_path):
    return PictureStore(tmp_path / "pictures")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def out(database, name: str = FABA.name, **options) -> dict[str, str]:
    """Each label file's text, by its path in the data set."""
    with database.reads.begin() as session:
        return {file: "".join(export(session, file, name=name, **options)) for file in files(session, name)}


def published(folder) -> dict[str, str]:
    root = folder / "FABAInstruct"
    return {
        str(path.relative_to(root)): path.read_bytes().decode() for path in sorted(root.rglob("*_anno.json"))
    }


def face_called(session, ending: str) -> int:
    return session.scalars(select(Face.id).where(Face.original_name.endswith(ending))).one()


def judge(database, ending: str, labels: dict, rationales: dict | None = None) -> None:
    with database.sessions.begin() as session:
        face = face_called(session, ending)
        made = {"uuid": uuid4(), "kind": "adjudicated", "reason": "seen", "labels": labels}
        decide(session, face, rationales=rationales, **made)


def annotate(database, ending: str, labels: dict, rationales: dict | None = None, at=None):
    """Save an annotation of a face, as somebody new in a study of its own."""
    at = at or datetime.now(UTC) + timedelta(minutes=1)
    with database.sessions.begin() as session:
        who = Annotator(name=f"annotator {next(_names)}")
        study = Study(name=f"study {next(_names)}", tasks=["emotion", "au"])
        session.add_all([who, study])
        session.flush()
        enqueue(session, study, Face.id == face_called(session, ending))
        given_out = next_assignment(session, study.id, who.id, now=at)
        saved = Save(uuid=uuid4(), labels=labels, rationales=rationales)
        save(session, given_out.id, who.id, saved, now=at)
        return given_out.id, who.id


def differing(before: str, after: str) -> dict[int, dict]:
    """The entries that differ, by position, as they are afterwards; their keys and order stay."""
    old, new = json.loads(before), json.loads(after)
    assert len(old) == len(new) and [list(entry) for entry in old] == [list(entry) for entry in new]
    return {at: b for at, (a, b) in enumerate(zip(old, new, strict=True)) if a != b}


def aus(*numbers: int) -> dict:
    """AUs that are there, beside one that is not and one that cannot be seen."""
    there = {f"AU{n}": {"state": "present", "intensity": "C"} for n in numbers}
    return {"AU2": {"state": "absent"}, "AU43": {"state": "not_visible"}} | there


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_untouched_it_goes_out_byte_for_byte(database, store, folder, style):
    trees.faba(folder, **style)
    load(database, store, FABA, folder)
    texts = out(database)
    assert texts == published(folder) and len(texts) == 4
    for file, text in texts.items():
        for entry in json.loads(text):
            assert set(KEYS[file.split("/")[0]]) <= set(entry) and "landmark" in entry


def test_unusable_entries_go_out_as_they_came(database, store, folder):
    trees.faba(folder)
    entries = [trees.faba_entry(0, "au"), trees.faba_entry(0, "au"), [1], trees.faba_entry(9, "au", image=3)]
    trees.write_faba(folder, "train", "au", entries, end="\n", indent=1)
    assert len(load(database, store, FABA, folder).problems) == 3
    assert out(database) == published(folder)


def test_three_corrected_faces_are_all_that_differs(database, store, folder):
    trees.faba(folder, train=6, test=3)
    load(database, store, FABA, folder)
    text = "1. AU12 - Lip Corner Puller: The lip corners are pulled up."
    judge(database, "/00001.jpg", {"au": aus(12)}, {"au": text})
    annotate(database, "/00004.jpg", {"emotion": "fear"}, {"emotion": "The eyes are wide with fear."})
    judge(
        database,
        "/01000.jpg",
        {"emotion": "sadness", "au": aus(1, 15)},
        {"emotion": "Sad.", "au": "AU1 and AU15."},
    )
    before, exported = published(folder), Exported()
    after = out(database, exported=exported)
    assert (exported.entries, exported.changed, exported.notes) == (18, 4, [])
    changed = differing(before["train/train_au_anno.json"], after["train/train_au_anno.json"])
    assert list(changed) == [1] and changed[1]["conversations"][1] == {"from": "gpt", "value": text}
    changed = differing(before["train/train_emotion_anno.json"], after["train/train_emotion_anno.json"])
    assert list(changed) == [4]
    assert changed[4]["conversations"][1]["value"] == "The eyes are wide with fear."
    changed = differing(before["eval/eval_emotion_anno.json"], after["eval/eval_emotion_anno.json"])
    assert list(changed) == [0] and (changed[0]["label"], changed[0]["gpt4"]) == (1, "Sad.")
    changed = differing(before["eval/eval_au_anno.json"], after["eval/eval_au_anno.json"])
    assert list(changed) == [0] and (changed[0]["label"], changed[0]["gpt4"]) == ("1, 15", "AU1 and AU15.")


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_a_corrected_entry_is_written_as_the_file_was(database, store, folder, style):
    trees.faba(folder, **style)
    entries = [trees.faba_entry(n, "emotion", note="é") for n in range(3)]
    trees.write_faba(folder, "train", "emotion", entries, **style)
    load(database, store, FABA, folder)
    judge(database, "/00001.jpg", {"emotion": "fear"}, {"emotion": "Größe 顔 🙂"})
    entries[1]["conversations"][1]["value"] = "Größe 顔 🙂"
    assert out(database)["train/train_emotion_anno.json"] == json.dumps(entries, **style)


def test_what_was_saved_again_unchanged_goes_out_as_it_came(database, store, folder):
    load(database, store, FABA, trees.faba(folder))
    with database.reads.begin() as session:
        gold = current(session, face_called(session, "/01001.jpg"))
        train = current(session, face_called(session, "/00001.jpg"))
    annotate(database, "/01001.jpg", gold.labels, gold.rationales)
    annotate(database, "/00001.jpg", {"emotion": "happiness", **train.labels}, train.rationales)
    assert out(database) == published(folder)


def test_a_label_without_its_text_is_written_by_the_task(database, store, folder):
    load(database, store, FABA, trees.faba(folder))
    judge(database, "/01001.jpg", {"emotion": "anger", "au": aus(4, 23)})
    after = out(database, write=write)
    entry = json.loads(after["eval/eval_au_anno.json"])[1]
    assert entry["label"] == "4, 23" and TASKS["au"].parse(entry["gpt4"]) == ("AU4", "AU23")
    entry = json.loads(after["eval/eval_emotion_anno.json"])[1]
    assert entry["label"] == "3"
    assert TASKS["emotion"].parse(entry["gpt4"]) == "anger"


def test_an_old_text_under_a_new_label_is_written_anew(database, store, folder):
    load(database, store, FABA, trees.faba(folder))
    text = f"{trees.AU_TEXT} No. 1"
    annotate(database, "/00001.jpg", {"au": aus(12)}, {"au": text})
    entry = json.loads(out(database, write=write)["train/train_au_anno.json"])[1]
    assert TASKS["au"].parse(entry["conversations"][1]["value"]) == ("AU12",)


def test_what_nobody_can_write_stays_and_is_told(database, store, folder):
    load(database, store, FABA, trees.faba(folder))
    judge(database, "/01000.jpg", {"emotion": "cant_tell", "au": aus(12)})
    exported = Exported()
    assert out(database, exported=exported) == published(folder)
    assert len(exported.notes) == 2 and all("entry 1" in note for note in exported.notes)
    assert "can't tell" in exported.notes[0] and "without a text" in exported.notes[1]


def test_an_emotion_that_the_evaluation_has_not_is_told(database, store, folder):
    load(database, store, FABA, trees.faba(folder))
    judge(database, "/01000.jpg", {"emotion": "cant_tell"}, {"emotion": "Nothing can be told."})
    exported = Exported()
    assert out(database, exported=exported) == published(folder)
    assert "'cant_tell' is no label" in exported.notes[0]


def test_of_a_picture_with_several_texts_only_the_corrected_task_differs(database, store, folder):
    trees.faba(folder)
    copy = (folder / trees.faba_entry(0, "au")["image"]).read_bytes()
    (folder / trees.faba_entry(1, "au")["image"]).write_bytes(copy)
    load(database, store, FABA, folder)
    with database.reads.begin() as session:
        gold = current(session, face_called(session, "/00000.jpg"))
    texts = {**gold.rationales, "emotion": "The eyes are wide with fear."}
    judge(database, "/00000.jpg", {"emotion": "fear", **gold.labels}, texts)
    before, after = published(folder), out(database)
    assert after["train/train_au_anno.json"] == before["train/train_au_anno.json"]
    name = "train/train_emotion_anno.json"
    assert list(differing(before[name], after[name])) == [0, 1]


def test_an_undone_save_changes_nothing(database, store, folder):
    load(database, store, FABA, trees.faba(folder))
    saved = annotate(database, "/00001.jpg", {"emotion": "fear"}, {"emotion": "Fear."})
    with database.sessions.begin() as session:
        undo(session, *saved, uuid4())
    assert out(database) == published(folder)


def test_an_annotation_from_before_the_import_is_no_correction(database, store, folder):
    load(database, store, FABA, trees.faba(folder))
    old = datetime(2020, 1, 1, tzinfo=UTC)
    annotate(database, "/00001.jpg", {"emotion": "fear"}, {"emotion": "Fear."}, at=old)
    assert out(database) == published(folder)


def test_a_gold_label_counts_before_an_annotation(database, store, folder):
    load(database, store, FABA, trees.faba(folder))
    judge(database, "/00001.jpg", {"emotion": "anger"}, {"emotion": "Anger."})
    annotate(database, "/00001.jpg", {"emotion": "fear"}, {"emotion": "Fear."})
    entry = json.loads(out(database)["train/train_emotion_anno.json"])[1]
    assert entry["conversations"][1]["value"] == "Anger."


def test_what_was_exported_can_be_imported_again(database, store, folder, tmp_path):
    load(database, store, FABA, trees.faba(folder))
    judge(database, "/01000.jpg", {"emotion": "sadness", "au": aus(1)}, {"emotion": "Sad.", "au": "AU1."})
    for file, text in out(database).items():
        (folder / "FABAInstruct" / file).write_text(text, encoding="utf-8", newline="")
    assert not load(database, store, FABA, folder, name="again").problems
    assert out(database, "again") == published(folder)


def test_a_file_that_was_not_imported_is_refused_by_name(database, store, folder):
    load(database, store, FABA, trees.faba(folder), split="test")
    with database.reads.begin() as session:
        with pytest.raises(DatasetError, match=r"without train/x.json. .*eval/eval_emotion_anno.json"):
            list(export(session, "train/x.json"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
SPACE = st.text(" \t\n\r", max_size=3)


@given(st.lists(JSON, max_size=5), SPACE, SPACE, st.sampled_from(STYLES))
def test_any_list_is_its_entries_and_what_is_between_them(tmp_path_factory, values, before, after, style):
    path = tmp_path_factory.getbasetemp() / "any.json"
    text = before + json.dumps(values, **style) + after
    path.write_bytes(text.encode())
    items = list(json_list.items(path))
    assert [item.value for item in items] == values and not [item for item in items if item.problem]
    assert "".join(joined((item.text for item in items), json_list.layout(path))) == text


@st.composite
def entries(draw):
    """A file of entries: good ones with keys of their own in any order, and some that are none."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        entry = trees.faba_entry(number, "emotion", id=draw(st.text() | st.integers()))
        entry["conversations"][1]["value"] = draw(st.text(min_size=1) | st.just("\ud800\0"))
        entry = draw(st.dictionaries(st.text(min_size=1), JSON, max_size=3)) | entry
        made.append(dict(draw(st.permutations(list(entry.items())))))
    return made + draw(st.lists(JSON, max_size=2))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries(), st.sampled_from([style for style in STYLES if style.get("ensure_ascii", True)]))
def test_any_entries_round_trip_through_the_database(database, store, folder, made, style):
    trees.faba(folder, train=4, test=0)
    trees.write_faba(folder, "train", "emotion", made, **style)
    name = f"import {next(_names)}"
    load(database, store, FABA, folder, name=name, split="train")
    assert out(database, name) == {
        file: text for file, text in published(folder).items() if file.startswith("train")
    }


def test_memory_stays_flat_over_ten_thousand_entries(store, folder, tmp_path):
    """The file is 20 MB; reading, keeping and writing it out hold a batch of it at a time."""
    database = open_database(f"sqlite:///{tmp_path}/large.db")
    migrate(database)
    trees.faba(folder, train=1, test=0)
    more = {"image": trees.faba_entry(0, "emotion")["image"], "note": "x" * 1500}
    path = trees.faba_file(folder)
    made = [trees.faba_entry(n, "emotion", **more) for n in range(10_000)]
    path.write_text(json.dumps(made, indent=2), encoding="utf-8")
    del made
    trees.faba_file(folder, task="au").unlink()
    size = path.stat().st_size
    tracemalloc.start()
    try:
        loaded = load(database, store, FABA, folder, split="train")
        with database.reads.begin() as session:
            pieces = export(session, "train/train_emotion_anno.json")
            written = sum(len(piece) for piece in pieces)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        database.close()
    assert loaded.entries == 10_000 and loaded.new == 1 and written == size
    assert size > 19_000_000 and peak < 12_000_000
