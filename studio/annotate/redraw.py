"""A wrong face or wrong landmarks: the annotator draws the box, and all is found and predicted anew."""

from db.given import given
from studio.annotate import arguments
from studio.annotate.view import look
from studio.people.person import Person
from studio.predicting import Drawn, predict_face
from studio.workplace import Workplace


def draw_box(work: Workplace, person: Person, assignment_id: int, box: list[float]) -> dict:
    """Find the landmarks anew inside a box of your own, [left, top, right, bottom] px, and ask the model
    again: {"overlay", "prediction", "hidden"}.
    """
    with work.database.reads.begin() as session:
        found = given(session, arguments.whole("assignment_id", assignment_id), person.id)
    drawn = Drawn(arguments.box("box", box, found.width, found.height), person.id)
    predict_face(work, found.face_id, drawn=drawn)
    with work.database.reads.begin() as session:
        return look(session, found, work.serving.revision)
