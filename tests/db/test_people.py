"""db.people: names, roles, and that an admin always remains."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from db import invitations, people, sign_ins
from db.errors import LastAdmin, NameRefused, NotFound


def admin(session, name="Root"):
    return people.add(session, name, "admin", password_hash="kept")


@pytest.mark.parametrize(
    "given, kept", [("  Ana   Maria ", "Ana Maria"), ("A\u0301na", "\u00c1na"), ("K7", "K7")]
)
def test_a_name_is_kept_in_one_form(given, kept):
    assert people.normal_name(given) == kept


@pytest.mark.parametrize("given", ["", "   ", "a" * 101, "a\u200bb", "a\x00b", None, 7])
def test_a_name_that_cannot_be_read_aloud_is_refused(given):
    with pytest.raises(NameRefused, match="1 to 100 characters"):
        people.normal_name(given)


def test_a_name_is_found_in_whatever_case_it_is_written(session):
    row = people.add(session, "Ana", "annotator")
    assert people.find(session, " ana ") is row and people.find(session, "ANA") is row
    assert people.find(session, "An") is None


def test_two_people_never_share_a_name(session):
    people.add(session, "Ana", "annotator")
    other = people.add(session, "Ben", "annotator")
    with pytest.raises(NameRefused, match="called Ana already"):
        people.add(session, "ana", "annotator")
    with pytest.raises(NameRefused, match="called Ana already"):
        people.rename(session, other.id, "ANA")
    people.rename(session, other.id, "ben")
    assert other.name == "ben"


def test_two_who_choose_a_name_at_the_same_moment_are_told(database):
    """The second looked before the first had committed, as can happen on PostgreSQL."""

    def choose(_):
        try:
            with database.sessions.begin() as session:
                people.add(session, "Ana", "annotator")
        except NameRefused as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(choose, range(4)))
    assert said.count(None) == 1 and set(said) - {None} == {people.TAKEN.format(name="Ana")}


def test_a_role_that_is_none_is_refused(session):
    row = people.add(session, "Ana", "annotator")
    for wrong in ("king", "", None):
        with pytest.raises(NotFound, match="annotator, reviewer, admin"):
            people.set_role(session, row.id, wrong)
    with pytest.raises(NotFound, match="no role 'king'"):
        people.add(session, "Ben", "king")


@pytest.mark.parametrize("nobody", [0, -1, 99, 2**40, "1", None])
def test_somebody_who_is_not_there_is_said(session, nobody):
    with pytest.raises(NotFound, match="There is no person"):
        people.set_active(session, nobody, False)


def test_the_last_admin_can_be_neither_demoted_nor_deactivated(session):
    row = admin(session)
    people.add(session, "local", "admin")  # nobody can sign in as this one
    people.set_active(session, admin(session, "Gone").id, False)
    with pytest.raises(LastAdmin, match="Root is the only admin and cannot be deactivated"):
        people.set_active(session, row.id, False)
    with pytest.raises(LastAdmin, match="made less than an admin"):
        people.set_role(session, row.id, "reviewer")
    assert row.active and row.role == "admin"
    admin(session, "Second")
    people.set_role(session, row.id, "reviewer")
    assert row.role == "reviewer" and people.has_admin(session)


def test_a_studio_without_accounts_has_no_admin_who_can_sign_in(session):
    people.add(session, "local", "admin")
    assert not people.has_admin(session)
    admin(session)
    assert people.has_admin(session)


def test_who_is_deactivated_is_signed_out_and_stays_so_when_let_in_again(session):
    row = people.add(session, "Ana", "annotator", password_hash="kept")
    token = sign_ins.sign_in(session, row.id)
    assert sign_ins.who(session, token).name == "Ana"
    people.set_active(session, row.id, False)
    assert sign_ins.who(session, token) is None
    people.set_active(session, row.id, True)
    assert sign_ins.who(session, token) is None


@pytest.mark.parametrize(
    "loses",
    [
        lambda s, row: people.set_active(s, row.id, False),
        lambda s, row: people.set_role(s, row.id, "reviewer"),
    ],
)
def test_who_is_no_admin_any_more_leaves_no_invitation_behind(session, loses):
    admin(session)
    row = admin(session, "Leaving")
    _, token = invitations.invite(session, "admin", invited_by=row.id)
    loses(session, row)
    assert invitations.pending(session) == []
    with pytest.raises(invitations.InvitationRefused):
        invitations.find(session, token)


def test_a_new_password_ends_what_the_old_one_opened_and_lifts_a_lock(session):
    row = people.add(session, "Ana", "annotator", password_hash="old")
    token = sign_ins.sign_in(session, row.id)
    for _ in range(sign_ins.TRIES):
        sign_ins.fail(session, row.id)
    people.set_password(session, row.id, "new")
    assert sign_ins.who(session, token) is None
    assert (row.password_hash, row.failed_sign_ins, row.locked_until) == ("new", 0, None)


def test_everyone_is_listed_with_the_active_first(session):
    for name in ("Zoe", "Ana", "Ben"):
        people.add(session, name, "annotator")
    people.set_active(session, people.find(session, "Ana").id, False)
    assert [row.name for row in people.everyone(session)] == ["Ben", "Zoe", "Ana"]
