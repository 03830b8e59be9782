"""What every reader keeps to, and what each reads from a small tree in its published layout."""

import pytest

from db.datasets import DATASETS
from db.datasets.base import Dataset
from db.datasets.check import check
from db.datasets.errors import DatasetError
from db.datasets.labels import EMOTIONET, EMOTIONS, FABA, GFT
from model.facs import ACTION_UNITS
from tests.db.datasets import trees

EACH = pytest.mark.parametrize("name", DATASETS)


def read(name, folder, *of, **options):
    return list(DATASETS[name].records(folder, *of, **options))


def present(record) -> list[str]:
    return [name for name, state in record.labels["au"].items() if state["state"] == "present"]


@pytest.fixture(params=DATASETS)
def tree(request, tmp_path) -> tuple[Dataset, object]:
    return DATASETS[request.param], trees.TREES[request.param](tmp_path)


def test_names_are_the_data_sets_own():
    assert all(name == dataset.name for name, dataset in DATASETS.items())


@EACH
def test_says_what_its_owners_allow_and_where_to_ask(name):
    dataset = DATASETS[name]
    assert "research" in dataset.terms and any(end in dataset.terms for end in (".com", ".edu", ".io", ".cn"))
    assert len(dataset.terms) < 400 and dataset.terms.endswith(".")


def test_all_of_a_whole_tree_can_be_read(tree):
    dataset, folder = tree
    records = list(dataset.records(folder))
    assert records and not [record.problem for record in records if record.problem]
    for record in records:
        assert record.left_out or record.picture.read_bytes()
        assert record.left_out or record.labels or record.rationales
        assert set(record.labels) <= {"emotion", "au"}
        assert record.labels.get("emotion", EMOTIONS[0]) in EMOTIONS


def test_an_entry_has_one_place(tree):
    dataset, folder = tree
    places = [(record.file, record.position) for record in dataset.records(folder)]
    assert len(set(places)) == len(places)


def test_a_whole_tree_has_nothing_missing_or_surplus(tree):
    dataset, folder = tree
    report = check(dataset, folder)
    expected = [name for name in report.missing if "AU_OCC" in name or "ActionUnit" in name]
    assert report.missing == expected and not report.problems and not report.shared
    assert [name for name in report.surplus if "t7" not in name] == []


def test_a_missing_and_a_surplus_picture_are_told_by_name(tree):
    dataset, folder = tree
    record = next(record for record in dataset.records(folder) if not record.left_out)
    aside = record.picture.with_name("aside_99.png")
    record.picture.rename(aside)
    report = check(dataset, folder)
    assert str(record.picture.relative_to(folder)) in report.missing
    assert str(aside.relative_to(folder)) in report.surplus
    assert not report.whole and any("Missing" in line for line in report.lines())


def test_counts_are_compared_with_the_published_ones(tree):
    dataset, folder = tree
    report = check(dataset, folder)
    assert report.published and report.differences
    assert all("published" in line for line in report.differences)


def test_an_empty_folder_is_told_what_it_should_hold(tree, tmp_path_factory):
    with pytest.raises(DatasetError):
        list(tree[0].records(tmp_path_factory.mktemp("empty")))


def test_published_numbers_add_up():
    raf = DATASETS["raf-db"].published
    for split in ("train", "test"):
        assert sum(n for name, n in raf.items() if name.startswith(f"{split} ")) == raf[split]
    affectnet = DATASETS["affectnet"].published
    assert sum(n for name, n in affectnet.items() if name.startswith("train")) == 283_901
    assert DATASETS["bp4d"].published["videos"] == 41 * 8


def test_au_columns_are_the_models_own():
    numbers = {unit.number for unit in ACTION_UNITS.values()}
    assert set(FABA) == numbers - {18} and set(GFT) <= numbers and set(EMOTIONET) <= numbers


def test_raf_db_reads_its_own_order_of_emotions(tmp_path):
    records = read("raf-db", trees.raf_db(tmp_path))
    assert [record.labels["emotion"] for record in records] == [
        "surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral", "happiness", "neutral"
    ]  # fmt: skip
    assert [record.split for record in records] == ["train"] * 7 + ["test"] * 2


def test_raf_db_may_be_given_as_its_inner_folder(tmp_path):
    trees.raf_db(tmp_path)
    assert len(read("raf-db", tmp_path / "basic", "test")) == 2


