"""From a prediction back to the labels that shaped its model."""

from uuid import uuid4

from db import clock, lineage, runs
from db.annotations import of_face
from db.erasure import erase_faces
from db.gold import decide
from db.models import Face, TrainingRun
from db.snapshots import Labelled, freeze, gold_faces
from tests.db.things import add_faces

LABELS = {"emotion": "anger"}


def adapter(session, revision, **more):
    values = {"uri": f"/{revision}", "base_revision": "b1", "expert": "mini", "tasks": ["au"], "manifest": {}}
    return runs.register(session, revision, **values, **more)


def test_the_chain_goes_back_to_the_adapter_that_began_from_the_base(session, things):
    study = things.study(faces=1)
    who = things.annotator("Ada")
    given = things.given(study, who)
    seen = things.prediction(given.face_id)
    things.save(given, "anger", prediction_id=seen.id)
    annotated = of_face(session, given.face_id)[0]
    (decided,) = add_faces(session, 1)
    decide(session, decided, uuid=uuid4(), kind="imported", labels=LABELS)
    content = [Labelled(session.get(Face, given.face_id), None, annotated), *gold_faces(session)]
    snapshot = freeze(session, "training", "training", content)
    first = adapter(session, "r1")
    second = adapter(session, "r2", parent_id=first.id)
    session.add(TrainingRun(options={}, snapshot_id=snapshot.id, adapter_id=second.id, state="promoted"))
    session.flush()

    said = things.prediction(given.face_id, revisions={"base": "b1", "adapter_au": "r2", "expert": "e"})
    assert lineage.predictions_of(session, given.face_id) == [said, seen]
    assert lineage.adapters_of(session, said) == {"au": second}
    made = list(lineage.ancestry(session, second))
    assert [one.adapter for one in made] == [second, first]
    assert made[0][3:] == (1, 1, 1, 0), "gold, annotated, people, erased"
    assert made[1].run is None and made[1].snapshot is None

    rows = lineage.taught(session, snapshot.id)
    assert [(row.face_id, row.kind) for row in rows] == [(given.face_id, "annotated"), (decided, "imported")]
    assert rows[0].by == (who, "Ada") and rows[0].prediction.id == seen.id and rows[1].by is None
    assert [row.face_id for row in lineage.taught(session, snapshot.id, after=given.face_id)] == [decided]


def test_an_erased_face_is_counted_and_told_without_its_label(session):
    (face,) = add_faces(session, 1)
    decide(session, face, uuid=uuid4(), kind="imported", labels=LABELS)
    snapshot = freeze(session, "training", "training", gold_faces(session))
    row = adapter(session, "r1")
    at = clock.now(session)
    session.add(TrainingRun(options={}, snapshot_id=snapshot.id, adapter_id=row.id, finished_at=at))
    erase_faces(session, [face], reason="asked")
    session.expire_all()
    (made,) = lineage.ancestry(session, row)
    assert made.erased == 1
    (told,) = lineage.taught(session, snapshot.id)
    assert (told.kind, told.labels, told.by) == ("erased", None, None)


def test_an_adapter_that_is_unknown_here_is_told_as_none(session, things):
    (face,) = add_faces(session, 1)
    said = things.prediction(
        face, revisions={"base": "b", "adapter_au": "elsewhere", "adapter_emotion": None}
    )
    assert lineage.adapters_of(session, said) == {"au": None}
