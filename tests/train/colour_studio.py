"""A database, a store, and the coloured faces that the tiny EmoLA of `tests.model.taught` knows.

Annotators say of the red, green and blue faces what `NEW` says, other than the model does.
"""

import json
from contextlib import contextmanager
from io import BytesIO
from uuid import uuid4

from PIL import Image

from db.faces import add_face
from db.gold import decide
from db.migrate import migrate
from db.models import Face
from db.session import open_database
from db.snapshots import freeze, gold_faces
from db.store import PictureStore
from model.facs import FABA
from tests.model.taught import LESSONS, answers
from tests.train.tuning.squares import NEW, SMALL
from train.gate import Terms
from train.retrain import run
from train.rounds.plan import Settings
from train.tuning.options import Options

TASKS = ("emotion", "au")
TEXTS = {
    (number, task): text for (number, _, text), task in zip(answers(), TASKS * len(LESSONS), strict=True)
}
TRAINING = {**SMALL, "dropout": 0.0, "label_weight": 1.0, "steps": 40, "batch": 6}


class Studio:
    """A database, a store, and faces with gold labels in them."""

    def __init__(self, folder, taught):
        self.folder = folder
        self.url = f"sqlite:///{folder}/emola.db"
        self.database = open_database(self.url)
        migrate(self.database)
        self.store = PictureStore(folder / "pictures")
        self.options = Options(
            base=str(taught), out=folder / "out", work=folder / "work", device="cpu", save_every=5,
            **TRAINING,
        )  # fmt: skip

    def told(self, **more) -> Settings:
        terms = more.pop("terms", Terms(max_loss=200))
        return Settings(self.options, **{"min_new": 6, "terms": terms, "original": "gold", **more})

    def faces(self, sides, lessons=NEW, **more) -> list[int]:
        """Faces of every colour, a square of each of these sides, with gold labels as `lessons` says."""
        found = []
        with self.database.sessions.begin() as session:
            for side in sides:
                for number, lesson in lessons.items():
                    whole = Image.new("RGB", (60, 60), "white")
                    whole.paste(LESSONS[number].colour, (8, 8, 8 + side, 8 + side))
                    data = BytesIO()
                    whole.save(data, "PNG")
                    face, _ = add_face(session, self.store.put(data.getvalue()), source="test", **more)
                    known = LESSONS[lesson]
                    units = {code: {"state": "absent"} for code in FABA}
                    units |= {code: {"state": "present"} for code in known.action_units}
                    labels = {"emotion": known.emotion, "au": units}
                    texts = {task: TEXTS[lesson, task] for task in TASKS}
                    decide(session, face.id, uuid=uuid4(), kind="imported", labels=labels, rationales=texts)
                    found.append(face.id)
        return found

    def freeze_gold(self, ids, name="gold"):
        with self.database.sessions.begin() as session:
            freeze(session, name, "gold", gold_faces(session, Face.id.in_(ids)))

    def run(self, told=None, **more):
        """(exit status, the last line) of a call."""
        lines = []
        status = run(self.database, self.store, told or self.told(), report=lines.append, **more)
        return status, json.loads(lines[-1])

    @contextmanager
    def look(self):
        with self.database.reads.begin() as session:
            yield session
