"""db.sign_ins: tokens, how long they are good for, and the lock after wrong passwords."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from db import people, sign_ins
from db.clock import now
from db.models import SignIn


@pytest.fixture
def ana(session):
    return people.add(session, "Ana", "reviewer", password_hash="kept")


def test_a_token_says_who_it_is_and_is_nowhere_in_the_database(session, ana):
    token = sign_ins.sign_in(session, ana.id)
    found = sign_ins.who(session, token)
    assert (found.annotator_id, found.name, found.role, found.stale) == (ana.id, "Ana", "reviewer", False)
    row = session.scalars(select(SignIn)).one()
    assert token not in (row.token_hash, *map(str, vars(row).values())) and len(row.token_hash) == 64


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "' OR 1=1 --"])
def test_a_token_that_was_never_given_is_nobody(session, ana, token):
    sign_ins.sign_in(session, ana.id)
    assert sign_ins.who(session, token) is None


def test_signing_out_ends_one_sign_in_and_no_other(session, ana):
    here, there = sign_ins.sign_in(session, ana.id), sign_ins.sign_in(session, ana.id)
    sign_ins.sign_out(session, here)
    sign_ins.sign_out(session, "unknown")
    assert sign_ins.who(session, here) is None and sign_ins.who(session, there) is not None


def test_a_sign_in_ends_by_itself_and_is_swept_at_the_next(session, ana):
    token = sign_ins.sign_in(session, ana.id)
    session.execute(update(SignIn).values(expires_at=now(session) - timedelta(seconds=1)))
    assert sign_ins.who(session, token) is None
    sign_ins.sign_in(session, ana.id)
    assert len(session.scalars(select(SignIn)).all()) == 1


def test_a_change_of_role_shows_in_the_next_look(session, ana):
    token = sign_ins.sign_in(session, ana.id)
    people.set_role(session, ana.id, "annotator")
    assert sign_ins.who(session, token).role == "annotator"


def test_when_somebody_was_last_here_is_noted_now_and_then(session, ana):
    token = sign_ins.sign_in(session, ana.id)
    before = now(session) - sign_ins.SEEN_EVERY - timedelta(seconds=1)
    session.execute(update(SignIn).values(seen_at=before))
    found = sign_ins.who(session, token)
    assert found.stale
    sign_ins.seen(session, found.sign_in_id)
    assert not sign_ins.who(session, token).stale
    assert sign_ins.last_seen(session)[ana.id] > before


def lock(session, ana, tries=sign_ins.TRIES):
    for _ in range(tries):
        sign_ins.fail(session, ana.id)


def seconds_locked(session, ana) -> int:
    return round((ana.locked_until - now(session)).total_seconds())


def test_the_fifth_wrong_password_locks_a_name(session, ana):
    lock(session, ana, sign_ins.TRIES - 1)
    assert ana.locked_until is None
    sign_ins.fail(session, ana.id)
    assert seconds_locked(session, ana) == sign_ins.FIRST_LOCK
    assert sign_ins.sign_in(session, ana.id) is None


def test_tries_while_a_name_is_locked_do_not_make_it_longer(session, ana):
    lock(session, ana)
    until = ana.locked_until
    lock(session, ana)
    assert ana.locked_until == until and ana.failed_sign_ins == sign_ins.TRIES


def test_each_further_wrong_password_locks_twice_as_long_up_to_an_hour(session, ana):
    lock(session, ana)
    lengths = []
    for _ in range(30):
        ana.locked_until = now(session) - timedelta(seconds=1)
        session.flush()
        sign_ins.fail(session, ana.id)
        lengths.append(seconds_locked(session, ana))
    assert lengths[:6] == [120, 240, 480, 960, 1920, 3600] and set(lengths[6:]) == {3600}


def test_the_right_password_after_a_lock_starts_anew(session, ana):
    lock(session, ana)
    ana.locked_until = now(session) - timedelta(seconds=1)
    session.flush()
    assert sign_ins.sign_in(session, ana.id)
    assert (ana.failed_sign_ins, ana.locked_until) == (0, None)


def test_an_admin_can_unlock(session, ana):
    lock(session, ana)
    people.unlock(session, ana.id)
    assert sign_ins.sign_in(session, ana.id)


def test_nobody_inactive_signs_in(session, ana):
    people.set_active(session, ana.id, False)
    assert sign_ins.sign_in(session, ana.id) is None


def test_wrong_passwords_at_the_same_moment_are_all_counted(database):
    with database.sessions.begin() as session:
        ana = people.add(session, "Ana", "annotator", password_hash="kept")

    def fail(_):
        with database.sessions.begin() as session:
            sign_ins.fail(session, ana.id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fail, range(sign_ins.TRIES)))
    with database.sessions.begin() as session:
        assert people.get(session, ana.id).failed_sign_ins == sign_ins.TRIES
        assert sign_ins.sign_in(session, ana.id) is None


def test_a_sign_in_can_end_sooner_and_never_later(session, ana):
    short = sign_ins.sign_in(session, ana.id, lasts=timedelta(hours=8))
    assert 8 * 3600 - 60 < sign_ins.who(session, short).left <= 8 * 3600
    long = sign_ins.sign_in(session, ana.id, lasts=timedelta(days=400))
    assert sign_ins.who(session, long).left <= sign_ins.LIFETIME.total_seconds()


def test_a_mark_can_be_read_of_a_token_and_not_be_taken_off(session, ana):
    token = sign_ins.sign_in(session, ana.id, mark="rules-1")
    assert sign_ins.mark_of(token) == "rules-1" and sign_ins.who(session, token).annotator_id == ana.id
    for other in (token.partition(".")[0], token.replace("rules-1", "rules-2"), token + "."):
        assert sign_ins.who(session, other) is None
    assert sign_ins.mark_of(sign_ins.sign_in(session, ana.id)) == ""
