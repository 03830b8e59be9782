"""What every tab works with: the database, the pictures, the model that answers, and who people are."""

from dataclasses import dataclass

from db.session import Database
from db.store import PictureStore
from studio.people.identify import People
from studio.serving import Serving


@dataclass(frozen=True)
class Workplace:
    """One studio's parts, shared by all visitors. `max_upload_mb`: the largest file that is taken."""

    database: Database
    pictures: PictureStore
    serving: Serving
    people: People
    max_upload_mb: float = 20
