"""Sign-in with Hugging Face, against a provider over real HTTP that gets things wrong when told to."""

import logging
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

import settings
from db import people, sign_ins, vouched
from db.clock import now
from studio.people import hub_sign_in, huggingface
from studio.people.identify import COOKIE, People
from tests.hub.openid import APP, HOURS, SECRET, Someone, running
from tests.studio.conftest import open_workplace
from tests.studio.people.conftest import PASSWORD

ADDRESS = "http://studio.org"
BEGIN, BACK = hub_sign_in.BEGIN, hub_sign_in.BACK


@pytest.fixture
def provider():
    with running() as provider:
        yield provider


def configured(provider, address=ADDRESS, **lists):
    given = {"EMOLA_HUB_APP": APP, "EMOLA_HUB_APP_SECRET": SECRET, "EMOLA_HUB_PROVIDER": provider.url}
    values = settings.read(given | {f"EMOLA_HUB_{name.upper()}": text for name, text in lists.items()})
    return hub_sign_in.configured(values, address)


@pytest.fixture
def work(tmp_path, serving, provider):
    """A studio with accounts, that lets ana and the lab in."""
    hub = configured(provider, admins="root", reviewers="lab:write", annotators="ana, lab")
    opened = open_workplace(tmp_path, serving, accounts=True, hub=hub)
    yield opened
    opened.database.close()


def go(client, again: bool = False) -> str:
    """Begin, agree at the hub, and return where it sends the browser back to."""
    answer = client.get(BEGIN + "?again" * again)
    assert answer.status_code == 302, answer.text
    return httpx.get(answer.headers["location"].replace("/oauth/authorize", "/agree")).headers["location"]


def come(client, **more):
    """Sign in with the hub, and return the studio's last answer."""
    return client.get(go(client, **more))


def person(work, client):
    headers = {"cookie": f"{COOKIE}={client.cookies.get(COOKIE)}"}
    return work.people.who(SimpleNamespace(headers=headers))


def test_who_is_named_comes_in_by_one_button(work, browser, provider):
    client = browser()
    assert f'href="{ADDRESS}{BEGIN}"' in client.get("/sign-in").text
    answer = come(client)
    assert answer.status_code == 303 and answer.headers["location"] == "../../#annotate"
    came = person(work, client)
    assert (came.name, came.role, came.provider) == ("ana", "annotator", "huggingface")


def test_the_way_there_carries_what_must_come_back_and_asks_for_no_more_than_is_needed(browser, provider):
    asked = parse_qs(urlsplit(browser().get(BEGIN).headers["location"]).query)
    assert asked["redirect_uri"] == [ADDRESS + BACK] and asked["scope"] == ["openid profile"]
    assert len(asked["state"][0]) >= 20 and len(asked["nonce"][0]) >= 20
    assert asked["code_challenge_method"] == ["S256"]


def test_the_scope_for_organisations_is_asked_for_where_the_app_has_it(work, browser, provider):
    hub = configured(provider, app_scopes="openid profile email read-memberships write-repos")
    work.people.hub = hub
    asked = parse_qs(urlsplit(browser().get(BEGIN).headers["location"]).query)
    assert asked["scope"] == ["openid profile read-memberships"]


@pytest.mark.parametrize(
    "someone, role",
    [
        (Someone("root"), "admin"),
        (Someone("eve", orgs={"lab": "write"}), "reviewer"),
        (Someone("eve", orgs={"lab": None}), "annotator"),
        (Someone("eve", orgs={"others": "admin"}), None),
        (Someone("eve", orgs={"lab": "admin"}, locks={"lab": ["sso"]}), None),
        (Someone("eve"), None),
    ],
)
def test_roles_are_those_of_the_lists(work, browser, provider, someone, role):
    provider.person = someone
    client = browser()
    answer = come(client)
    came = person(work, client)
    assert (came.role if came else None) == role
    if role is None:
        assert answer.status_code == 403 and f"you are {someone.name}, whom the settings" in answer.text
        with work.database.reads.begin() as session:
            assert people.everyone(session) == []


