"""A past with wrong labels, and simulated people who correct it, for `benchmarks.loop`.

The shift: the mini was taught that AU1 is AU2 and the other way round, that AU12 is AU14, and that AU6 is
never there. Annotators label drawn faces that the mini was not trained on; each label that they give is wrong
with a stated chance. All goes through the studio's own database functions.
"""

from io import BytesIO
from uuid import uuid4

import numpy as np
from PIL import Image
from sqlalchemy.orm import Session

from db import saves
from db.assignments import next_assignment
from db.faces import add_face
from db.models import Annotator
from db.store import PictureStore
from db.studies import default_study, enqueue
from model.facs import FABA
from model.mini import faces
from model.mini.rationale import au_rationale, emotion_rationale
from model.tasks import TASKS
from train.corpus.pictures import drawn_name
from train.corpus.rows import Row

SPLIT = "train"
PAST, NEW = 100_000, 200_000
"""Numbers of the first drawn face of the past and of the corrections; the mini was trained on 0 to 59,999."""
MISLABELLED = ("AU1", "AU2", "AU6", "AU12", "AU14")
_SWAPPED = {"AU1": "AU2", "AU2": "AU1", "AU12": "AU14"}


def mislabelled(action_units) -> list[str]:
    """Return the AUs as the past had them."""
    return sorted({_SWAPPED.get(code, code) for code in action_units if code != "AU6"}, key=FABA.index)


def past_rows(count: int) -> list[Row]:
    """Return rows of drawn faces with wrong labels."""
    rows = []
    for number in range(PAST, PAST + count):
        drawn = faces.face(SPLIT, number)
        texts = rationales(drawn.emotion, mislabelled(drawn.action_units), number)
        name = drawn_name(SPLIT, number)
        rows += [Row(name, task, TASKS[task].question, texts[task], "rationale") for task in TASKS]
    return rows


def rationales(emotion: str, action_units, number: int) -> dict[str, str]:
    """Return what a person would write about such a face."""
    rng = np.random.default_rng((number, 12))
    return {
        "emotion": emotion_rationale(emotion, action_units, rng),
        "au": au_rationale(action_units, rng),
    }


def annotate(session: Session, pictures: PictureStore, count: int, *, seed: int, error: float) -> None:
    """Put drawn faces into the default study and let one simulated annotator label them all.

    error: chance that an AU's state, or the emotion, is given wrongly.
    """
    study, rng = default_study(session), np.random.default_rng((seed, 21))
    numbers = {}
    for number in range(NEW + 10_000 * seed, NEW + 10_000 * seed + count):
        out = BytesIO()
        Image.fromarray(faces.face(SPLIT, number).picture).save(out, "PNG")
        face, _ = add_face(session, pictures.put(out.getvalue()), source="drawn")
        numbers[face.id] = number
    enqueue(session, study)
    person = Annotator(name=f"simulated {seed}")
    session.add(person)
    session.flush()
    while given := next_assignment(session, study.id, person.id):
        drawn = faces.face(SPLIT, numbers[given.face_id])
        wrong = {code for code in FABA if rng.random() < error}
        shown = [code for code in FABA if (code in drawn.intensities) != (code in wrong)]
        emotion = drawn.emotion
        if rng.random() < error:
            emotion = str(rng.choice([label for label in TASKS["emotion"].labels if label != emotion]))
        states = {code: {"state": "present" if code in shown else "absent"} for code in FABA}
        said = saves.Save(
            uuid=uuid4(),
            labels={"emotion": emotion, "au": states},
            rationales=rationales(emotion, shown, numbers[given.face_id]),
        )
        saves.save(session, given.id, person.id, said)
