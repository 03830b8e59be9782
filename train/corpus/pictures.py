"""The bytes of a row's picture: from the store by hash, or drawn again by the mini's renderer."""

import re
from functools import lru_cache
from io import BytesIO

from PIL import Image

from db.errors import PictureError
from db.store import PictureStore
from model.mini import faces
from train.errors import DatasetError

_DRAWN = re.compile(r"drawn:(?P<split>[a-z]+):(?P<index>\d+)")


def drawn_name(split: str, index: int) -> str:
    """Return the name of a drawn face as `Row.picture` has it."""
    return f"drawn:{split}:{index}"


class Pictures:
    """Gives a picture's bytes by its name in a row. store: where studio faces are; None: drawn ones only."""

    def __init__(self, store: PictureStore | None = None):
        self._store = store

    def __call__(self, name: str) -> bytes:
        """Return the bytes of a picture file. Raises DatasetError where the picture cannot be had."""
        if drawn := _DRAWN.fullmatch(name):
            return _draw(drawn["split"], int(drawn["index"]))
        if self._store is None:
            raise DatasetError(f"The picture {name} is in the studio's store, but no store was given.")
        try:
            return self._store.get(name)
        except PictureError as error:
            raise DatasetError(
                f"{error} Training needs every face of its snapshot; without a backup, erase the face in the "
                "studio, then freeze a new snapshot."
            ) from error


@lru_cache(maxsize=64)
def _draw(split: str, index: int) -> bytes:
    out = BytesIO()
    Image.fromarray(faces.face(split, index).picture).save(out, "PNG")
    return out.getvalue()
