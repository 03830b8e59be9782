"""Repositories, tokens and segments that are not what they must be: said, and left as they are."""

import pytest

from db.errors import DataError, HubError, HubRefused
from db.events.repository import Repository
from tests.db.events.disk import NAME, other


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


def test_a_repository_that_the_token_may_not_see_is_said_clearly(hub, tmp_path):
    hub.make(NAME)
    hub.faults.at("info", 404, 404)
    with pytest.raises(HubError, match="not there for this token"):
        other(hub, tmp_path)


@pytest.mark.parametrize(("name", "token"), [("faces", "t"), ("a/b/c", "t"), ("team/faces", "")])
def test_a_name_or_token_that_cannot_be_is_refused_before_the_hub_is_asked(name, token):
    with pytest.raises(HubRefused):
        Repository(name, token)


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