def test_a_role_that_was_changed_in_the_settings_counts_from_the_next_sign_in(work, browser, provider):
    client = browser()
    come(client)
    first = person(work, client)
    work.people.hub = configured(provider, reviewers="ana")
    assert person(work, client) is None, "made under other settings"
    come(client)
    assert person(work, client) == replace(first, role="reviewer")


def test_who_is_named_no_more_is_out_at_once_and_stays_out(work, browser, provider):
    here, there = browser(), browser()
    come(here), come(there)
    assert person(work, here) and person(work, there)
    provider.person = Someone("ana-k", subject="id-of-ana")
    assert come(here).status_code == 403
    assert person(work, there) is None, "a refusal ends the sign-ins that there were"
    for hub in (configured(provider, annotators="ben"), None):
        other = People(work.database, accounts=True, hub=hub)
        headers = {"cookie": f"{COOKIE}={there.cookies.get(COOKIE)}"}
        assert other.who(SimpleNamespace(headers=headers)) is None


def test_a_sign_in_ends_when_the_hub_says_so(work, browser, provider, monkeypatch):
    client = browser()
    cookie = come(client).headers["set-cookie"]
    assert f"Max-Age={HOURS * 3600}" in cookie
    assert person(work, client)
    for seconds, there in ((HOURS * 3600 - 60, True), (HOURS * 3600 + 1, False)):
        work.people.forget()
        monkeypatch.setattr(sign_ins, "now", lambda session, s=seconds: now(session) + timedelta(seconds=s))
        assert (person(work, client) is not None) == there


@pytest.mark.parametrize("said, most", [(600, 600), (10**9, sign_ins.LIFETIME.total_seconds()), (None, 3600)])
def test_no_sign_in_lasts_longer_than_the_hubs_or_ours(work, browser, provider, said, most):
    provider.expires_in = said  # without it, the ID token's own end counts
    client = browser()
    come(client)
    with work.database.reads.begin() as session:
        left = sign_ins.who(session, client.cookies.get(COOKIE)).left
    assert most - 30 < left <= most


def test_who_is_renamed_at_the_hub_is_the_same_person(work, browser, provider):
    client = browser()
    come(client)
    first = person(work, client)
    provider.person = Someone("ana-k", subject="id-of-ana", orgs={"lab": "read"})
    come(client)
    assert person(work, client) == first


def test_a_local_person_of_that_name_is_not_theirs_to_be(work, add, browser, provider):
    local = add("ana", "admin")
    client = browser()
    come(client)
    came = person(work, client)
    assert came.id != local.id and (came.name, came.role) == ("ana 2", "annotator")
    by_password = browser()
    by_password.post("/sign-in", data={"name": "ana", "password": PASSWORD})
    assert person(work, by_password).id == local.id
    assert by_password.post("/sign-in", data={"name": "ana 2", "password": ""}).status_code == 403


def test_who_was_deactivated_here_stays_out(work, add, browser, provider):
    add("Root", "admin")
    client = browser()
    come(client)
    with work.database.sessions.begin() as session:
        people.set_active(session, vouched.find(session, "huggingface", "id-of-ana").id, False)
    work.people.forget()
    assert person(work, client) is None
    answer = come(client)
    assert answer.status_code == 403 and "ana was deactivated here" in answer.text
    assert person(work, client) is None


def test_in_a_tab_of_its_own_the_way_leads_back_to_the_other(work, browser, provider):
    client = browser()
    assert f"{BEGIN}?again" in client.get("/sign-in?again").text
    answer = come(client, again=True)
    assert answer.status_code == 200 and "go on in the other one" in " ".join(answer.text.split())
    assert person(work, client).name == "ana"


def test_a_frame_is_left_for_a_tab(browser):
    text = browser().get("/sign-in", headers={"sec-fetch-dest": "iframe"}).text
    assert 'target="_blank">Sign in with Hugging Face' in text and "a tab of its own" in text


