"""Sending to the hub: all of it, once, in order, whatever goes wrong; and back onto an empty disk."""

import json
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select, text

from db.erasure import erase_faces, erase_subject
from db.errors import DataError, HubError, HubRefused
from db.events import capture, outbox, restore
from db.events.repository import Repository
from db.events.sync import Sync
from db.models import Annotation, Assignment, Face, Subject
from db.session import open_database
from db.store import PictureStore
from db.studies import enqueue
from tests.db.events.test_events import contents, last_ids
from tests.db.things import Things, later
from tests.hub.client import patient_library
from tests.hub.faults import HALF, LOST, RESET, SLOW
from tests.hub.stub import running

NAME = "team/faces"


class Studio:
    """One studio's disk: database and pictures, sent to a hub."""

    def __init__(self, hub, folder, space="team/studio", **more):
        self.hub, self.folder, self.space, self.more = hub, folder, space, more
        folder.mkdir(exist_ok=True)
        self.url = f"sqlite:///{folder}/emola.db"
        self.start()

    def start(self):
        """As at each start of the studio."""
        repository = Repository(NAME, self.hub.token, endpoint=self.hub.endpoint)
        restore.restore(self.url, repository)
        self.database = open_database(self.url)
        restore.record(self.database)
        self.pictures = PictureStore(self.folder / "pictures")
        self.sync = Sync(self.database, self.pictures, repository, space=self.space, **self.more)

    def kill(self):
        """Gone without a word; the disk stays."""
        self.database.close()

    def again(self):
        """Killed and started again."""
        self.kill()
        self.start()

    def face(self, colour: str = "red", **more) -> int:
        """A new face with a picture of its own."""
        data = BytesIO()
        Image.new("RGB", (9, 9), colour).save(data, "PNG")
        stored = self.pictures.put(data.getvalue())
        with self.database.sessions.begin() as session:
            face = Face(**vars(stored), source="test", **more)
            session.add(face)
            session.flush()
            return face.id

    def save(self, words: str = "happiness", face: int | None = None) -> None:
        """A save of a new annotator, on a new face without a picture unless told."""
        with self.database.sessions.begin() as session:
            things = Things(session)
            study = things.study(0 if face else 1)
            enqueue(session, study, Face.id == face)
            things.save(things.given(study, things.annotator()), words)

    def waiting(self) -> int:
        return self.sync.state().waiting


@pytest.fixture
def waits(monkeypatch):
    return patient_library(monkeypatch)


@pytest.fixture
def hub(waits):
    with running() as hub:
        yield hub


@pytest.fixture
def studio(hub, tmp_path):
    studio = Studio(hub, tmp_path / "one")
    yield studio
    studio.kill()


def other(hub, tmp_path, space="team/studio", **more) -> Studio:
    """Another disk, empty before."""
    return Studio(hub, tmp_path / "two", space, **more)


def test_what_is_saved_is_sent_and_an_empty_disk_is_filled_from_it(studio, hub, tmp_path):
    face = studio.face("blue")
    studio.save()
    studio.sync.flush()
    assert studio.waiting() == 0 and studio.sync.state().at
    repository = hub.repository(NAME)
    assert repository.private
    studio.save("fear")
    studio.sync.flush()
    assert [path for path in repository.files if path.startswith("events/0000000")] == sorted(
        path for path in repository.files if path.startswith("events/")
    )
    with studio.database.reads.begin() as session:
        name = session.get(Face, face).sha256
    assert repository.files[f"pictures/{name[:2]}/{name}"] == studio.pictures.get(name)
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.sync.flush()
    again.save("anger")
    again.sync.flush()
    third = Studio(hub, tmp_path / "three")
    assert contents(third.database) == contents(again.database)
    for one in (again, third):
        one.kill()


def test_each_picture_is_sent_once(studio, hub):
    studio.face("blue")
    studio.sync.flush()
    studio.face("red")
    studio.again()
    studio.sync.flush()
    assert hub.asked.count("put") == 2


def test_nothing_waiting_asks_the_hub_for_nothing(studio, hub):
    studio.sync.flush()
    hub.asked.clear()
    studio.sync.flush()
    assert hub.asked == []


STEPS = ("info", "tree", "resolve", "preupload", "batch", "put", "verify", "commit")


