"""Every event of the whole page checks the role itself, whoever calls it and however."""

import json
import re
from types import SimpleNamespace

import httpx
import pytest

import settings
from db import people, sign_ins
from db.models.work import ROLES
from studio import app, serve
from studio.people import hub_sign_in
from studio.people.identify import COOKIE
from studio.people.person import VISITOR
from studio.serving import Choice, Serving
from tests.studio.conftest import open_workplace
from tests.studio.fake import FakePredictor

LEVELS = (VISITOR, *ROLES)
OPEN = {"predict", "stream", "faces", "model"}
"""What visitors may ask for by name."""
OPEN_ADDRESSES = {
    "/healthz",
    "/look",
    "/sign-in",
    "/sign-out",
    "/invitation/{token}",
    hub_sign_in.BEGIN,
    hub_sign_in.BACK,
}
"""What is no secret, and the way in."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """The whole page, served with accounts: its events, its address, and a token for each role."""
    folder = tmp_path_factory.mktemp("studio")
    # Nobody asks this provider; it is there for the addresses that come with it.
    hub = hub_sign_in.configured(
        settings.read({"EMOLA_HUB_APP": "x", "EMOLA_HUB_APP_SECRET": "x"}), "http://x"
    )
    work = open_workplace(folder, Serving(lambda choice: FakePredictor(), Choice()), accounts=True, hub=hub)
    tokens = {}
    with work.database.sessions.begin() as session:
        for role in ROLES:
            row = people.add(session, role.title(), role, password_hash="kept")
            tokens[role] = sign_ins.sign_in(session, row.id)
    blocks = app.build(work)
    _, address, _ = blocks.launch(
        server_name="127.0.0.1", prevent_thread_lock=True, **serve.launch_options(work)
    )
    yield SimpleNamespace(
        work=work, blocks=blocks, root=address, address=f"{address}gradio_api/", tokens=tokens
    )
    blocks.close()
    work.database.close()


def events(studio) -> dict:
    """What runs here, by number; what only the browser runs, or what only cancels, has no function."""
    return {number: event for number, event in studio.blocks.fns.items() if event.fn is not None}


def call(studio, number: int, token: str | None) -> dict:
    """Call an event by its number, as the page does and as anybody can, with nothing as its arguments."""
    event = studio.blocks.fns[number]
    body = {"fn_index": number, "data": [None] * len(event.inputs), "session_hash": f"s{number}"}
    headers = {"Cookie": f"{COOKIE}={token}"} if token else {}
    with httpx.Client(base_url=studio.address, headers=headers, timeout=60) as client:
        if not event.queue:
            return client.post("run/predict", json=body).json()
        client.post("queue/join", json=body).raise_for_status()
        with client.stream("GET", "queue/data", params={"session_hash": f"s{number}"}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:") and (said := json.loads(line[5:]))["msg"] == "process_completed":
                    return said["output"]
    raise AssertionError(f"event {number} did not end")


def arguments(studio, path: str) -> list:
    """As many as the event at an address takes, and nothing for each."""
    name = path.rsplit("/", 1)[-1]
    return [None] * max(
        [len(event.inputs) for event in events(studio).values() if event.api_name == name] or [0]
    )


def test_every_event_has_a_role(studio):
    nameless = [
        event.fn.__name__
        for event in events(studio).values()
        if getattr(event.fn, "role", None) not in LEVELS
    ]
    assert nameless == [], "make these events with studio.people.guard"


def test_events_without_a_function_only_cancel(studio):
    assert all(event.cancels or event.js for event in studio.blocks.fns.values() if event.fn is None)


def test_only_the_demo_is_open_to_visitors_by_name(studio):
    found = {
        event.api_name
        for event in events(studio).values()
        if event.api_visibility != "private" and event.fn.role == VISITOR
    }
    assert found == OPEN


def test_nobody_is_asked_to_sign_in_by_every_event_above_visitors(studio):
    for number, event in events(studio).items():
        if event.fn.role != VISITOR:
            said = call(studio, number, None)
            assert said.get("title") == "Sign in", f"{event.fn.__name__}: {said}"


@pytest.mark.parametrize("role", ["annotator", "reviewer"])
def test_what_is_above_a_role_is_refused_by_every_event(studio, role):
    for number, event in events(studio).items():
        if LEVELS.index(event.fn.role) > LEVELS.index(role):
            said = call(studio, number, studio.tokens[role])
            assert said.get("title") == "Not allowed", f"{event.fn.__name__}: {said}"
            assert f"{role.title()} is {role}" in said["error"]


def test_every_address_beside_gradios_checks_too(studio):
    routes = serve.launch_options(studio.work)["app_kwargs"]["routes"]
    guarded = [route for route in routes if route.path not in OPEN_ADDRESSES]
    assert {"/pictures/{face_id:int}"} <= {route.path for route in guarded}
    assert {hub_sign_in.BEGIN, hub_sign_in.BACK} <= {route.path for route in routes}
    for route in guarded:
        path = re.sub(r"\{[^}]*\}", "1", route.path)
        for method in route.methods - {"HEAD"}:
            answer = httpx.request(
                method, studio.root.rstrip("/") + path, json={"data": arguments(studio, path)}
            )
            refused = answer.status_code in (401, 403) or "Sign in" in answer.text
            assert refused, f"{method} {path}: {answer.status_code} {answer.text[:200]}"


def test_a_token_that_is_made_up_is_nobody(studio):
    (number,) = [number for number, event in events(studio).items() if event.fn.__name__ == "show_people"]
    assert call(studio, number, "made-up")["title"] == "Sign in"
    assert "Annotator" in call(studio, number, studio.tokens["annotator"])["data"][0]["html"]


def test_another_site_cannot_use_somebodys_sign_in(studio):
    headers = {"Cookie": f"{COOKIE}={studio.tokens['admin']}"}
    body = {"data": ["admin", "Eve", 7]}
    for more in ({"Origin": "https://evil.org"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = httpx.post(f"{studio.address}run/invite_person", json=body, headers={**headers, **more})
        assert answer.json()["title"] == "Not allowed" and "another web site" in answer.json()["error"]
    assert httpx.post(f"{studio.address}run/invite_person", json=body, headers=headers).json()["data"][0][
        "link"
    ]


def test_visitors_ask_the_model_without_a_sign_in(studio):
    (number,) = [number for number, event in events(studio).items() if event.api_name == "model"]
    assert call(studio, number, None)["data"][0]["name"] == "mini"


@pytest.mark.parametrize("way", ["run/invite_person", "api/invite_person", "call/invite_person"])
def test_every_way_of_gradios_to_an_endpoint_checks(studio, way):
    answer = httpx.post(studio.address + way, json={"data": ["admin", "", 7]}).json()
    if "event_id" in answer:
        stream = httpx.get(f"{studio.address}call/invite_person/{answer['event_id']}").text
        assert "event: error" in stream and '"Sign in"' in stream
    else:
        assert answer["title"] == "Sign in"
