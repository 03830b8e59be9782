"""What every tab works with: the database, the pictures, the model that answers, and who people are."""

from dataclasses import dataclass, field

from db.events.sync import Sync
from db.session import Database
from db.store import PictureStore
from studio.data.jobs import Jobs
from studio.following import Following
from studio.people.identify import People
from studio.rounds import Rounds
from studio.serving import Serving


@dataclass(frozen=True)
class Workplace:
    """One studio's parts, shared by all visitors. `max_upload_mb`: the largest picture that is taken; `jobs`:
    long work that goes on by itself; `following`: what keeps to the promotions, None where nothing does;
    `sync`: what sends all that is written to the hub, None where it stays here; `rounds`: what takes over
    from scheduled jobs, None where there are none; `forgets`: whether what is written here goes with the next
    restart.
    """

    database: Database
    pictures: PictureStore
    serving: Serving
    people: People
    max_upload_mb: float = 20
    jobs: Jobs = field(default_factory=Jobs)
    following: Following | None = None
    sync: Sync | None = None
    rounds: Rounds | None = None
    forgets: bool = False
