"""The three commands, as one types them: import, predict ahead, export, and import again."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.models import Prediction
from db.session import open_database
from studio import exporting, importing, preannotate
from studio.data.drawn import faces

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def settings(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/commands.db"
    monkeypatch.setenv("EMOLA_DATABASE", url)
    monkeypatch.setenv("EMOLA_PICTURES", str(tmp_path / "pictures"))
    return url


@pytest.fixture
def given(tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    for number, face in zip(range(3), faces(), strict=False):
        (folder / f"{number}.png").write_bytes(face.read())
    (folder / "broken.png").write_text("no picture")
    return folder


def test_in_predicted_out_and_in_again(settings, given, tmp_path, capsys):
    assert importing.main([str(given), "--split", "val"]) == 1, "one was skipped"
    said = capsys.readouterr().out
    assert "3 new faces, 0 already here, 1 skipped." in said and "Skipped: broken.png" in said
    assert preannotate.main(["--limit", "2"]) == 0
    assert "2 faces predicted, 0 could not be read, 1 left." in capsys.readouterr().out
    out = tmp_path / "all.parquet"
    assert exporting.main([str(out), "--unlabelled"]) == 0
    assert "3 rows of 3 faces" in capsys.readouterr().out
    assert importing.main([str(out)]) == 0
    assert "0 new faces, 3 already here" in capsys.readouterr().out
    database = open_database(settings)
    with database.reads.begin() as session:
        assert session.scalar(select(func.count()).select_from(Prediction)) == 2
    database.close()


def test_what_cannot_be_done_is_said_in_a_sentence(settings, tmp_path, capsys):
    assert importing.main([str(tmp_path / "nowhere")]) == 2
    assert "There is nothing at" in capsys.readouterr().err
    assert exporting.main([str(tmp_path / "a.csv"), "--study", "nobody's"]) == 1
    assert "There is no study named nobody's" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        exporting.main([str(tmp_path / "a.xls")])
    with pytest.raises(SystemExit):
        exporting.main([str(tmp_path / "a.csv"), "--pictures"])


@pytest.mark.parametrize("command", ["importing", "exporting"])
def test_commands_that_need_no_model_load_none(command):
    code = f"import sys, studio.{command}; sys.exit('torch' in sys.modules or 'gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0
