"""Makes a studio to measure: a database with so many faces in its queue, and `python app.py` over it.

Faces are rows with invented hashes; their pictures are not there, since next and save do not look at them.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psutil
from sqlalchemy import insert

from benchmarks.startup import ROOT, free_port, resident, wait_for
from db.migrate import migrate
from db.models import Annotator, Face, utc_now
from db.session import Database, open_database
from db.sign_ins import sign_in
from db.studies import default_study, enqueue

CHUNK = 20_000
LEASE_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Prepared:
    """A database file, and by annotator the cookie's token that they are signed in with."""

    database: Path
    tokens: list[str]


def prepare(folder: Path, faces: int, people: int) -> Prepared:
    """Make a migrated database with that many faces waiting in the default study, and people signed in."""
    path = folder / f"{faces}.db"
    database = open_database(f"sqlite:///{path}")
    tokens = fill(database, faces, people)
    database.close()
    return Prepared(path, tokens)


def fill(database: Database, faces: int, people: int, overlap: int = 1) -> list[str]:
    """Put that many faces into the default study of an empty database, each for `overlap` annotators; return
    the tokens of people who are signed in.
    """
    migrate(database)
    made = utc_now()
    with database.sessions.begin() as session:
        for start in range(0, faces, CHUNK):
            session.execute(
                insert(Face.__table__), [_face(n, made) for n in range(start, min(start + CHUNK, faces))]
            )
        study = default_study(session)
        # Nothing is given twice because a loaded machine was slow: what comes back is measured elsewhere.
        study.lease_seconds, study.overlap = LEASE_SECONDS, overlap
        enqueue(session, study)
        annotators = [Annotator(name=f"annotator {number}") for number in range(people)]
        session.add_all(annotators)
        session.flush()
        return [sign_in(session, annotator.id) for annotator in annotators]


def copy(prepared: Prepared, folder: Path, name: str) -> Path:
    """Return a database of its own for one measurement."""
    return Path(shutil.copy(prepared.database, folder / f"{name}.db"))


class Server:
    """A studio that is running. `module`: what to start instead of app.py, for comparison."""

    def __init__(self, database: Path, *, accounts: bool = False, module: str = "", port: int = 0):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            **os.environ,
            "EMOLA_DATABASE": f"sqlite:///{database}",
            "EMOLA_PICTURES": str(database.parent / "pictures"),
            "EMOLA_PORT": str(self.port),
            "EMOLA_ACCOUNTS": "yes" if accounts else "no",
        }
        said = database.with_suffix(".log")
        with said.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *(["-m", module] if module else ["app.py"])],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
        try:
            wait_for(self.url, self._process)
        except RuntimeError as error:
            last = said.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"{error} It said at last: {last}") from error
        self._ps = psutil.Process(self._process.pid)

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the server so far, its threads' included."""
        times = self._ps.cpu_times()
        return times.user + times.system

    @property
    def memory(self) -> float:
        """Resident memory in MiB."""
        return resident(self._ps)

    def kill(self) -> None:
        """End it as a power cut would: kill -9, no goodbye."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self._process.terminate()
        self._process.wait(timeout=60)


def _face(number: int, made) -> dict:
    return {
        "sha256": sha256(str(number).encode()).hexdigest(),
        "media_type": "image/jpeg",
        "width": 512,
        "height": 512,
        "size": 40_000,
        "source": "benchmark",
        "created_at": made,
    }