@pytest.mark.parametrize("kind", [429, 500, RESET, LOST, HALF, SLOW])
def test_a_fault_at_any_step_loses_and_doubles_nothing(studio, hub, tmp_path, kind):
    for number, step in enumerate(STEPS):
        studio.face(f"rgb({number}, 0, 0)")
        studio.sync.flush()
        studio.save()
        studio.face(f"rgb({number}, 0, 9)")
        studio.again()
        hub.faults.at(step, *[kind] * 7)  # more than the library tries by itself
        for _ in range(2):
            try:
                studio.sync.flush()
            except HubError as error:
                assert error.passing and (studio.waiting() or step in STEPS[:3])
        studio.save("fear")
        hub.faults.clear()
        studio.sync.flush()
        assert studio.waiting() == 0
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.kill()


def test_the_hub_is_asked_again_only_when_it_said_so(studio, hub):
    studio.save()
    hub.faults.retry_after = 77
    hub.faults.at("commit", 429)
    with pytest.raises(HubError) as caught:
        studio.sync.flush()
    assert caught.value.after == 77


def test_a_commit_whose_answer_was_lost_is_known_after_a_kill(studio, hub, tmp_path):
    studio.sync.flush()
    studio.save()
    hub.faults.at("commit", LOST)
    with pytest.raises(HubError):
        studio.sync.flush()
    studio.save("fear")
    studio.again()
    studio.sync.flush()
    assert len([path for path in hub.repository(NAME).files if path.startswith("events/")]) == 2
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.kill()


def test_a_second_studio_refuses_to_write_until_the_first_lets_go(studio, hub, tmp_path):
    studio.save()
    studio.sync.flush()
    second = other(hub, tmp_path, "team/copy")
    second.save("fear")
    with pytest.raises(HubRefused, match="team/studio, has been writing"):
        second.sync.flush()
    assert second.waiting() and second.sync.state().refused
    studio.sync.release()
    second.again()
    second.sync.flush()
    assert second.waiting() == 0
    studio.save("anger")
    with pytest.raises(HubRefused, match="team/copy"):
        studio.sync.flush()
    second.kill()


def test_a_space_started_again_takes_over_and_its_old_container_writes_no_more(studio, hub, tmp_path):
    studio.save()
    studio.sync.flush()
    new = other(hub, tmp_path)
    new.save("fear")
    new.sync.flush()
    studio.save("anger")
    with pytest.raises(HubRefused, match="does not go on"):
        studio.sync.flush()
    again = Studio(hub, tmp_path / "three")
    assert contents(again.database) == contents(new.database)
    for one in (new, again):
        one.kill()


def test_a_studio_told_to_takes_over(studio, hub, tmp_path):
    studio.save()
    studio.sync.flush()
    second = other(hub, tmp_path, "team/copy", take_over=True)
    second.sync.flush()
    assert second.sync.state().refused is None
    second.kill()


def test_a_database_from_a_backup_does_not_write_over_what_came_later(studio, hub, tmp_path):
    studio.save()
    studio.sync.flush()
    studio.kill()
    old = (studio.folder / "emola.db").read_bytes()
    studio.start()
    studio.save("fear")
    studio.sync.flush()
    studio.kill()
    (studio.folder / "emola.db").write_bytes(old)
    studio.start()
    with pytest.raises(HubRefused, match="does not go on"):
        studio.sync.flush()


def test_rows_and_a_repository_that_never_met_are_both_kept(studio, hub, tmp_path):
    studio.save()
    studio.sync.flush()
    before = dict(hub.repository(NAME).files)
    hub.repositories.clear()
    second = other(hub, tmp_path)
    second.save("fear")
    second.kill()
    hub.repositories["dataset", NAME] = repository = hub.make(NAME)
    for path, data in before.items():
        repository.put(path, data)
    second.start()
    with pytest.raises(HubRefused, match="does not go on"):
        second.sync.flush()
    assert repository.files == before
    second.kill()


def test_a_public_repository_is_refused(hub, tmp_path):
    hub.make(NAME, private=False)
    with pytest.raises(HubRefused, match="public"):
        other(hub, tmp_path)


