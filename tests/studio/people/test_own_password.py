"""studio.people.own_password: people change their own password, and nobody else's."""

import pytest

from db import sign_ins, vouched
from studio.people.identify import COOKIE
from tests.studio.people.conftest import PASSWORD
from tests.studio.people.test_routes import sign_in, signed_in

NEW = "staple of another kind"


def change(client, current=PASSWORD, new=NEW, **more):
    return client.post("/password", data={"current": current, "password": new}, **more)


def test_the_new_password_counts_and_every_other_sign_in_has_ended(work, add, browser):
    add("Ana")
    here, there = browser(), browser()
    sign_in(here, "Ana"), sign_in(there, "Ana")
    before = here.cookies.get(COOKIE)
    assert "For <b>Ana</b>" in here.get("/password").text
    assert "signed in here alone" in change(here).text
    assert signed_in(work, here) == "Ana" and here.cookies.get(COOKIE) != before
    assert signed_in(work, there) is None
    assert sign_in(browser(), "Ana").status_code == 403
    assert sign_in(browser(), "Ana", NEW).status_code == 303


def test_what_is_wrong_is_said_at_its_field_and_changes_nothing(work, add, browser):
    add("Ana")
    client = browser()
    sign_in(client, "Ana")
    wrong = change(client, current="not the password")
    assert wrong.status_code == 422 and "not your password of now" in wrong.text
    assert 'aria-describedby="said" aria-invalid="true"' in wrong.text and NEW not in wrong.text
    short = change(client, new="short")
    assert short.status_code == 422 and "10 to 256 characters; this one has 5" in short.text
    assert signed_in(work, client) == "Ana" and sign_in(browser(), "Ana").status_code == 303


def test_an_open_page_does_not_let_somebody_guess(work, add, browser):
    add("Ana")
    client = browser()
    sign_in(client, "Ana")
    for _ in range(sign_ins.TRIES):
        change(client, current="not the password")
    assert change(client).status_code == 422
    assert sign_in(browser(), "Ana").status_code == 403, "the name is locked"


def test_who_is_not_signed_in_and_another_site_change_nothing(add, browser):
    add("Ana")
    client = browser()
    assert client.get("/password").status_code == 401 and change(client).status_code == 401
    sign_in(client, "Ana")
    for headers in ({"origin": "https://evil.org"}, {"sec-fetch-site": "cross-site"}):
        assert change(client, headers=headers).status_code == 401
    assert sign_in(browser(), "Ana").status_code == 303


@pytest.mark.parametrize("method", ["get", "post"])
def test_whom_the_hub_vouches_for_has_none(work, browser, method):
    with work.database.sessions.begin() as session:
        row = vouched.keep(session, "huggingface", "id-1", "ana", "annotator")
        token = sign_ins.sign_in(session, row.id)
    answer = browser().request(method, "/password", headers={"cookie": f"{COOKIE}={token}"})
    assert answer.status_code == 403 and "no password of yours" in answer.text
