"""Any history with any faults, kills, updates and lost disks is rebuilt, table by table."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from db.erasure import erase_faces
from db.errors import DataError, HubError, HubRefused
from db.events import capture
from db.models import Assignment
from tests.db.events.disk import NAME, Studio, assert_nothing_is_told_twice
from tests.db.events.test_events import contents
from tests.db.things import Things, later
from tests.hub.faults import HALF, LOST, RESET
from tests.hub.stub import running

STEPS = ("info", "tree", "resolve", "preupload", "batch", "commit", "commit", "squash", "large-delete")
KINDS = (401, 403, 409, 412, 429, 500, RESET, LOST, HALF)
FAULT = st.tuples(st.sampled_from(STEPS), st.sampled_from(KINDS), st.sampled_from([1, 1, 7]))
DO = st.sampled_from(["next", "save", "save", "undo", "erase", "flush", "kill", "lose disk", "update"])
# Most that happens is a save and a flush; a fault is followed by a flush that may meet it.
PART = st.one_of(DO.map(lambda what: [what]), FAULT.map(lambda fault: [fault, "save", "flush", "next"]))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example(parts=[["next"], ["update"], ["lose disk"]])  # what is to be written anew is not sent yet
@given(parts=st.lists(PART, min_size=3, max_size=12))
def test_any_history_with_any_faults_is_rebuilt_table_by_table(tmp_path_factory, waits, parts):
    folder = tmp_path_factory.mktemp("history")
    with running() as hub:
        studio = Studio(hub, folder / "0")
        studio.save()
        for at, what in enumerate(["flush", *(what for part in parts for what in part)]):
            step(studio, hub, what, at)
        hub.faults.clear()
        studio.again()
        studio.sync.flush()
        assert studio.waiting() == 0
        assert_nothing_is_told_twice(hub.repository(NAME).files)
        rebuilt = Studio(hub, folder / "rebuilt")
        assert contents(rebuilt.database) == contents(studio.database)
        for one in (studio, rebuilt):
            one.kill()


def step(studio: Studio, hub, what, at: int) -> None:
    """One thing that happens to a studio."""
    if isinstance(what, tuple):
        place, kind, times = what
        hub.faults.at(place, *[kind] * times)
    elif what == "flush":
        try:
            studio.sync.flush()
        except HubRefused:
            raise
        except HubError:
            return
    elif what == "kill":
        studio_starts_again(studio, hub)
    elif what == "lose disk" and studio.waiting() == 0:
        before = contents(studio.database)
        studio.kill()
        for file in studio.folder.glob("emola.db*"):
            file.unlink()
        hub.faults.clear()
        studio.start()
        assert contents(studio.database) == before
    elif what == "update":
        with studio.database.engine.begin() as connection:
            capture.set_aside(connection)
        studio_starts_again(studio, hub)
    else:
        with studio.database.sessions.begin() as session:
            something(session, what, at)


def studio_starts_again(studio: Studio, hub) -> None:
    hub.faults.clear()
    studio.again()


def something(session, what: str, at: int) -> None:
    """One thing that people do."""
    things = Things(session)
    last = session.scalar(select(Assignment).order_by(Assignment.id.desc()).limit(1))
    if what == "save" and last:
        things.save(last, "fear" if at % 2 else "anger", seconds=at / 7, now=later(at))
    elif what == "undo" and last and session.scalar(text("SELECT count(*) FROM annotations")):
        try:
            things.undo(last, now=later(at))
        except DataError:
            return
    elif what == "erase" and last:
        erase_faces(session, [last.face_id], reason="asked for")
    else:
        study = things.study(2)
        things.given(study, things.annotator(), now=later(at), client="tab")
