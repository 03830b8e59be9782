"""A study that three people have annotated, put straight into a studio's database: they agree, differ, skip,
flag.

Everything follows from what was drawn: face n shows `EXPRESSIONS[n % len(EXPRESSIONS)]`; on every third face
one person differs in emotion and an action unit, on every third in an action unit alone, on the others all
agree.
"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from db import gold, saves
from db.assignments import next_assignment
from db.models import Annotator, Study
from db.predictions import newest
from db.session import open_database
from db.studies import add_checks
from model.facs import FABA
from model.tasks import TASKS
from studio.annotate.labels import complete
from tests.browser.faces import EXPRESSIONS, put_faces

STUDY = "pilot-2"
PEOPLE = ("ann", "bob", "cy")
SKIPPED, FLAGGED = 7, 4


def fill(
    folder, name: str = STUDY, *, faces: int = 12, days: int = 4, checks: int = 2, seed: int = 0
) -> list[int]:
    """Draw faces, have all of them annotated over some days, some gold checks among them; return faces' ids.

    seed: another one for another study in the same folder.
    """
    ids = put_faces(folder, faces, seed=100 * seed + 40, name=name, overlap=len(PEOPLE))
    known = put_faces(folder, checks, seed=100 * seed + 90, name="before") if checks else []
    database = open_database(f"sqlite:///{folder}/emola.db")
    start = datetime.now(UTC).replace(hour=9, minute=0, second=0) - timedelta(days=days)
    try:
        with database.sessions.begin() as session:
            study = session.query(Study).filter_by(name=name).one()
            people = [_person(session, called) for called in PEOPLE]
            for place, face in enumerate(known):
                truth = said(place, 0)["labels"]
                gold.decide(session, face, uuid=uuid4(), kind="imported", labels=truth, now=start)
            add_checks(session, study, known)
            for who, person in enumerate(people):
                for place in range(faces + checks):
                    moment = start + timedelta(days=place * days // faces, minutes=3 * place, seconds=9 * who)
                    chance = 0.0 if place >= faces else 1.0
                    study.gold_share = 1.0 if place >= faces else 0.0
                    session.flush()
                    given = next_assignment(
                        session, study.id, person.id, now=moment, chance=lambda c=chance: c
                    )
                    order = (ids + known).index(given.face_id)
                    number = order if order < faces else order - faces
                    model = newest(session, given.face_id)
                    answer = saves.Save(
                        uuid4(),
                        seconds=11.0 + 3 * who + place % 5,
                        prediction_id=model.id,
                        **said(number, who),
                    )
                    saves.save(session, given.id, person.id, answer, now=moment + timedelta(seconds=20))
            study.gold_share = 0.1
    finally:
        database.close()
    return ids


def _person(session, name: str) -> Annotator:
    if (found := session.query(Annotator).filter_by(name=name).one_or_none()) is None:
        found = Annotator(name=name)
        session.add(found)
        session.flush()
    return found


def said(number: int, who: int) -> dict:
    """What a person (0, 1, 2) says of the n-th face."""
    emotion, units = EXPRESSIONS[number % len(EXPRESSIONS)]
    present = {
        name: {"state": "present", "intensity": "ABCDE"[min(4, int(4 * much) + who % 2)]}
        for name, much in units.items()
    }
    if number == SKIPPED and who == 2:
        return {"reason": "the mouth is hidden"}
    if number % 3 == 0 and who == 2:
        emotion = "neutral" if emotion != "neutral" else "sadness"
        present |= {"AU17": {"state": "present", "intensity": "A"}}
    if number % 3 == 1 and who == 1:
        present |= {"AU14": {"state": "present"}, "AU43": {"state": "not_visible"}}
    labels = complete({"emotion": emotion, "au": present}, ("emotion", "au"))
    listed = [name for name in FABA if labels["au"][name]["state"] == "present"]
    why = f"The face shows {emotion}, {('mostly', 'only', 'perhaps')[who]} around the mouth."
    words = {"emotion": why, "au": TASKS["au"].format(listed)}
    return {
        "labels": labels,
        "rationales": words,
        "flag": "look at the brows" if number == FLAGGED and who == 0 else None,
    }