def test_bp4d_reads_occurrence_and_leaves_out_what_is_not_coded(tmp_path):
    record = read("bp4d", trees.bp4d(tmp_path))[0]
    assert present(record) == ["AU12"] and len(record.labels["au"]) == 11
    assert "AU1" not in record.labels["au"] and record.subject == "F001" and record.split is None


@pytest.mark.parametrize(("fold", "tested"), [(1, "F001"), (2, "M011"), (3, "F007")])
def test_bp4d_tests_on_the_folds_part(tmp_path, fold, tested):
    records = read("bp4d", trees.bp4d(tmp_path), "test", fold=fold)
    assert {record.subject for record in records} == {tested}


@pytest.mark.parametrize("name", ["bp4d", "disfa"])
def test_folds_hold_every_subject_once(name):
    module = __import__(f"db.datasets.{name}", fromlist=["PARTS"])
    assert sum(len(part) for part in module.PARTS) == DATASETS[name].published["subjects"]
    assert len(frozenset.union(*module.PARTS)) == DATASETS[name].published["subjects"]


def test_a_fold_that_is_none_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="no fold 4. Choose one of 1 to 3"):
        read("bp4d", trees.bp4d(tmp_path), fold=4)


def test_a_subject_of_no_fold_is_refused_by_name(tmp_path):
    with pytest.raises(DatasetError, match="F999"):
        read("bp4d", trees.bp4d(tmp_path, ("F999",)), fold=1)


def test_disfa_is_present_from_intensity_two_and_keeps_the_letter(tmp_path):
    states = [record.labels["au"]["AU12"] for record in read("disfa", trees.disfa(tmp_path))[:3]]
    assert states == [
        {"state": "absent"},
        {"state": "present", "intensity": "B"},
        {"state": "present", "intensity": "E"},
    ]


@pytest.mark.parametrize("first", [0, 1])
def test_disfa_takes_frames_that_are_numbered_from_zero_or_one(tmp_path, first):
    records = read("disfa", trees.disfa(tmp_path, ("SN002",), first))
    assert [record.picture.name for record in records] == [f"{first + n}.png" for n in range(3)]
    assert all(record.picture.is_file() for record in records)


def test_gft_keeps_groups_together_and_takes_a_list_where_there_is_one(tmp_path):
    folder = trees.gft(tmp_path)
    assert {record.subject for record in read("gft", folder, "test")} == {"005A", "005B"}
    trees.put(folder / "test_subjects.txt", "001A\n")
    assert {record.subject for record in read("gft", folder, "test")} == {"001A"}
    trees.put(folder / "test_subjects.txt", "077A\n")
    with pytest.raises(DatasetError, match="077A"):
        read("gft", folder)


def test_gft_reads_occurrence(tmp_path):
    records = read("gft", trees.gft(tmp_path, 1))
    assert [present(record) for record in records[:2]] == [[], ["AU6", "AU12"]]
    assert "AU10" not in records[0].labels["au"]


def test_emotionet_leaves_out_faces_that_are_not_coded(tmp_path):
    full, empty, unknown = read("emotionet", trees.emotionet(tmp_path))
    assert len(present(full)) == 12 and present(empty) == [] and unknown.left_out == "not coded"
    assert full.picture.name == "N_0000000001_00001.jpg"


def test_affectnet_reads_its_own_order_and_leaves_out_by_name(tmp_path):
    dataset, folder = DATASETS["affectnet"], trees.affectnet(tmp_path)
    records = read("affectnet", folder, "train")
    assert [record.labels.get("emotion") for record in records[:7]] == [
        "neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger"
    ]  # fmt: skip
    assert check(dataset, folder).left_out == {"contempt": 1, "none": 1, "uncertain": 1, "no face": 1}


def test_affectnet_folder_reads_text_and_numbers_and_no_pickles(tmp_path):
    folder = trees.affectnet_folder(tmp_path)
    records = read("affectnet-folder", folder)
    assert [record.labels.get("emotion") for record in records] == ["neutral", "happiness", None, "anger"]
    assert records[2].left_out == "contempt" and records[3].split == "val"
    (folder / "val_set/annotations/0_exp.npy").write_bytes(b"\x80\x04K\x01.")
    assert "0_exp.npy cannot be read" in read("affectnet-folder", folder, "val")[0].problem
