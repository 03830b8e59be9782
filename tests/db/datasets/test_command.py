"""python -m db.datasets: what it prints, and its exit status."""

import pytest

from db.datasets import DATASETS
from db.datasets.__main__ import main
from tests.db.datasets import trees


@pytest.fixture
def places(tmp_path, url):
    """The options that say where everything is kept."""
    return ["--database", url, "--pictures", str(tmp_path / "pictures")]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def test_without_a_name_every_data_set_is_told_with_its_terms(capsys):
    assert main([]) == 0
    told = capsys.readouterr().out
    assert all(dataset.title in told and dataset.terms in told for dataset in DATASETS.values())


def test_terms_are_told_when_loading(places, folder, capsys):
    trees.raf_db(folder)
    assert main(["raf-db", str(folder), *places]) == 0
    told = capsys.readouterr()
    assert DATASETS["raf-db"].terms in told.err and "9 new faces" in told.out and "9 gold labels" in told.out


def test_loading_again_says_that_it_was_there(places, folder, capsys):
    trees.raf_db(folder)
    main(["raf-db", str(folder), *places])
    assert main(["raf-db", str(folder), *places]) == 0
    assert "0 new faces" in capsys.readouterr().out.splitlines()[-1]


def test_what_was_skipped_is_listed_and_the_status_says_so(places, folder, capsys):
    trees.raf_db(folder)
    (folder / "basic/Image/aligned/train_00003_aligned.jpg").write_bytes(b"")
    assert main(["raf-db", str(folder), "--split", "train", "--as", "gold", *places]) == 1
    told = capsys.readouterr().out
    assert "Skipped (1):" in told and "train_00003_aligned.jpg" in told and "Frozen as a gold set" in told


def test_a_check_compares_and_loads_nothing(folder, tmp_path, capsys):
    trees.raf_db(folder)
    places = ["--database", f"sqlite:///{tmp_path}/never.db", "--pictures", str(tmp_path / "never")]
    assert main(["raf-db", str(folder), "--check", *places]) == 1
    told = capsys.readouterr().out
    assert "train: 7 here, 12,271 published" in told and "Not all is as published." in told
    assert not list(tmp_path.glob("never*"))


@pytest.mark.parametrize(
    ("options", "told"),
    [(["bp4d", "nowhere"], "is no folder"), (["raf-db", "nowhere", "--check"], "is no folder")],
)
def test_what_cannot_be_done_is_said(places, tmp_path, capsys, options, told):
    name, folder, *more = options
    assert main([name, str(tmp_path / folder), *more, *places]) == 2
    assert told in capsys.readouterr().err


def test_what_was_loaded_is_written_out_as_it_was(places, folder, tmp_path, capsys):
    trees.faba(folder)
    main(["faba-instruct", str(folder), *places])
    out = tmp_path / "out"
    assert main(["faba-instruct", str(out), "--out", *places]) == 0
    assert "train/train_au_anno.json: 3 entries, 0 corrected." in capsys.readouterr().out
    for part, task in (("train", "emotion"), ("train", "au"), ("eval", "emotion"), ("eval", "au")):
        there = trees.faba_file(out, part, task)
        assert there.read_bytes() == trees.faba_file(folder, part, task).read_bytes()
    assert main(["faba-instruct", str(out), "--out", *places]) == 2
    assert "not written over" in capsys.readouterr().err
    assert main(["raf-db", str(out), "--out", *places]) == 2
    assert (
        "Nothing was imported as 'raf-db' that could be written out. Imports: faba-instruct."
        in capsys.readouterr().err
    )


def test_a_folder_is_needed(capsys):
    with pytest.raises(SystemExit):
        main(["raf-db"])
    assert "FOLDER is needed" in capsys.readouterr().err


def test_a_fold_is_loaded_as_train_and_test(places, folder, capsys):
    trees.bp4d(folder)
    assert main(["bp4d", str(folder), "--fold", "1", *places]) == 0
    assert main(["bp4d", str(folder), "--fold", "2", "--import-name", "other", *places]) == 2
    assert "would be in several splits" in capsys.readouterr().err
