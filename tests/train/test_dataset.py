"""What is frozen to train on, what is kept out, and what becomes of a face that is erased later."""

from dataclasses import replace
from uuid import uuid4

import pytest

from db import gold
from db.erasure import erase_faces
from db.faces import add_subject
from db.models import Face, TrainingRun
from db.runs import register
from db.snapshots import freeze, gold_faces
from model.facs import FABA
from tests.db.things import add_faces
from train import dataset
from train.corpus.accepted import choose
from train.corpus.forgotten import erased_since
from train.corpus.held_out import held_out
from train.corpus.snapshot_rows import describe
from train.dataset import freeze_training, new_since, read_rows, take_snapshot
from train.errors import DatasetError

EMOTIONS = ("happiness", "anger", "fear", "neutral")
UNITS = (("AU6", "AU12"), ("AU4",), (), ("AU1", "AU2"))


def labels(number: int) -> dict:
    """Labels that differ from face to face."""
    units = UNITS[number % 4]
    return {
        "emotion": EMOTIONS[number % 4],
        "au": {code: {"state": "present" if code in units else "absent"} for code in FABA},
    }


def annotated(things, faces: int = 4, **more) -> list[int]:
    """Faces of a study that asks for one annotator, labelled; their ids in order."""
    study, anna = things.study(faces=faces, **more), things.annotator()
    ids = []
    for number in range(faces):
        given = things.given(study, anna)
        things.save(given, labels=labels(number))
        ids.append(given.face_id)
    return ids


def decide(session, face_id: int, number: int, **more) -> None:
    values = {"uuid": uuid4(), "kind": "agreed", "labels": labels(number), **more}
    gold.decide(session, face_id, **values)


def test_the_same_labels_give_the_same_snapshot(session, things):
    annotated(things)
    first, again = freeze_training(session), freeze_training(session)
    assert first.snapshot.id == again.snapshot.id
    assert first.snapshot.faces == 4 and first.left_out == {}


def test_a_corrected_label_gives_another_snapshot_and_counts_as_new(session, things):
    study, anna = things.study(faces=2), things.annotator()
    given = [things.given(study, anna) for _ in range(2)]
    for number, one in enumerate(given):
        things.save(one, labels=labels(number))
    first = freeze_training(session).snapshot
    assert new_since(session, first.id) == 0 and new_since(session, None) == 2
    things.save(given[1], labels=labels(3))
    assert new_since(session, first.id) == 1
    assert freeze_training(session).snapshot.sha256 != first.sha256


def test_rows_are_the_labels_of_each_task(session, things):
    annotated(things)
    rows = read_rows(session, freeze_training(session).snapshot.id)
    assert len(rows) == 8 and {row.written for row in rows} == {"labels"}
    assert "au: 4 rows, 0 in a person's words" in describe(rows)
    assert {row.task for row in read_rows(session, freeze_training(session).snapshot.id, ("au",))} == {"au"}


def test_gold_wins_over_annotations(session, things):
    ids = annotated(things)
    decide(session, ids[0], 3)
    content = {one.face.id: one for one in choose(session).content}
    assert content[ids[0]].gold is not None and content[ids[1]].annotation is not None
    assert [one.face.id for one in choose(session, accept="gold").content] == [ids[0]]


def test_a_withdrawn_gold_label_keeps_its_face_out(session, things):
    ids = annotated(things)
    decide(session, ids[0], 3)
    decide(session, ids[0], 3, kind="withdrawn", labels=None, reason="not a face")
    assert choose(session).left_out == {"gold label withdrawn": 1}


def test_what_is_disputed_or_not_yet_filled_is_left_out(session, things):
    study = things.study(faces=3, overlap=2)
    anna, ben = things.annotator(), things.annotator()
    mine = [things.given(study, anna) for _ in range(3)]
    for number, one in enumerate(mine):
        things.save(one, labels=labels(number))
    for _ in range(2):
        theirs = things.given(study, ben)
        at = [one.face_id for one in mine].index(theirs.face_id)
        things.save(theirs, labels=labels(at if at == 0 else at + 1))
    choice = choose(session)
    assert [one.face.id for one in choice.content] == [mine[0].face_id]
    assert choice.left_out == {"disputed": 1, "overlap not filled yet": 1}
    assert len(choose(session, accept="any").content) == 3


def test_skips_and_undone_labels_teach_nothing(session, things):
    study, anna = things.study(faces=2), things.annotator()
    first, second = things.given(study, anna), things.given(study, anna)
    things.save(first, labels=None, reason="no face")
    things.save(second, labels=labels(0))
    things.undo(second)
    with pytest.raises(DatasetError, match="No face has accepted labels"):
        freeze_training(session)