WRONG = {
    "a nonce of another sign-in": {"id_token": {"nonce": "x" * 20}},
    "no nonce": {"id_token": {"nonce": None}},
    "another app's": {"id_token": {"aud": "client-2"}},
    "another app's, with ours beside": {"id_token": {"aud": "client-2", "azp": APP}},
    "another issuer's": {"id_token": {"iss": "https://evil.org"}},
    "an expired one": {"id_token": {"exp": 1_000_000_000, "iat": 999_999_000}},
    "without an end": {"id_token": {"exp": None}},
    "another key's": {"signature": True},
    "none at all": {"no_id_token": True},
    "of somebody else than userinfo": {"userinfo": {"sub": "id-of-root", "preferred_username": "root"}},
}


@pytest.mark.parametrize("fault", WRONG.values(), ids=WRONG.keys())
def test_an_id_token_that_is_not_right_signs_nobody_in(work, browser, provider, fault):
    provider.faults.update(fault)
    client = browser()
    answer = come(client)
    assert answer.status_code in (403, 502) and COOKIE not in answer.headers.get("set-cookie", "")
    assert person(work, client) is None
    provider.faults.clear()
    assert come(client).status_code == 303, "and the next one is as good as ever"


BROKEN = {
    "no answer to a code": {"/oauth/token": (503, {"error": "away"})},
    "a page instead of a token": {"/oauth/token": (200, "<html>maintenance</html>")},
    "no keys": {"/oauth/jwks": (500, "")},
    "keys that are none": {"/oauth/jwks": (200, {"keys": "none"})},
    "no userinfo": {"/oauth/userinfo": (429, "")},
    "userinfo without a name": {"userinfo": {"preferred_username": None}},
    "userinfo with organisations that are none": {"userinfo": {"orgs": [7]}},
}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN.keys())
def test_a_hub_that_is_broken_is_told_in_words_and_asked_again_the_next_time(work, browser, provider, fault):
    provider.faults.update(fault)
    client = browser()
    answer = come(client)
    assert answer.status_code in (403, 502) and 'href="../../sign-in"' in answer.text
    assert huggingface.AWAY in answer.text or huggingface.NOT_CONFIRMED in answer.text
    assert person(work, client) is None
    provider.faults.clear()
    assert come(client).status_code == 303


METADATA = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    "fault",
    [
        {METADATA: (500, "")},
        {METADATA: (200, "<html>")},
        {METADATA: (200, [])},
        {"issuer": "https://evil.org"},
    ],
)
def test_a_hub_that_cannot_be_asked_at_the_beginning_leaves_the_password(add, browser, provider, fault):
    provider.faults.update(fault)
    client = browser()
    answer = client.get(BEGIN)
    assert answer.status_code == 502 and huggingface.AWAY in answer.text
    add("Ben")
    assert client.post("/sign-in", data={"name": "Ben", "password": PASSWORD}).status_code == 303
    provider.faults.clear()
    assert client.get(BEGIN).status_code == 302


def test_a_hub_that_is_down_is_told_in_words(work, browser):
    with running() as gone:
        work.people.hub = configured(gone, annotators="ana")
    assert browser().get(BEGIN).status_code == 502


def test_who_does_not_agree_at_the_hub_is_told_so(browser, provider):
    provider.person = None
    answer = come(browser())
    assert answer.status_code == 403 and huggingface.DENIED in answer.text


def test_a_way_back_is_good_once(work, browser, provider):
    client = browser()
    back = go(client)
    assert client.get(back).status_code == 303
    client.cookies.delete(COOKIE)
    answer = client.get(back)
    assert (
        answer.status_code == 400 and "begun in this browser" in answer.text and person(work, client) is None
    )


