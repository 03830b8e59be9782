"""One studio writes at a time: the second, the one started again, the one from a backup."""

import pytest
from sqlalchemy import text

from db import leases
from db.errors import HubRefused, ReadOnly
from db.models import Annotator
from tests.db.events.disk import NAME, Studio, other
from tests.db.events.test_events import contents
from tests.db.things import Things


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


def test_a_refused_studio_says_why_keeps_what_it_has_and_takes_nothing_more(studio, hub):
    studio.save()
    hub.make(NAME).put("mine.csv", b"x")
    studio.sync.start()
    studio.sync.stop(60)
    before, kept = studio.waiting(), contents(studio.database)
    with pytest.raises(ReadOnly, match=r"not be safe on the hub: .*mine\.csv"):
        studio.save()
    state = studio.sync.state()
    assert "mine.csv" in state.refused and state.waiting == before > 0 and state.at is None
    assert contents(studio.database) == kept
    repository = hub.repository(NAME)
    repository.add(
        "by hand", {path: file for path, file in repository.head.files.items() if path != "mine.csv"}
    )
    studio.sync.flush()
    studio.save()
    studio.sync.flush()
    assert studio.waiting() == 0 and studio.sync.state().refused is None


def test_a_closed_studio_still_signs_people_in_and_ends_what_was_begun(studio, hub, tmp_path):
    studio.save()
    studio.sync.flush()
    second = other(hub, tmp_path, "team/copy")
    with second.database.sessions() as begun:
        Things(begun).annotator("begun before")
        second.sync.claim()
        begun.commit()
    with second.database.sessions.begin() as session:
        leases.take(session, "retrain", "me", 60)
    for write in (lambda session: Things(session).annotator("late"), _by_statement):
        with (
            pytest.raises(ReadOnly, match="team/studio, has been writing"),
            second.database.sessions.begin() as s,
        ):
            write(s)
    with second.database.reads.begin() as session:
        assert [row.name for row in session.query(Annotator)][-1] == "begun before"
    second.kill()


def _by_statement(session) -> None:
    session.execute(text("UPDATE annotators SET role = 'admin'"))


def test_the_old_run_of_a_space_takes_nothing_though_the_new_one_has_written_nothing(studio, hub, tmp_path):
    studio.save()
    studio.sync.flush()
    new = other(hub, tmp_path)
    new.sync.claim()
    studio.save("anger")
    with pytest.raises(HubRefused, match="This is its old run"):
        studio.sync.flush()
    with pytest.raises(ReadOnly):
        studio.save("fear")
    new.save("fear")
    new.sync.flush()
    assert new.sync.state().refused is None
    new.kill()