def test_labels_that_nobody_could_tell_are_left_out(session, things):
    study, anna = things.study(faces=1), things.annotator()
    things.save(things.given(study, anna), labels={"emotion": "cant_tell"})
    assert choose(session).left_out == {"labels say nothing of the tasks": 1}


def test_gold_sets_their_subjects_and_measured_splits_never_enter(session, things):
    subject = add_subject(session, "S1")
    ids = annotated(things, 6)
    for face_id in ids[:2]:
        session.get_one(Face, face_id).subject_id = subject.id
    session.get_one(Face, ids[2]).split = "test"
    session.get_one(Face, ids[3]).split = "train"
    decide(session, ids[0], 0)
    freeze(session, "gold", "gold", gold_faces(session, Face.id == ids[0]))
    assert held_out(session) == {ids[0], ids[1], ids[2]}
    choice = choose(session)
    assert [one.face.id for one in choice.content] == ids[3:]
    assert choice.left_out == {"held out to measure with": 3}


def test_an_erased_face_is_named_with_its_snapshots_and_adapters(session, things):
    ids = annotated(things)
    snapshot = freeze_training(session).snapshot
    values = {"uri": "u", "base_revision": "b", "expert": "mini", "tasks": ["au"], "manifest": {}}
    parent = register(session, "r1", **values)
    register(session, "r2", **values, parent_id=parent.id)
    session.add(TrainingRun(snapshot_id=snapshot.id, adapter_id=parent.id, options={}))
    session.flush()
    assert erased_since(session) == []
    erase_faces(session, ids[:1], reason="asked to")
    (found,) = erased_since(session)
    assert (found.face_id, found.snapshots, found.adapters) == (ids[0], [snapshot.sha256], ["r1", "r2"])
    assert len(read_rows(session, snapshot.id)) == 6


def test_a_snapshot_of_one_class_is_refused_in_words(session, things):
    for face_id in add_faces(session, 3):
        decide(session, face_id, 0)
    with pytest.raises(DatasetError, match="All 3 rows of the task 'emotion' say the same .happiness."):
        read_rows(session, freeze_training(session).snapshot.id)


def test_a_snapshot_is_taken_by_the_beginning_of_its_hash(session, things):
    annotated(things)
    frozen = freeze_training(session).snapshot
    assert take_snapshot(session, frozen.sha256[:12]).id == frozen.id
    assert take_snapshot(session, None).id == frozen.id
    with pytest.raises(DatasetError, match="0 training snapshots"):
        take_snapshot(session, "ffffff")


def test_an_unknown_rule_is_refused(session):
    with pytest.raises(DatasetError, match="allowed are agreed, any, gold"):
        choose(session, accept="best")


def test_the_command_freezes_checks_and_writes_conversations(
    database, session, things, tmp_path, monkeypatch, capsys
):
    annotated(things)
    session.commit()
    monkeypatch.setenv("EMOLA_DATABASE", database.url.render_as_string(hide_password=False))
    file = tmp_path / "rows.json"
    assert dataset.main(["--dry-run"]) == 0
    assert dataset.main(["--json", str(file)]) == 0
    assert dataset.main(["--check"]) == 0
    said = capsys.readouterr().out
    assert "Would freeze 4 faces" in said and "Snapshot" in said and "No erased face" in said
    assert file.read_text(encoding="utf-8").count('"from": "gpt"') == 8
    erase_faces(session, [choose(session).content[0].face.id], reason="asked to")
    session.commit()
    assert dataset.main(["--check"]) == 1
    assert "1 erased faces in snapshots" in capsys.readouterr().out


def test_the_command_freezes_a_gold_set_or_says_why_not(database, session, monkeypatch, capsys):
    monkeypatch.setenv("EMOLA_DATABASE", database.url.render_as_string(hide_password=False))
    ids = add_faces(session, 70)
    for number, face_id in enumerate(ids):
        decide(session, face_id, number, kind="imported")
    session.commit()
    assert dataset.main(["--freeze-gold", "0.1"]) == 1
    assert "7 faces of 7 people is too small" in capsys.readouterr().err
    assert dataset.main(["--freeze-gold", "0.6", "--dry-run"]) == 0
    assert dataset.main(["--freeze-gold", "0.5"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Would freeze a gold set of 42 faces")
    assert "35 faces, never to be trained on; they show differences of 33 points." in said[1]
    assert choose(session).left_out == {"held out to measure with": 35}


def test_the_order_of_rows_does_not_hang_on_row_ids(session, things):
    annotated(things)
    rows = read_rows(session, freeze_training(session).snapshot.id)
    assert [row.picture for row in rows] == sorted(row.picture for row in rows)
    assert replace(rows[0]) == rows[0]
