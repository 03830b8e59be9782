"""studio.health: what /healthz tells, on both engines, and that nobody waits for it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import event, func, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db import writable
from db.events.sync import State
from db.models import Lease
from studio import health
from studio.following import Seen
from studio.people.identify import People
from studio.workplace import Workplace
from tests.db.conftest import database, maker, postgresql_server, template, url  # noqa: F401


@pytest.fixture
def work(serving, database):  # noqa: F811
    return Workplace(database, None, serving, People(database))


def asked(work) -> tuple[int, dict]:
    answer = TestClient(Starlette(routes=[health.route(work)])).get("/healthz")
    return answer.status_code, answer.json()


def test_a_studio_that_works_says_so_and_leaves_nothing_behind(work):
    status, told = asked(work)
    assert status == 200 and told.pop("up_seconds") >= 0
    assert told == {
        "ok": True,
        "failing": [],
        "database": {"writable": True, "code": ""},
        "model": {"revision": work.serving.revision[:12], "promotions": "nothing"},
        "sync": None,
    }
    with work.database.reads.begin() as session:
        assert session.scalar(select(func.count()).select_from(Lease)) == 0


def test_a_database_that_is_gone_is_503_with_a_code(work, maker, url):  # noqa: F811
    if url.startswith("sqlite"):
        pytest.skip("a file that is gone is still open; full and read-only ones are tested over HTTP")
    maker.remove(url)
    status, told = asked(work)
    maker._run(f"CREATE DATABASE {maker._name(url)}")  # for the fixture to remove
    assert status == 503 and told["failing"] == ["database"] and not told["ok"]
    assert told["database"]["writable"] is False and told["database"]["code"]
    assert told["model"]["revision"]


def test_a_database_that_only_reads_is_503(work):
    @event.listens_for(work.database.engine, "before_cursor_execute")
    def only_reads(connection, cursor, *rest):
        only = (
            "SET TRANSACTION READ ONLY" if connection.dialect.name == "postgresql" else "PRAGMA query_only=ON"
        )
        cursor.execute(only)

    status, told = asked(work)
    assert status == 503
    assert told["database"]["code"] in ("SQLITE_READONLY", "25006")


def test_a_full_disk_is_503(work, monkeypatch):
    def full(folder):
        raise OSError(28, "No space left on device", str(folder))

    if work.database.url.get_backend_name() != "sqlite":
        pytest.skip("a PostgreSQL server has a disk of its own")
    monkeypatch.setattr(writable, "_try_disk", full)
    assert asked(work)[1]["database"] == {"writable": False, "code": "ENOSPC"}


def test_a_locked_database_is_answered_for_in_bounded_time_and_asked_once(work):
    looked = []

    async def several() -> list[dict]:
        one = health.Health(work, patience=0.05)
        looked.append(one._current())
        told = [await one.told(), await one.told()]
        looked.append(one._current())
        return told

    with work.database.engine.connect() as other:
        if other.dialect.name == "postgresql":
            other.exec_driver_sql("LOCK TABLE leases IN ACCESS EXCLUSIVE MODE")
        else:
            other.begin()
        with ThreadPoolExecutor(1) as aside:  # after the browser tests this thread runs Playwright's loop
            told = aside.submit(asyncio.run, several()).result()
    assert [each["database"] for each in told] == [{"writable": False, "code": "no answer"}] * 2
    assert looked[0] is looked[1], "one look is enough for all who ask"
    assert looked[0].result(60)["database"]["writable"], "the lock was let go of"


def test_the_swap_and_the_hub_are_told_without_their_words(work):
    state = State(True, 3, "2026-11-20T12:00:00+00:00", "team/faces is away", "Anna holds team/faces")
    more = replace(
        work,
        following=SimpleNamespace(seen=Seen("refused", "/home/anna/adapter is broken")),
        sync=SimpleNamespace(state=lambda: state, seconds_behind=lambda: 12.34),
    )
    status, told = asked(more)
    assert status == 200 and told["model"]["promotions"] == "refused"
    assert told["sync"] == {
        "waiting": 3,
        "lag_seconds": 12.3,
        "sent_at": "2026-11-20T12:00:00+00:00",
        "error": True,
        "refused": True,
    }
