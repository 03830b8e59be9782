"""studio.data.jobs: one of a kind, in this process and in all that share the database."""

from threading import Event

import pytest

from db.session import open_database
from studio.data.jobs import Busy, BusyElsewhere, Jobs

# The databases on both engines are those of db's own tests.
from tests.db.conftest import database, maker, postgresql_server, template, url  # noqa: F401


@pytest.fixture
def elsewhere(url):  # noqa: F811
    """The jobs of another process, as good as."""
    opened = open_database(url)
    yield Jobs(opened)
    opened.close()


def test_what_another_process_is_at_is_not_begun(database, elsewhere):  # noqa: F811
    if database.url.get_backend_name() == "sqlite":
        pytest.skip("a SQLite file is one process's")
    here, go_on = Jobs(database), Event()
    first = here.start("import", "Importing", 1, lambda job: go_on.wait(60))
    with pytest.raises(BusyElsewhere, match="Another process of this studio is at it"):
        elsewhere.start("import", "Importing", 1, lambda job: None)
    assert elsewhere.all() == []
    exported = elsewhere.start("export", "Exporting", 1, lambda job: None)
    assert exported.ended.wait(60), "what only reads may be done by several"
    go_on.set()
    assert first.ended.wait(60)
    second = elsewhere.start("import", "Importing", 1, lambda job: None)
    assert second.ended.wait(60) and second.state == "finished"


def test_one_of_a_kind_at_a_time_in_this_process(database):  # noqa: F811
    jobs, go_on = Jobs(database), Event()
    first = jobs.start("import", "Importing", 1, lambda job: go_on.wait(60))
    with pytest.raises(Busy, match="Importing is still running"):
        jobs.start("import", "Importing", 1, lambda job: None)
    go_on.set()
    assert first.ended.wait(60)


def test_a_job_that_fails_lets_go_of_its_claim(database):  # noqa: F811
    def fail(job):
        raise RuntimeError("no")

    jobs = Jobs(database)
    assert jobs.start("import", "Importing", 1, fail).ended.wait(60)
    again = jobs.start("import", "Importing", 1, lambda job: None)
    assert again.ended.wait(60) and again.state == "finished"