def test_a_code_that_was_used_is_refused_by_the_hub(work, browser, provider):
    client = browser()
    begun = client.get(BEGIN).headers["set-cookie"].split(";")[0]
    back = httpx.get(client.get(BEGIN).headers["location"].replace("/oauth/authorize", "/agree"))
    state = client.cookies.get("emola_hub")
    assert begun and client.get(back.headers["location"]).status_code == 303
    client.cookies.clear()
    client.cookies.set("emola_hub", state)
    answer = client.get(back.headers["location"])
    assert answer.status_code == 403 and huggingface.NOT_CONFIRMED in answer.text.replace("&#x27;", "'")


def test_a_sign_in_that_somebody_else_began_is_nobodys(work, browser, provider):
    """Else a link could sign a person in as whoever sent it."""
    attacker, victim = browser(), browser()
    back = go(attacker)
    for client in (victim, browser("http://other.org")):
        assert client.get(back).status_code == 400 and person(work, client) is None
    begun = go(victim)
    mixed = (
        begun.split("code=")[0] + "code=" + back.split("code=")[1].split("&")[0] + "&" + begun.split("&")[1]
    )
    assert victim.get(mixed).status_code == 403 and person(work, victim) is None, "PKCE ties the code"


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?code=x&state=y", "?state=y", "?error=x&error_description=<i>"]
)
def test_a_way_back_without_a_beginning_asks_the_hub_nothing(browser, provider, query):
    client = browser()
    answer = client.get(BACK + query)
    assert answer.status_code in (400, 403) and provider.asked == [] and "<i>" not in answer.text


def test_a_cookie_that_was_made_up_or_is_too_old_is_as_good_as_none(work, browser, provider, monkeypatch):
    client = browser()
    back = go(client)
    real = client.cookies.get("emola_hub")
    client.cookies.clear()
    client.cookies.set("emola_hub", real[:-3] + "abc")
    assert client.get(back).status_code == 400
    client.cookies.clear()
    client.cookies.set("emola_hub", real)
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 4_000_000_000)
    assert client.get(back).status_code == 400


def test_the_way_never_leads_elsewhere(browser, provider):
    client = browser()
    there = client.get(f"{BEGIN}?next=https://evil.org&_target_url=//evil.org&redirect_uri=https://evil.org")
    assert "evil" not in there.headers["location"]
    back = httpx.get(there.headers["location"].replace("/oauth/authorize", "/agree")).headers["location"]
    assert client.get(back + "&next=https://evil.org").headers["location"] == "../../#annotate"


def test_behind_https_the_cookie_between_is_this_hosts_alone(work, browser, provider):
    work.people.hub = configured(provider, "https://lab-emola.hf.space", annotators="ana")
    client = browser("https://lab-emola.hf.space")
    begun = client.get(BEGIN).headers["set-cookie"].lower()
    assert begun.startswith("__host-emola_hub=") and "secure" in begun and "samesite=lax" in begun
    back = httpx.get(client.get(BEGIN).headers["location"].replace("/oauth/authorize", "/agree"))
    cookies = client.get(back.headers["location"]).headers.get_list("set-cookie")
    (kept,) = [one for one in cookies if one.startswith(COOKIE)]
    assert {"Secure", "HttpOnly", "SameSite=none", "Partitioned"} <= {
        part.strip() for part in kept.split(";")
    }


def test_nothing_of_the_hubs_is_kept_or_logged(work, browser, provider, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    client = browser()
    come(client)
    provider.faults["signature"] = True
    come(client)
    assert len(provider.given) >= 6
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    # What these tests themselves ask is logged as well.
    ours = [one for one in caplog.records if one.name.split(".")[0] not in ("httpx", "httpcore")]
    said = "\n".join(text for one in ours if ADDRESS not in (text := one.getMessage()))
    assert "A sign-in with Hugging Face was not confirmed: BadSignatureError" in said
    for secret in [*provider.given, SECRET]:
        assert secret.encode() not in kept and secret not in said
        assert all(secret not in value for value in client.cookies.values())
    assert "id-of-ana" not in said and "code_verifier" not in said
