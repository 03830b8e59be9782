"""The whole loop, nothing in it faked: people correct faces in a running studio, a retraining in a process of
its own makes a revision that the gate finds better, the running studio serves it, and a rollback brings the
old one back.

The corrections are wrong on purpose (nearly everybody is said to show fear), so that a few steps of training
change every answer.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from uuid import uuid4

import pytest
from sqlalchemy import select

from db.gold import decide
from db.models import Adapter, Face, Prediction
from db.predictions import newest
from db.session import open_database
from db.snapshots import freeze, gold_faces
from model.facs import FABA
from tests.browser.conftest import ROOT, running
from tests.browser.faces import put_faces

pytestmark = pytest.mark.browser

CORRECTED, JUDGED = 14, 14
PATIENCE = 120  # seconds for the studio to follow, on a loaded machine
FEAR = {"emotion": "fear", "au": ["AU1", "AU5"]}
NEUTRAL = {"emotion": "neutral", "au": []}
QUICK = [
    *("--min-new", "10", "--original", "gold", "--max-loss", "200", "--collapse", "100"),
    *("--steps", "40", "--batch", "6", "--save-every", "1000"),
]


class Api:
    """Calls a studio's endpoints by HTTP, as anybody's program can."""

    def __init__(self, address: str):
        self.address = address

    def __call__(self, name: str, *arguments):
        body = json.dumps({"data": list(arguments)}).encode()
        asked = urllib.request.Request(
            f"{self.address}gradio_api/run/{name}", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.loads(answer.read())["data"][0]

    def until(self, wanted) -> dict:
        """Return the Runs tab's overview once it is as wanted; there is no event to wait for by HTTP."""
        deadline = time.monotonic() + PATIENCE
        while not wanted(found := self("runs_overview")):
            assert time.monotonic() < deadline, found["serving"]
            time.sleep(0.3)
        return found


def correct(api: Api) -> None:
    """Annotate the default study's faces through the API, every sixth as neutral, the others as fear."""
    for number in range(CORRECTED):
        given = api("next_assignment", "", "loop")
        task = given["assignment"]["id"]
        labels = NEUTRAL if number % 6 == 5 else FEAR
        saved = api("save_annotation", task, str(uuid4()), labels, None, None, None, None, 3.0, None)
        assert saved["state"] == "done"


def set_gold_aside(folder) -> list[int]:
    """Put faces into the studio that reviewers have decided about, and freeze them as its gold set."""
    faces = put_faces(folder, JUDGED, seed=300, name="gold faces")
    database = open_database(f"sqlite:///{folder}/emola.db")
    units = {code: {"state": "present" if code in FEAR["au"] else "absent"} for code in FABA}
    with database.sessions.begin() as session:
        for face in faces:
            labels = {"emotion": "fear", "au": units}
            decide(session, face, uuid=uuid4(), kind="imported", labels=labels)
        freeze(session, "gold", "gold", gold_faces(session, Face.id.in_(faces)))
    database.close()
    return faces


def retrain(folder) -> dict:
    """Run the command as cron would, and return its last line."""
    places = ["--out", str(folder / "adapters"), "--work", str(folder / "work")]
    done = subprocess.run(
        [sys.executable, "-m", "train.retrain", *QUICK, *places],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def environment(folder) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EMOLA_")}
    return kept | {"EMOLA_DATABASE": f"sqlite:///{folder}/emola.db", "EMOLA_PICTURES": f"{folder}/pictures"}


def says(folder, face: int) -> tuple[str, str | None]:
    """What the newest answer about a face is, and by which adapter."""
    database = open_database(f"sqlite:///{folder}/emola.db")
    try:
        with database.reads.begin() as session:
            row = newest(session, face)
            return row.labels["emotion"], row.revisions.get("adapter_emotion")
    finally:
        database.close()


def test_corrections_become_a_revision_that_serves_and_a_rollback_brings_the_old_one_back(tmp_path):
    put_faces(tmp_path, CORRECTED)
    with running(tmp_path) as address:
        api = Api(address)
        correct(api)
        judged = set_gold_aside(tmp_path)
        before = api("model")["revision"]

        line = retrain(tmp_path)
        assert line["outcome"] == "promoted", line["reason"]
        revision = line["rounds"][0]["revision"]

        found = api.until(
            lambda now: now["serving"]["tasks"] and all(t["here"] for t in now["serving"]["tasks"])
        )
        assert found["serving"]["state"] == "serving"
        assert api("model")["revision"] == f"revision {revision[:7]}" != before
        api.until(lambda now: now["refresh"] is None and api("runs_next")["stale"] == 0)
        assert says(tmp_path, judged[0]) == ("fear", revision)

        tasks = {one["task"]: one["promotion"] for one in found["serving"]["tasks"]}
        api("runs_roll_back", list(tasks), "It sees fear everywhere.", tasks)
        api.until(lambda now: all(t["here"] and not t["revision"] for t in now["serving"]["tasks"]))
        assert api("model")["revision"] == before
    database = open_database(f"sqlite:///{tmp_path}/emola.db")
    with database.reads.begin() as session:
        assert session.scalars(select(Adapter.revision)).all() == [revision]
        spoken = {row.get("adapter_au") for row in session.scalars(select(Prediction.revisions))}
        assert {None, revision} <= spoken
    database.close()
