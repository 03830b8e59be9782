"""studio.people.routes: signing in and out and invitations, by plain HTTP."""

from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.testclient import TestClient

from db import invitations, people, sign_ins
from studio.people import pages, routes
from studio.people.identify import COOKIE
from studio.people.passwords import is_stale
from tests.studio.conftest import open_workplace
from tests.studio.people.conftest import PASSWORD


def signed_in(work, client) -> str | None:
    """The name of whoever a browser's cookie belongs to."""
    headers = {"cookie": f"{COOKIE}={client.cookies.get(COOKIE)}"}
    person = work.people.who(SimpleNamespace(headers=headers))
    return person.name if person else None


def sign_in(client, name, password=PASSWORD, **more):
    return client.post("/sign-in", data={"name": name, "password": password}, **more)


def test_the_right_password_opens_the_studio_and_nothing_else(work, add, browser):
    add("Ana")
    client = browser()
    assert client.get("/sign-in?next=https://evil.org").status_code == 200
    answer = client.post(
        "/sign-in?next=https://evil.org&url=//evil.org", data={"name": "ana", "password": PASSWORD}
    )
    assert answer.status_code == 303 and answer.headers["location"] == "./#annotate"
    assert signed_in(work, client) == "Ana"


def test_the_cookie_is_for_the_server_alone(add, browser):
    add("Ana")
    cookie = sign_in(browser(), "Ana").headers["set-cookie"]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= parts and not {"secure", "partitioned"} & parts
    assert f"max-age={int(sign_ins.LIFETIME.total_seconds())}" in parts


@pytest.mark.parametrize(
    "address, headers, expected",
    [
        ("https://studio.org", {}, {"secure", "samesite=lax"}),
        ("http://studio.org", {"x-forwarded-proto": "https"}, {"secure", "samesite=lax"}),
        (
            "http://lab-emola.hf.space",
            {"x-forwarded-proto": "https"},
            {"secure", "samesite=none", "partitioned"},
        ),
        ("http://hf.space.evil.org", {"x-forwarded-proto": "https"}, {"secure", "samesite=lax"}),
    ],
)
def test_the_cookie_fits_how_the_page_is_reached(add, browser, address, headers, expected):
    add("Ana")
    client = browser(address)
    for answer in (sign_in(client, "Ana", headers=headers), client.post("/sign-out", headers=headers)):
        parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
        assert expected <= parts and ("partitioned" in parts) == ("partitioned" in expected)


def test_every_refusal_reads_the_same(work, add, browser):
    ana = add("Ana")
    add("Ben")
    with work.database.sessions.begin() as session:
        people.add(session, "local", "admin")
        people.set_active(session, people.find(session, "Ben").id, False)
    client = browser()
    names = ["Ana", "Nobody", "Ben", "local"]
    answers = [sign_in(client, name, "wrong password") for name in names]
    with work.database.sessions.begin() as session:
        for _ in range(sign_ins.TRIES):
            sign_ins.fail(session, ana.id)
    answers.append(sign_in(client, "Ana", PASSWORD))
    texts = {
        answer.text.replace(f'value="{name}"', "")
        for answer, name in zip(answers, [*names, "Ana"], strict=True)
    }
    assert len(texts) == 1 and {answer.status_code for answer in answers} == {403}
    assert pages.REFUSED in texts.pop() and signed_in(work, client) is None


def test_a_refusal_takes_its_time(work, add, monkeypatch):
    waited = []

    async def note(seconds):
        waited.append(seconds)

    monkeypatch.setattr(routes.asyncio, "sleep", note)
    add("Ana")
    client = TestClient(Starlette(routes=routes.routes(work, refusal_seconds=1000)), follow_redirects=False)
    sign_in(client, "Ana", "wrong password")
    sign_in(client, "Nobody", "wrong password")
    sign_in(client, "Ana")
    assert len(waited) == 2 and all(900 < seconds <= 1000 for seconds in waited)


def test_five_wrong_passwords_lock_the_name_even_for_the_right_one(work, add, browser):
    add("Ana")
    client = browser()
    for _ in range(sign_ins.TRIES):
        sign_in(client, "Ana", "wrong password")
    assert sign_in(client, "Ana").status_code == 403
    with work.database.sessions.begin() as session:
        people.unlock(session, people.find(session, "Ana").id)
    assert sign_in(client, "Ana").status_code == 303


def test_what_was_typed_is_kept_but_the_password(browser):
    text = sign_in(browser(), '"><script>x</script>', "my secret words").text
    assert "my secret words" not in text and "<script>x" not in text
    assert 'value="&quot;&gt;&lt;script&gt;x&lt;/script&gt;"' in text
    assert 'role="alert"' in text


