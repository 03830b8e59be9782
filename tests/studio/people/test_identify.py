"""studio.people.identify: the person of a request, and how soon a change counts."""

import time
from types import SimpleNamespace

import pytest

from db import people, sign_ins
from db.migrate import migrate
from db.models import Annotator
from db.session import open_database
from studio.people import identify
from studio.people.identify import COOKIE, People
from studio.people.person import NotAllowed, Person


@pytest.fixture
def database(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/emola.db")
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def ana(database):
    """A reviewer's row and the token of her sign-in."""
    with database.sessions.begin() as session:
        row = people.add(session, "Ana", "reviewer", password_hash="kept")
        return row.id, sign_ins.sign_in(session, row.id)


def asks(token, **more):
    return SimpleNamespace(headers={"cookie": f"other=1; {COOKIE}={token}", "host": "studio.org", **more})


def test_without_accounts_everybody_here_is_the_local_admin(database):
    found = People(database).who(SimpleNamespace(headers={"host": "127.0.0.1:7860"}))
    assert found == Person(1, "local", "admin")
    assert People(database).who(None) == found


def test_without_accounts_a_made_up_name_and_another_site_are_nobody(database):
    alone = People(database)
    for headers in ({"host": "evil.org"}, {"host": "127.0.0.1", "origin": "https://evil.org"}):
        assert alone.who(SimpleNamespace(headers=headers)) is None
        with pytest.raises(NotAllowed):
            alone.require_ours(SimpleNamespace(headers=headers))
    alone.require_ours(SimpleNamespace(headers={"host": "localhost:1"}))


def test_the_local_user_cannot_sign_in_and_stays_an_admin_of_a_studio_without_accounts(database):
    People(database)
    with database.sessions.begin() as session:
        local = people.find(session, "local")
        assert local.password_hash is None and not people.has_admin(session)
        session.get(Annotator, local.id).role = "annotator"
    assert People(database).who(None).role == "admin"


def test_with_accounts_nobody_is_signed_in_without_a_token(database, ana):
    known = People(database, accounts=True)
    for given in (SimpleNamespace(headers={}), asks("wrong"), asks(""), None):
        assert known.who(given) is None


def test_a_token_is_a_person_wherever_the_studio_is_asked_for(database, ana):
    assert People(database, accounts=True).who(asks(ana[1])) == Person(ana[0], "Ana", "reviewer")


def test_another_web_site_cannot_use_a_sign_in(database, ana):
    known = People(database, accounts=True)
    assert known.who(asks(ana[1])) is not None
    assert known.who(asks(ana[1], origin="https://evil.org")) is None
    assert known.who(asks(ana[1], **{"sec-fetch-site": "cross-site"})) is None


def reads(database, monkeypatch):
    counted = []
    real = sign_ins.who
    monkeypatch.setattr(sign_ins, "who", lambda *given: counted.append(given) or real(*given))
    return counted


def test_hundreds_of_requests_look_once(database, ana, monkeypatch):
    known, counted = People(database, accounts=True), reads(database, monkeypatch)
    for _ in range(300):
        assert known.who(asks(ana[1])).name == "Ana"
    assert len(counted) == 1


def change(database, of, how):
    with database.sessions.begin() as session:
        how(session, of[0])


def test_a_deactivation_acts_at_once_in_this_process(database, ana):
    known = People(database, accounts=True)
    assert known.who(asks(ana[1]))
    change(database, ana, lambda session, row: people.set_active(session, row, False))
    known.forget()
    assert known.who(asks(ana[1])) is None


def test_a_deactivation_acts_within_seconds_in_another_process(database, ana, monkeypatch):
    other = People(database, accounts=True)
    assert other.who(asks(ana[1]))
    change(database, ana, lambda session, row: people.set_role(session, row, "annotator"))
    assert other.who(asks(ana[1])).role == "reviewer"
    later = time.monotonic() + identify.KEPT_SECONDS + 0.1
    monkeypatch.setattr(identify.time, "monotonic", lambda: later)
    assert other.who(asks(ana[1])).role == "annotator"
    assert identify.KEPT_SECONDS <= 5


def test_what_was_read_before_a_change_is_not_kept_after_it(database, ana, monkeypatch):
    known, real = People(database, accounts=True), sign_ins.who

    def overtaken(session, token):
        found = real(session, token)
        known.forget()  # somebody's change comes between the read and what is made of it
        return found

    monkeypatch.setattr(sign_ins, "who", overtaken)
    known.who(asks(ana[1]))
    counted = reads(database, monkeypatch)
    known.who(asks(ana[1]))
    assert len(counted) == 1


def test_memory_stays_bounded(database, ana, monkeypatch):
    monkeypatch.setattr(identify, "MOST_KEPT", 2)
    known = People(database, accounts=True)
    with database.sessions.begin() as session:
        tokens = [sign_ins.sign_in(session, ana[0]) for _ in range(5)]
    assert all(known.who(asks(token)) for token in tokens)
    assert len(known._kept) <= 2
