"""Faces and subjects: each picture once."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from db.faces import add_face, add_subject, newest_landmarks
from db.models import Face, Landmarks
from db.store import Stored

PICTURE = Stored("ab" * 32, "image/png", 112, 112, 1234)


def test_a_picture_that_is_there_is_told_and_not_doubled(session):
    first, new = add_face(session, PICTURE, source="upload", original_name="a.png", split="train")
    again, anew = add_face(session, PICTURE, source="zip", original_name="b.png")
    assert (new, anew) == (True, False) and again.id == first.id
    assert (again.original_name, again.source, again.split) == ("a.png", "upload", "train")


def test_importers_at_once_make_one_face(database):
    def add(_):
        with database.sessions.begin() as session:
            return add_face(session, PICTURE, source="upload")

    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(add, range(8)))
    assert sum(new for _, new in added) == 1 and len({face.id for face, _ in added}) == 1
    with database.reads.begin() as session:
        assert session.scalar(select(func.count()).select_from(Face)) == 1


def test_a_subject_is_one_by_name(session):
    first = add_subject(session, "S1", consent="given", consent_reference="form 7")
    again = add_subject(session, "S1", consent="unknown")
    assert again.id == first.id and again.consent == "given"


def test_the_last_landmarks_count(session):
    face, _ = add_face(session, PICTURE, source="upload")
    for expert in ("mini", "face_alignment", "mini"):
        session.add(Landmarks(face_id=face.id, expert=expert, box=[0, 0, 1, 1], score=1, points=[]))
        session.flush()
    last = newest_landmarks(session, face.id)
    assert last.expert == "mini" and newest_landmarks(session, face.id, "mini").id == last.id
    assert newest_landmarks(session, face.id, "face_alignment").id < last.id
    assert newest_landmarks(session, face.id, "none") is None
