"""One studio writes at a time: the second, the one started again, the one from a backup."""

import pytest

from db.errors import HubRefused
from tests.db.events.disk import NAME, Studio, other
from tests.db.events.test_events import contents


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


def test_a_refused_studio_says_why_and_goes_on_saving(studio, hub):
    hub.make(NAME).put("mine.csv", b"x")
    studio.sync.start()
    studio.sync.stop(60)
    studio.save()
    state = studio.sync.state()
    assert "mine.csv" in state.refused and state.waiting and state.at is None
