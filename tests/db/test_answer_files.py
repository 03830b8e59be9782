"""Answers about erased faces go from the files of runs, and what cannot be reached is named."""

import json

import pytest

from db.answer_files import FILE, forget
from db.models import TrainingRun


@pytest.fixture
def kept(tmp_path, session):
    """A run with answers about faces 7 and 17, and one whose answers are elsewhere."""
    folder = tmp_path / "candidate"
    folder.mkdir()
    records = [{"face": name, "answers": {"au": f"said of {name}"}} for name in ("7", "17", "images/7.png")]
    (folder / FILE).write_text("".join(json.dumps(one) + "\n" for one in records))
    rows = [
        TrainingRun(options={}, report={"answers": {"gold": {"asked": "a", "candidate": str(place)}}})
        for place in (folder, tmp_path / "on another machine")
    ]
    session.add_all([*rows, TrainingRun(options={})])
    session.flush()
    return folder / FILE, [row.id for row in rows]


def test_only_the_lines_about_these_faces_go(session, kept):
    path, (_, elsewhere) = kept
    assert forget(session, [7]) == (1, [elsewhere])
    left = [json.loads(line)["face"] for line in path.read_text().splitlines()]
    assert left == ["17", "images/7.png"]
    assert forget(session, [7]).lines == 0, "again changes nothing"


def test_without_faces_no_file_is_looked_for(session, kept):
    assert forget(session, []) == (0, [])