@pytest.mark.parametrize("path", ["train.csv", "events/notes.txt", "pictures/ab/face.png"])
def test_foreign_files_are_refused_and_left(hub, tmp_path, path):
    hub.make(NAME).put(path, b"x")
    with pytest.raises(HubRefused, match=path):
        other(hub, tmp_path)
    assert hub.repository(NAME).files[path] == b"x"


def test_a_file_put_there_by_hand_meanwhile_stops_the_writing(studio, hub):
    studio.sync.flush()
    hub.repository(NAME).put("mine.csv", b"x")
    studio.save()
    with pytest.raises(HubRefused, match=r"mine\.csv"):
        studio.sync.flush()
    assert studio.waiting()


def test_a_wrong_token_and_a_foreign_owner_are_said_clearly(hub, tmp_path):
    hub.token = "hf_wrong"
    with pytest.raises(HubError, match="does not take this token"):
        other(hub, tmp_path)
    hub.token = "hf_reader"
    hub.users["hf_reader"] = "reader"
    with pytest.raises(HubError, match="may not write"):
        other(hub, tmp_path)


@pytest.mark.parametrize(("name", "token"), [("faces", "t"), ("a/b/c", "t"), ("team/faces", "")])
def test_a_name_or_token_that_cannot_be_is_refused_before_the_hub_is_asked(name, token):
    with pytest.raises(HubRefused):
        Repository(name, token)


def test_an_erased_face_is_in_no_commit_and_no_store_any_more(studio, hub, tmp_path):
    kept, gone = studio.face("red"), studio.face("blue", original_name="Anna's passport")
    studio.save("fear", gone)
    studio.sync.flush()
    with studio.database.sessions.begin() as session:
        name = session.get(Face, gone).sha256
        about = select(Annotation.uuid).join(Assignment).where(Assignment.face_id == gone)
        words = [str(uuid).replace("-", "") for uuid in session.scalars(about)]
        [erased] = erase_faces(session, [gone], reason="asked for").sha256s
    data = studio.pictures.get(erased)
    studio.pictures.delete(erased)
    studio.sync.flush()
    left = hub.repository(NAME).everything()
    assert data not in left
    for word in (b"Anna", name.encode(), *(word.encode() for word in words)):
        assert word not in left
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    with again.database.reads.begin() as session:
        assert session.get(Face, gone).erased_at and session.get(Face, kept).sha256
    again.save("anger")
    again.sync.flush()
    again.kill()


def test_an_erased_subject_without_faces_leaves_its_name_nowhere(studio, hub):
    with studio.database.sessions.begin() as session:
        session.add(Subject(name="Anna", consent="given"))
    studio.sync.flush()
    assert b"Anna" in hub.repository(NAME).everything()
    with studio.database.sessions.begin() as session:
        erase_subject(session, session.scalar(select(Subject.id)), reason="asked for")
    studio.sync.flush()
    assert b"Anna" not in hub.repository(NAME).everything()


@pytest.mark.parametrize("kind", [500, LOST])
@pytest.mark.parametrize("step", ["commit", "squash", "large-files", "large-delete"])
def test_an_erasure_cut_short_anywhere_is_carried_through_after_a_kill(studio, hub, tmp_path, step, kind):
    gone = studio.face("blue", original_name="Anna")
    studio.save("fear", gone)
    studio.sync.flush()
    with studio.database.sessions.begin() as session:
        erase_faces(session, [gone], reason="asked for")
    hub.faults.at(step, *[kind] * (7 if step == "large-files" else 1))
    with pytest.raises(HubError):
        studio.sync.flush()
    hub.faults.clear()
    studio.again()
    studio.save("anger")
    studio.sync.flush()
    assert b"Anna" not in hub.repository(NAME).everything()
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.kill()


def test_ids_of_erased_rows_are_never_given_again_after_a_line_written_anew(studio, hub, tmp_path):
    gone = studio.face("blue")
    studio.save("fear", gone)
    before = last_ids(studio.database)
    with studio.database.sessions.begin() as session:
        erase_faces(session, [gone], reason="asked for")
    studio.sync.flush()
    again = other(hub, tmp_path)
    after = last_ids(again.database)
    for table in capture.tables():
        assert after.get(table.name, 0) >= before.get(table.name, 0)
    again.kill()


