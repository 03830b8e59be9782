"""A studio's disk for tests: its database and pictures, sent to a hub."""

from io import BytesIO
from itertools import pairwise

from PIL import Image

from db.events import restore, segments
from db.events.repository import Repository
from db.events.sync import Sync
from db.models import Face
from db.session import open_database
from db.store import PictureStore
from db.studies import enqueue
from tests.db.things import Things

NAME = "team/faces"


class Studio:
    """One studio's disk: database and pictures, sent to a hub."""

    def __init__(self, hub, folder, space="team/studio", **more):
        self.hub, self.folder, self.space, self.more = hub, folder, space, more
        folder.mkdir(exist_ok=True)
        self.url = f"sqlite:///{folder}/emola.db"
        self.start()

    def start(self):
        """As at each start of the studio."""
        repository = Repository(NAME, self.hub.token, endpoint=self.hub.endpoint)
        restore.restore(self.url, repository)
        self.database = open_database(self.url)
        restore.record(self.database)
        self.pictures = PictureStore(self.folder / "pictures")
        self.sync = Sync(self.database, self.pictures, repository, space=self.space, **self.more)

    def kill(self):
        """Gone without a word; the disk stays."""
        self.database.close()

    def again(self):
        """Killed and started again."""
        self.kill()
        self.start()

    def face(self, colour: str = "red", **more) -> int:
        """A new face with a picture of its own."""
        data = BytesIO()
        Image.new("RGB", (9, 9), colour).save(data, "PNG")
        stored = self.pictures.put(data.getvalue())
        with self.database.sessions.begin() as session:
            face = Face(**vars(stored), source="test", **more)
            session.add(face)
            session.flush()
            return face.id

    def save(self, words: str = "happiness", face: int | None = None) -> None:
        """A save of a new annotator, on a new face without a picture unless told."""
        with self.database.sessions.begin() as session:
            things = Things(session)
            study = things.study(0 if face else 1)
            enqueue(session, study, Face.id == face)
            things.save(things.given(study, things.annotator()), words)

    def waiting(self) -> int:
        return self.sync.state().waiting


def other(hub, tmp_path, space="team/studio", **more) -> Studio:
    """Another disk, empty before."""
    return Studio(hub, tmp_path / "two", space, **more)


def assert_nothing_is_told_twice(files: dict[str, bytes]) -> None:
    """Each event comes once; those written anew share their numbers, and only new ones follow."""
    heads = [segments.read(files[path], path).head for path in segments.in_order(files)]
    for before, after in pairwise(heads):
        anew = (after.first, after.last) == (before.first, before.last)
        assert after.writer != before.writer or after.first > before.last or anew and after.first == 1
