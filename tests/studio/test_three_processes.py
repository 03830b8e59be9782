"""Three studio processes behind one address, over one PostgreSQL: sign-ins, leases, saves and swaps hold, and
one that is killed takes nothing with it.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from benchmarks.processes import OVERLAP, drain, start
from benchmarks.processes_proxy import proxied
from benchmarks.studio_clients import save_of
from benchmarks.studio_process import wait
from benchmarks.studio_server import fill
from db.models import Prediction
from db.runs import promote, register
from db.session import open_database
from db.store import PictureStore
from model.tasks import TASKS
from studio.people.identify import COOKIE
from tests.browser.faces import put_into
from tests.browser.learned import bundles
from tests.db.conftest import PostgreSQL, postgresql_server  # noqa: F401

FACES, PICTURES, PEOPLE, PASSWORD = 60, 3, 12, "correct horse battery"


@pytest.fixture(scope="module")
def three(tmp_path_factory, postgresql_server):  # noqa: F811
    """The studios, a proxy that gives each request to the next, one that is sticky, people signed in."""
    folder, maker = tmp_path_factory.mktemp("three"), PostgreSQL(postgresql_server)
    url = maker.empty()
    database = open_database(url)
    tokens = fill(database, FACES, PEOPLE, OVERLAP)
    put_into(database, PictureStore(folder / "pictures"), PICTURES)
    with ExitStack() as stack:
        studios = start(folder, url, 3)
        for studio in studios:
            stack.callback(studio.stop)
        ports = [studio.port for studio in studios]
        yield SimpleNamespace(
            url=url,
            database=database,
            tokens=tokens,
            studios=studios,
            proxy=stack.enter_context(proxied(ports)),
            sticky=stack.enter_context(proxied(ports, sticky=True)),
        )
    database.close()
    maker.remove(url)


@pytest.fixture(scope="module")
def admin(three) -> str:
    """The token of somebody who came in by the link that a process printed, at whichever process."""
    link = next(word for word in three.studios[0].out.read_text().split() if "/invitation/" in word)
    address = three.proxy.url + "/invitation/" + link.rsplit("/", 1)[1]
    answer = httpx.post(address, data={"name": "Ada", "password": PASSWORD}, timeout=120)
    return answer.cookies[COOKIE]


def call(address: str, token: str | None, endpoint: str, *data) -> tuple[int, dict]:
    answer = httpx.post(
        f"{address}/gradio_api/run/{endpoint}",
        json={"data": data, "session_hash": "three"},
        cookies={COOKIE: token} if token else {},
        timeout=120,
    )
    return answer.status_code, answer.json()


def test_who_signs_in_once_is_known_to_all_three_and_who_leaves_to_none(three, admin):
    signed_in = httpx.post(
        f"{three.proxy.url}/sign-in", data={"name": "Ada", "password": PASSWORD}, timeout=120
    )
    token = signed_in.cookies[COOKIE]

    def known() -> list[int]:
        return [call(studio.url, token, "list_studies")[0] for studio in three.studios]

    assert known() == [200, 200, 200]
    httpx.post(f"{three.proxy.url}/sign-out", cookies={COOKIE: token}, timeout=120)
    wait(lambda: known() == [500, 500, 500])


def test_wrong_passwords_are_counted_over_all_three(three, admin):
    def tried(password: str) -> int:
        form = {"name": "Ada", "password": password}
        return httpx.post(f"{three.proxy.url}/sign-in", data=form, timeout=120).status_code

    assert [tried("wrong") for _ in range(5)] == [403] * 5
    assert tried(PASSWORD) == 403, "locked, whichever process is asked"


def test_a_save_that_is_sent_again_to_another_process_is_the_same_save(three):
    first, second, third = (studio.url for studio in three.studios)
    given = call(first, three.tokens[0], "next_assignment", "", "here")[1]["data"][0]["assignment"]
    save = save_of(given, str(uuid4()))
    told = [
        call(address, three.tokens[0], "save_annotation", *save)[1]["data"][0] for address in (second, third)
    ]
    assert told[0]["annotation_id"] == told[1]["annotation_id"]


def test_what_gradio_queues_needs_one_process_for_one_client(three):
    def asked(address: str) -> str:
        """What Gradio's queue says to a client that joins it and then listens."""
        cookies = {COOKIE: three.tokens[1]}
        joined = httpx.post(
            f"{address}/gradio_api/call/model", json={"data": []}, cookies=cookies, timeout=120
        )
        event = joined.json()["event_id"]
        return httpx.get(f"{address}/gradio_api/call/model/{event}", cookies=cookies, timeout=120).text

    assert "event: complete" in asked(three.sticky.url)
    with pytest.raises(httpx.RemoteProtocolError):  # a process that knows nothing of the event breaks off
        asked(three.proxy.url)


def test_a_promotion_is_followed_by_all_three_and_old_answers_are_asked_anew_once(three, admin):
    def stand() -> list[tuple]:
        told = [httpx.get(f"{studio.url}/healthz", timeout=120).json()["model"] for studio in three.studios]
        return [(model["promotions"], model["revision"]) for model in told]

    (before,) = set(stand())
    facts = json.loads((bundles()[0] / "manifest.json").read_text())
    with three.database.sessions.begin() as session:
        adapter = register(
            session,
            facts["identity"],
            uri=str(bundles()[0]),
            base_revision=facts["base_identity"],
            expert=facts["landmark_expert"],
            tasks=list(TASKS),
            manifest=facts,
        )
        for task in TASKS:
            promote(session, task, adapter.id, reason="better", follows=None)
    wait(lambda: all(state in ("serving", "refused") for state, _ in stand()))
    (after,) = set(stand())
    assert after[0] == "serving" and after[1] != before[1]

    def asked_anew() -> int:
        jobs = [call(studio.url, admin, "data_jobs")[1]["data"][0] for studio in three.studios]
        return sum(job["done"] for each in jobs for job in each if job["kind"] == "refresh")

    with three.database.reads.begin() as session:
        faces = select(func.count(Prediction.face_id.distinct()))
        assert session.scalar(faces) == PICTURES
    wait(lambda: asked_anew() >= PICTURES)
    assert asked_anew() == PICTURES


def test_a_process_that_is_killed_takes_no_save_with_it_and_the_others_go_on(three):
    there = FACES + PICTURES
    with ThreadPoolExecutor(1) as aside:  # after the browser tests this thread runs Playwright's event loop
        given = (three.url, three.proxy, three.studios, three.tokens, there)
        found = aside.submit(drain, *given, kill=2).result()
    assert (found.lost, found.doubled, found.short) == (0, 0, 0)
    assert found.acknowledged >= there * OVERLAP - 1, "one was saved before, in a test of its own"
    assert all(three.proxy.served[studio.port] for studio in three.studios)