def test_a_form_of_another_site_is_refused(work, add, browser, invite):
    add("Ana")
    client, link = browser(), invite()
    for headers in ({"origin": "https://evil.org"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        answer = sign_in(client, "Ana", headers=headers)
        assert (
            answer.status_code == 403 and pages.FOREIGN in answer.text and "set-cookie" not in answer.headers
        )
        answer = client.post(link, data={"name": "Eve", "password": PASSWORD}, headers=headers)
        assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert sign_in(client, "Ana", headers={"origin": "http://studio.org"}).status_code == 303
    client.post("/sign-out", headers={"origin": "https://evil.org"})
    assert signed_in(work, client) == "Ana"


def test_signing_out_acts_at_once_and_only_here(work, add, browser):
    add("Ana")
    here, there = browser(), browser()
    sign_in(here, "Ana"), sign_in(there, "Ana")
    token = here.cookies.get(COOKIE)
    assert signed_in(work, here) == "Ana"
    answer = here.post("/sign-out")
    assert (
        answer.status_code == 303 and answer.headers["location"] == "./" and here.cookies.get(COOKIE) is None
    )
    assert work.people.who(SimpleNamespace(headers={"cookie": f"{COOKIE}={token}"})) is None
    assert signed_in(work, there) == "Ana"
    assert here.get("/sign-out").status_code == 405


def test_in_a_tab_of_its_own_the_way_leads_back_to_the_other(add, browser):
    add("Ana")
    client = browser()
    assert 'action="./sign-in?again"' in client.get("/sign-in?again").text
    answer = client.post("/sign-in?again", data={"name": "Ana", "password": PASSWORD})
    assert answer.status_code == 200 and "go on in the other one" in " ".join(answer.text.split())
    assert COOKIE in answer.headers["set-cookie"]
    assert "signed in as <b>Ana</b>" in client.get("/sign-in").text


def test_an_invitation_makes_a_person_who_is_signed_in(work, add, browser, invite):
    root = add("Root", "admin")
    client, link = browser(), invite("reviewer", name="Ana", invited_by=root.id)
    page = client.get(link).text
    assert "<b>Root</b> invites you as a <b>reviewer</b>" in page and 'value="Ana"' in page
    answer = client.post(link, data={"name": "Ana K", "password": PASSWORD})
    assert answer.status_code == 303 and answer.headers["location"] == "../#annotate"
    assert signed_in(work, client) == "Ana K"
    assert client.get(link).status_code == 410
    assert client.post(link, data={"name": "Eve", "password": PASSWORD}).status_code == 410


def test_a_name_or_password_that_cannot_be_is_said_at_its_field(add, browser, invite):
    add("Ana")
    client, link = browser(), invite()
    taken = client.post(link, data={"name": "ana", "password": PASSWORD})
    assert taken.status_code == 422 and "Somebody here is called Ana already" in taken.text
    assert PASSWORD not in taken.text and 'value="ana"' in taken.text
    short = client.post(link, data={"name": "Ben", "password": "short"})
    assert short.status_code == 422 and "10 to 256 characters; this one has 5" in short.text
    assert 'aria-describedby="said password-hint" aria-invalid="true"' in short.text
    assert client.post(link, data={"name": "Ben", "password": PASSWORD}).status_code == 303


def test_a_link_for_a_new_password_is_for_that_person_alone(work, add, browser):
    ana = add("Ana")
    old = browser()
    sign_in(old, "Ana")
    assert signed_in(work, old) == "Ana"
    with work.database.sessions.begin() as session:
        link = f"/invitation/{invitations.renew(session, ana.id)[1]}"
    client = browser()
    assert "For <b>Ana</b>" in client.get(link).text
    client.post(link, data={"name": "Somebody", "password": "another password"})
    assert signed_in(work, client) == "Ana" and signed_in(work, old) is None
    assert sign_in(browser(), "Ana").status_code == 403
    assert sign_in(browser(), "Ana", "another password").status_code == 303


@pytest.mark.parametrize("token", ["x", "x" * 4000, "..%2f..%2fetc", "%00"])
def test_an_invitation_that_is_none_says_what_to_do(browser, token):
    answer = browser().get(f"/invitation/{token}")
    assert answer.status_code in (404, 410)
    assert "Ask an admin for another" in answer.text or answer.status_code == 404


def test_a_form_that_is_no_form_is_refused_quietly(browser, invite):
    client, link = browser(), invite()
    for body in (b"", b"\xff\xfe=&&", b"name=" + b"x" * 100_000):
        assert client.post("/sign-in", content=body).status_code == 403
        assert client.post(link, content=body).status_code == 422


def test_the_pages_ask_nothing_of_other_hosts_and_are_kept_by_nobody(browser, invite):
    client = browser()
    for path in ("/sign-in", invite(), "/invitation/none"):
        answer = client.get(path)
        policy = answer.headers["content-security-policy"]
        assert (
            "default-src 'none'" in policy and "frame-ancestors 'self'" in policy and "unsafe" not in policy
        )
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "http:" not in answer.text and "https:" not in answer.text and " style=" not in answer.text


def test_a_space_may_show_them_in_the_hubs_frame(browser):
    policy = browser("http://lab-emola.hf.space").get("/sign-in").headers["content-security-policy"]
    assert "frame-ancestors 'self' https://huggingface.co" in policy


def test_an_old_hash_is_made_anew_at_the_next_sign_in(work, browser):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with work.database.sessions.begin() as session:
        people.add(session, "Ana", "annotator", password_hash=weak)
    assert sign_in(browser(), "Ana").status_code == 303
    with work.database.reads.begin() as session:
        assert not is_stale(people.find(session, "Ana").password_hash)
    assert sign_in(browser(), "Ana").status_code == 303


def test_without_an_app_at_the_hub_nobody_is_sent_there(browser):
    client = browser()
    assert "Hugging Face" not in client.get("/sign-in").text
    assert client.get("/sign-in/huggingface").status_code == 404


def test_without_accounts_there_is_nothing_to_sign_in_to(tmp_path, serving):
    alone = open_workplace(tmp_path / "alone", serving)
    client = TestClient(Starlette(routes=routes.routes(alone)), base_url="http://localhost")
    for path in ("/sign-in", "/invitation/x"):
        assert client.get(path).status_code == 404 and "needs no sign-in" in client.get(path).text
    assert client.post("/sign-in", data={"name": "local", "password": ""}).status_code == 404
    alone.database.close()
