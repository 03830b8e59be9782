"""A served page with the fake predictor, and pictures to give it."""

import numpy as np
import pytest
from PIL import Image

from model.mini.draw import draw_face, plain_view
from model.mini.geometry import sample_identity
from studio.serving import Choice, Serving
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
