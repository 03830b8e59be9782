"""What a team has on the hub, put into the stub: the code as a Space, the taught base, a studio's events.

The Space's code is this checkout's, with one line more than it: the landmark expert that only tests have. So
whoever runs it has really taken the code from the Space.
"""

from pathlib import Path

from db.events.repository import Repository
from db.events.restore import record
from db.events.sync import Sync
from tests.hub.repos import File
from tests.train.colour_studio import TRAINING, Studio
from tests.train.jobs.conftest import DATA, SPACE

ROOT = Path(__file__).resolve().parents[3]
CODE = ("model", "db", "train")
BESIDE = ("settings.py", "requirements.txt", "constraints.txt", "packages.txt", "tests/model/taught.py")
EXPERTS = "model/landmarks/__init__.py"
BASE = "team/base"


def publish_code(hub) -> str:
    """Put the code into the Space; return the commit."""
    paths = [path for package in CODE for path in (ROOT / package).rglob("*.*")]
    paths += [ROOT / name for name in BESIDE]
    files = {
        path.relative_to(ROOT).as_posix(): File(path.read_bytes())
        for path in paths
        if path.is_file() and path.suffix not in (".pyc", ".safetensors")
    }
    known = files[EXPERTS].data
    assert known.count(b"EXPERTS = {\n") == 1
    more = b'EXPERTS = {\n    "squares": "tests.model.taught:SquareExpert",\n'
    files[EXPERTS] = File(known.replace(b"EXPERTS = {\n", more))
    return hub.repository(SPACE, "space").add("the studio", files).id


def publish_base(hub, folder: Path) -> str:
    """Put a base into a private repository; return its hub id."""
    files = {path.name: File(path.read_bytes()) for path in folder.iterdir()}
    return f"{BASE}@{hub.make(BASE, 'model').add('base', files).id}"


def publish_events(hub, folder: Path, taught: Path) -> Studio:
    """Return a studio with twelve corrected faces and a gold set, all of it on the hub."""
    studio = Studio(folder, taught)
    record(studio.database)
    studio.faces(range(20, 24))
    studio.freeze_gold(studio.faces(range(30, 40)))
    repository = Repository(DATA, hub.token, endpoint=hub.endpoint)
    Sync(studio.database, studio.store, repository, space="team/studio").flush()
    return studio


def arguments(**more) -> list[str]:
    """Return what `train.job` is told, for a round of seconds."""
    told = {"min_new": 6, "original": "gold", "max_loss": 200, "device": "cpu", **TRAINING, **more}
    told["label_weight"] = 2.0
    return [word for name, value in told.items() for word in (f"--{name.replace('_', '-')}", str(value))]
