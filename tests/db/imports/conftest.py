"""Pictures to bring in, and a store to keep them in."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from db.imports.engine import begin, carry_out
from db.imports.places import open_place
from db.imports.wishes import Wishes
from db.store import PictureStore


def picture(number: int, kind: str = "PNG", side: int = 24) -> bytes:
    """A small picture that is no other number's."""
    pixels = np.random.default_rng(number).integers(0, 255, (side, side, 3), np.uint8)
    out = BytesIO()
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


@pytest.fixture
def store(tmp_path):
    return PictureStore(tmp_path / "store")


@pytest.fixture
def folder(tmp_path):
    """Seven files: five pictures, two of them the same, a text that calls itself one, and a note."""
    place = tmp_path / "given"
    (place / "anna").mkdir(parents=True)
    (place / "ben").mkdir()
    for number, name in enumerate(["anna/1.png", "anna/neutral.png", "ben/1.png"]):
        (place / name).write_bytes(picture(number))
    (place / "ben" / "photo.jpg").write_bytes(picture(8, "JPEG"))
    (place / "again.png").write_bytes(picture(0))
    (place / "broken.jpg").write_text("no picture")
    (place / "note.txt").write_text("a note")
    (place / ".DS_Store").write_text("nobody means this")
    return place


@pytest.fixture
def bring(database, store):
    """Imports a place; returns (import id, last progress)."""

    def bring(path, wishes=None, **options):
        wishes, place = wishes or Wishes(), open_place(path)
        with database.sessions.begin() as session:
            row = begin(session, place.place, wishes, shown="given", total=place.count())
        *_, last = carry_out(database, store, row.id, place.files(), wishes, **options)
        return row.id, last

    return bring