def test_events_that_wait_through_an_update_are_written_anew_from_the_rows(studio, hub, tmp_path):
    studio.save()
    studio.sync.flush()
    studio.save("fear")
    with studio.database.engine.begin() as connection:
        capture.set_aside(connection)  # what each migration does first
    studio.again()
    studio.save("anger")
    studio.sync.flush()
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.kill()


def test_a_studio_that_ran_without_its_hub_sends_what_it_missed(studio, hub, tmp_path):
    gone = studio.face("blue", original_name="Anna")
    studio.save()
    studio.sync.flush()
    restore.stop_recording(studio.database)
    studio.save("fear")
    with studio.database.sessions.begin() as session:
        erase_faces(session, [gone], reason="asked for")
    with studio.database.reads.begin() as session:
        assert outbox.count_waiting(session) == 0
    studio.again()
    studio.sync.flush()
    assert b"Anna" not in hub.repository(NAME).everything()
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.kill()


def test_a_start_cut_short_leaves_nothing_half(studio, hub, tmp_path):
    studio.face("red")
    studio.save()
    studio.sync.flush()
    studio.save("fear")
    studio.sync.flush()
    hub.faults.at("resolve", None, None, 500)
    with pytest.raises(HubError):
        other(hub, tmp_path)
    assert not list((tmp_path / "two").iterdir())
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.kill()


def test_a_changed_segment_is_refused_and_nothing_is_filled_in(studio, hub, tmp_path):
    studio.save()
    studio.sync.flush()
    repository = hub.repository(NAME)
    [path] = [path for path in repository.files if path.startswith("events/")]
    repository.put(path, repository.files[path].replace(b"happiness", b"sadness!!"))
    with pytest.raises(DataError, match="was changed"):
        other(hub, tmp_path)
    assert not list((tmp_path / "two").iterdir())


def test_events_of_a_newer_studio_are_refused_and_nothing_is_filled_in(studio, hub, tmp_path, monkeypatch):
    studio.save()
    monkeypatch.setattr(studio.sync, "_schema", "9999")
    studio.sync.flush()
    with pytest.raises(DataError, match="newer"):
        other(hub, tmp_path)
    assert not list((tmp_path / "two").iterdir())


def test_the_thread_sends_by_itself_and_lets_go_at_its_end(studio, hub):
    studio.save()
    studio.sync.start()
    studio.sync.stop(60)
    told = json.loads(hub.repository(NAME).files["writer.json"])
    assert studio.waiting() == 0 and told["released"] is True


def test_a_refused_studio_says_why_and_goes_on_saving(studio, hub):
    hub.make(NAME).put("mine.csv", b"x")
    studio.sync.start()
    studio.sync.stop(60)
    studio.save()
    state = studio.sync.state()
    assert "mine.csv" in state.refused and state.waiting and state.at is None


def test_a_long_line_is_written_anew_to_be_short(studio, hub, tmp_path, monkeypatch):
    monkeypatch.setattr("db.events.rewriting.MANY", 3)
    for words in ("fear", "anger", "disgust", "neutral"):
        studio.save(words)
        studio.sync.flush()
    assert len([path for path in hub.repository(NAME).files if path.startswith("events/")]) < 3
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    again.kill()


DO = st.one_of(
    st.sampled_from(["next", "save", "undo", "erase", "flush", "flush", "kill", "lose disk", "update"]),
    st.lists(st.sampled_from([401, 403, 409, 412, 429, 500, RESET, LOST, HALF, None]), max_size=3),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=st.lists(DO, max_size=25))
def test_any_history_with_any_faults_is_rebuilt_table_by_table(tmp_path_factory, waits, history):
    folder = tmp_path_factory.mktemp("history")
    with running() as hub:
        studio = Studio(hub, folder / "0")
        for at, what in enumerate(history):
            step(studio, hub, what, at)
        hub.faults.clear()
        studio.again()
        studio.sync.flush()
        assert studio.waiting() == 0
        rebuilt = Studio(hub, folder / "rebuilt")
        assert contents(rebuilt.database) == contents(studio.database)
        for one in (studio, rebuilt):
            one.kill()


def step(studio: Studio, hub, what, at: int) -> None:
    """One thing that happens to a studio."""
    if isinstance(what, list):
        hub.faults.next(*what)
    elif what == "flush":
        try:
            studio.sync.flush()
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
