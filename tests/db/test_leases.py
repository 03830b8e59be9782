"""Leases on work that one process at a time may do."""

from concurrent.futures import ThreadPoolExecutor

from db.leases import give_up, take
from tests.db.things import NOON, later


def test_one_holder_at_a_time_who_may_renew(session):
    assert take(session, "retrain", "a", 60, now=NOON)
    assert not take(session, "retrain", "b", 60, now=later(30))
    assert take(session, "retrain", "a", 60, now=later(50))
    assert not take(session, "retrain", "b", 60, now=later(100))
    assert take(session, "other", "b", 60, now=NOON)


def test_a_dead_holders_lease_ends(session):
    assert take(session, "retrain", "a", 60, now=NOON)
    assert take(session, "retrain", "b", 60, now=later(61))
    assert not take(session, "retrain", "a", 60, now=later(62))


def test_what_is_given_up_is_free(session):
    take(session, "retrain", "a", 60, now=NOON)
    give_up(session, "retrain", "b")
    assert not take(session, "retrain", "b", 60, now=NOON)
    give_up(session, "retrain", "a")
    assert take(session, "retrain", "b", 60, now=NOON)


def test_of_many_at_once_one_gets_it(database):
    def one(number):
        with database.sessions.begin() as session:
            return take(session, "retrain", str(number), 60)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(8))) == 1
