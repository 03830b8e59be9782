"""A Parquet file that was exported is read back: the same faces with the same gold labels."""

import json
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from db import gold
from db.errors import DataError
from db.exports.bundle import export
from db.exports.choice import Choice
from db.faces import add_face, add_subject
from db.models import Face, GoldLabel, Subject
from db.session import open_database
from db.store import PictureStore
from tests.db.imports.conftest import picture

LABELS = {
    "emotion": "cant_tell",
    "au": {
        "AU12": {"state": "present", "intensity": "C", "side": "left"},
        "AU43": {"state": "not_visible"},
        "AU1": {"state": "absent"},
    },
}


def known(database):
    """Each face with all that is to come back of it."""
    kept = (Face.sha256, Face.source, Face.original_name, Face.split, Face.neutral, Subject.name)
    found = select(*kept, GoldLabel.labels, GoldLabel.rationales).outerjoin(Subject).outerjoin(GoldLabel)
    with database.reads.begin() as session:
        return [tuple(row) for row in session.execute(found.order_by(Face.sha256))]


@pytest.fixture
def exported(database, store, tmp_path):
    with database.sessions.begin() as session:
        subject = add_subject(session, "S1").id
        for number in range(5):
            face, _ = add_face(
                session,
                store.put(picture(number)),
                source="lab",
                original_name=f"{number}.png",
                split="val",
                neutral=number == 0,
                subject_id=subject if number else None,
            )
            if number:
                labels = {**LABELS, "emotion": ("fear", "cant_tell")[number % 2]}
                words = {"au": f"Ä “quoted”, 顔, line\n{number}"}
                gold.decide(session, face.id, uuid=uuid4(), kind="imported", labels=labels, rationales=words)
    choice = Choice("parquet", unlabelled=True, subjects=True)
    path = tmp_path / "out.parquet"
    export(database, store, choice, path)
    return path


def test_what_was_exported_comes_back_the_same(maker, template, database, exported, tmp_path):
    from db.imports.engine import begin, carry_out
    from db.imports.places import open_place
    from db.imports.wishes import Wishes

    url = maker.copy(template)
    other = open_database(url)
    place, wishes = open_place(exported), Wishes()
    with other.sessions.begin() as session:
        row = begin(session, place.place, wishes, shown="out.parquet")
    *_, last = carry_out(other, PictureStore(tmp_path / "other"), row.id, place.files(), wishes)
    assert (last.added, last.known, last.skipped) == (5, 0, 0)
    assert known(other) == known(database)
    other.close()
    maker.remove(url)


def test_brought_in_again_nothing_changes(bring, database, exported):
    before = known(database)
    _, last = bring(exported)
    assert (last.added, last.known) == (0, 5)
    assert known(database) == before


def test_a_row_that_cannot_be_used_is_told(bring, tmp_path):
    rows = [
        {"image": {"bytes": picture(1), "path": "a"}, "origin": "gold", "labels": "[1]"},
        {"image": None, "origin": "gold", "labels": json.dumps(LABELS)},
        {"image": {"bytes": picture(2), "path": "b"}, "origin": None, "labels": None},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    _, last = bring(tmp_path / "a.parquet")
    assert (last.added, last.skipped) == (1, 2)


def test_a_file_without_pictures_is_refused(bring, tmp_path):
    pq.write_table(pa.table({"face": [1]}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match="no column image"):
        bring(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="no Parquet file"):
        bring(tmp_path / "b.parquet")
