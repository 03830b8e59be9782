"""Each defect of a label file is named, with file and place; what is beside it is still read."""

import json
import re

import pytest

from db.datasets import DATASETS
from db.datasets.check import check
from db.datasets.errors import DatasetError
from tests.db.datasets import trees


def change(path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(name, folder) -> list[str]:
    return [record.problem for record in DATASETS[name].records(folder) if record.problem]


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "told"),
    [
        ("raf-db", "basic/EmoLabel/list_patition_label.txt", " 5\n", " 8\n", "line 5: label 8 is none of 1"),
        ("raf-db", "basic/EmoLabel/list_patition_label.txt", "train_00002", "train_00001", "line 2: .*twice"),
        ("raf-db", "basic/EmoLabel/list_patition_label.txt", ".jpg 5", "", "line 5: .*is no name and label"),
        ("bp4d", "AUCoding/AU_OCC/F001_T1.csv", "\n2441", "\n2440", "line 3: frame 2440 stands twice"),
        ("bp4d", "AUCoding/AU_OCC/F001_T1.csv", "\n2441", "\nfoo", "line 3: 'foo' in column 0"),
        ("bp4d", "AUCoding/AU_OCC/F001_T1.csv", "2440,9", "2440,3", "line 2: AU1 is '3'"),
        ("disfa", "ActionUnit_Labels/SN002/SN002_au12.txt", "3,5", "3,6", "line 3: intensity '6' is none"),
        ("disfa", "ActionUnit_Labels/SN002/SN002_au12.txt", "3,5\n", "", "au12.txt has no line for frame 3"),
        ("disfa", "ActionUnit_Labels/SN002/SN002_au12.txt", "3,5", "7,5", "should be of frame 3"),
        ("gft", "AU_Occurrence/001A.csv", "2,1,9,1", "2,1,9,4", "line 3: AU12 is '4'"),
        ("gft", "AU_Occurrence/001A.csv", "2,1,9,1", "1,1,9,1", "line 3: frame 1 stands twice"),
        ("emotionet", "emotionet_facs_24600.csv", ",0,", ",7,", "line 3: AU 1 is '7'"),
        ("emotionet", "emotionet_facs_24600.csv", "N_0000000002", "N_0000000001", "line 3: .*stands twice"),
        (
            "affectnet",
            "Manually_Annotated_file_lists/training.csv",
            ",10,",
            ",11,",
            "expression '11' is none",
        ),
        ("affectnet", "Manually_Annotated_file_lists/training.csv", "3/t3", "2/t2", "line 5: .*stands twice"),
        ("affectnet", "Manually_Annotated_file_lists/training.csv", "3/t3", "../../t3", "no path of a pict"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(tmp_path, name, file, old, new, told):
    folder = trees.TREES[name](tmp_path)
    whole = len(list(DATASETS[name].records(folder)))
    change(folder / file, old, new)
    found = problems(name, folder)
    assert len(found) == 1 and file.rpartition("/")[2] in found[0]
    assert re.search(told, found[0]), found[0]
    records = list(DATASETS[name].records(folder))
    assert sum(not record.problem for record in records) == whole - 1
    assert check(DATASETS[name], folder).problems == found


@pytest.mark.parametrize(
    ("part", "task", "more", "told"),
    [
        ("eval", "emotion", {"label": "Joy"}, "emotion 'Joy' is none of happiness"),
        ("eval", "emotion", {"label": 7}, "emotion 7 is none"),
        ("eval", "emotion", {"label": True}, "emotion True is none"),
        ("eval", "au", {"label": "1, 2, 28"}, "AU '28' is none of FABA-Instruct's columns"),
        ("eval", "au", {"label": [1, 2]}, "are no text"),
        ("eval", "au", {"gpt4": None}, "no gpt4"),
        ("train", "au", {"conversations": []}, "no answer"),
        ("train", "au", {"conversations": [{"from": "gpt", "value": "\ud800"}]}, "no database keeps"),
        ("train", "au", {"conversations": [{"from": "gpt", "value": "a\0b"}]}, "no database keeps"),
        ("train", "au", {"image": None}, "no text"),
        ("train", "au", {"image": "FABAInstruct/../../secret.jpg"}, "leads out of the folder"),
        ("train", "au", {"image": "/etc/passwd"}, "leads out of the folder"),
        ("train", "au", {"score": float("nan")}, "NaN is no number"),
    ],
)
def test_a_bad_entry_of_faba_instruct_is_named(tmp_path, part, task, more, told):
    folder = trees.faba(tmp_path)
    entries = [trees.faba_entry(n, task, part) for n in range(3)]
    entries[1] |= more
    path = trees.write_faba(folder, part, task, entries, indent=2)
    (found,) = problems("faba-instruct", folder)
    assert f"{path}, entry 2 (line " in found and told in found


def test_a_duplicate_id_is_named(tmp_path):
    folder = trees.faba(tmp_path)
    entries = [trees.faba_entry(n, "emotion") for n in (0, 1, 0)]
    trees.write_faba(folder, "train", "emotion", entries)
    (found,) = problems("faba-instruct", folder)
    assert "entry 3" in found and "id 'AffectNet/AffectNet_v2/0/00000' stands twice" in found


def test_a_key_that_stands_twice_is_named(tmp_path):
    folder = trees.faba(tmp_path)
    path = trees.faba_file(folder)
    change(path, '"source": "AffectNet"', '"source": "A", "source": "AffectNet"')
    assert "the key 'source' stands twice" in problems("faba-instruct", folder)[0]


def test_an_entry_that_is_no_object_is_named(tmp_path):
    folder = trees.faba(tmp_path)
    trees.faba_file(folder).write_text("[1, {}]")
    first, second = problems("faba-instruct", folder)
    assert "it is a int" in first and "entry 2" in second


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[{"a": 1}, {"b": ', "line 1: entry 2 breaks off or is no JSON .* 1 entries before it are whole"),
        ('[{"a": 1}', "neither a comma nor ] follows entry 1"),
        ('{"a": 1}', "no JSON list"),
        ("", "no JSON list"),
        ("[{}] {}", "something follows the end"),
        ("[{},]", "entry 2"),
    ],
)
def test_a_file_that_breaks_off_says_where(tmp_path, text, told):
    folder = trees.faba(tmp_path)
    trees.faba_file(folder).write_text(text)
    with pytest.raises(DatasetError, match=told):
        list(DATASETS["faba-instruct"].records(folder))
    with pytest.raises(DatasetError, match="train_emotion_anno.json"):
        check(DATASETS["faba-instruct"], folder)


def test_a_file_that_is_no_text_says_so(tmp_path):
    folder = trees.faba(tmp_path)
    trees.faba_file(folder).write_bytes(b'["\xff"]')
    with pytest.raises(DatasetError, match="not UTF-8"):
        list(DATASETS["faba-instruct"].records(folder))
    raf = trees.raf_db(tmp_path / "raf")
    (raf / "basic/EmoLabel/list_patition_label.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(DatasetError, match="not UTF-8"):
        list(DATASETS["raf-db"].records(raf))


def test_a_null_character_and_an_endless_cell_are_named(tmp_path):
    folder = trees.emotionet(tmp_path)
    path = folder / "emotionet_facs_24600.csv"
    text = path.read_text()
    for bad, told in ((text + "a\0b\n", "line 5 holds a null"), (text + "x" * 200_000, "line 5 is no row")):
        path.write_text(bad)
        with pytest.raises(DatasetError, match=told):
            list(DATASETS["emotionet"].records(folder))


def test_missing_label_files_are_named(tmp_path):
    folder = trees.faba(tmp_path / "faba")
    trees.faba_file(folder, "eval", "au").unlink()
    assert "eval/eval_au_anno.json" in check(DATASETS["faba-instruct"], folder).missing
    folder = trees.bp4d(tmp_path / "bp4d")
    assert "AUCoding/AU_OCC/F001_T2.csv" in check(DATASETS["bp4d"], folder).missing


def test_missing_landmarks_are_named(tmp_path):
    folder = trees.faba(tmp_path)
    record = next(DATASETS["faba-instruct"].records(folder))
    record.landmarks.unlink()
    assert str(record.landmarks.relative_to(folder)) in check(DATASETS["faba-instruct"], folder).missing


def test_two_pictures_of_one_frame_are_refused(tmp_path):
    folder = trees.bp4d(tmp_path)
    trees.put(folder / "2D+3D/F001/T1/02440.jpg", trees.picture(5))
    with pytest.raises(DatasetError, match="both frame 2440"):
        list(DATASETS["bp4d"].records(folder))


def test_a_long_list_of_names_is_cut_and_says_so(tmp_path):
    folder = trees.bp4d(tmp_path, frames=30)
    for path in (folder / "2D+3D/F001/T1").iterdir():
        path.unlink()
    report = check(DATASETS["bp4d"], folder)
    lines = list(report.lines(at_most=5))
    assert any(line.strip().startswith("and ") and line.endswith(" more") for line in lines)
    assert json.dumps(report.missing).count("2D+3D/F001/T1/") == 30
