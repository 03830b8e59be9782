"""A studio with the fake predictor, a database of its own, and pictures to give it."""

import numpy as np
import pytest
from PIL import Image

from db.migrate import migrate
from db.session import open_database
from db.store import PictureStore
from model.mini.draw import draw_face, plain_view
from model.mini.geometry import sample_identity
from studio.people.hub_sign_in import HubSignIn
from studio.people.identify import People
from studio.serving import Choice, Serving
from studio.workplace import Workplace
from tests.studio.fake import FakePredictor


@pytest.fixture(scope="session")
def face_picture() -> Image.Image:
    """A drawn, smiling face, 240 px square."""
    units = {"AU6": 0.8, "AU12": 0.9, "AU25": 0.7}
    return Image.fromarray(draw_face(sample_identity(np.random.default_rng(1)), units, plain_view(), 240)[0])


@pytest.fixture
def face_file(tmp_path, face_picture) -> str:
    """The drawn face as a file."""
    face_picture.save(tmp_path / "face.png")
    return str(tmp_path / "face.png")


@pytest.fixture
def grey_file(tmp_path) -> str:
    """A picture without any face."""
    Image.new("RGB", (200, 100), (128, 128, 128)).save(tmp_path / "grey.png")
    return str(tmp_path / "grey.png")


@pytest.fixture
def serving() -> Serving:
    """The fake predictor as the page holds it."""
    return Serving(lambda choice: FakePredictor(), Choice())


@pytest.fixture
def work(tmp_path, serving) -> Workplace:
    """A local studio without accounts: an empty database, an empty store, the fake predictor."""
    opened = open_workplace(tmp_path, serving)
    yield opened
    opened.database.close()


def open_workplace(
    folder,
    serving: Serving,
    *,
    accounts: bool = False,
    max_upload_mb: float = 20,
    hub: HubSignIn | None = None,
) -> Workplace:
    """Open a studio in a folder."""
    database = open_database(f"sqlite:///{folder}/emola.db")
    migrate(database)
    people = People(database, accounts=accounts, hub=hub)
    return Workplace(database, PictureStore(folder / "pictures"), serving, people, max_upload_mb)
