"""Sending to the hub: all of it, once, in order, whatever goes wrong; and back onto an empty disk."""

import json

import pytest

from db.errors import HubError
from db.models import Face, Subject
from tests.db.events.disk import NAME, Studio, other
from tests.db.events.test_events import contents
from tests.hub.faults import HALF, LOST, RESET


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


@pytest.mark.parametrize("kind", [429, RESET, LOST, HALF])
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


def test_the_thread_sends_by_itself_and_lets_go_at_its_end(studio, hub):
    studio.save()
    studio.sync.start()
    studio.sync.stop(60)
    told = json.loads(hub.repository(NAME).files["writer.json"])
    assert studio.waiting() == 0 and told["released"] is True


def test_what_is_written_while_it_sends_is_sent_too(hub, tmp_path):
    studio = Studio(hub, tmp_path / "one", every=0.001)
    hub.faults.next(*[None, None, 500, LOST, None, RESET] * 20)
    studio.sync.start()
    for number in range(150):
        with studio.database.sessions.begin() as session:
            session.add(Subject(name=f"S{number}"))
    studio.sync.stop(60)
    hub.faults.clear()
    studio.again()
    studio.sync.flush()
    again = other(hub, tmp_path)
    assert contents(again.database) == contents(studio.database)
    for one in (studio, again):
        one.kill()


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
