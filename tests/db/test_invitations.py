"""db.invitations: links that let one person in once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from db import invitations, people, sign_ins
from db.clock import now
from db.errors import InvitationRefused, NameRefused, NotFound
from db.models import Annotator, Invitation


def test_an_invitation_makes_one_person_of_its_role_once(session):
    root = people.add(session, "Root", "admin", password_hash="kept")
    row, token = invitations.invite(session, "reviewer", name="Ana", invited_by=root.id)
    assert invitations.find(session, token) is row and invitations.pending(session) == [row]
    ana = invitations.accept(session, token, "Ana K", "hash")
    assert (ana.name, ana.role, ana.password_hash, ana.active) == ("Ana K", "reviewer", "hash", True)
    assert row.used_by == ana.id and invitations.pending(session) == []
    with pytest.raises(InvitationRefused, match="used, withdrawn, or it is too old"):
        invitations.accept(session, token, "Ben", "hash")


def test_the_token_is_nowhere_in_the_database(session):
    row, token = invitations.invite(session, "reviewer")
    session.expire_all()
    assert (
        token not in map(str, session.scalars(select(Invitation.token_hash)).all())
        and row.token_hash != token
    )


def test_a_name_that_is_taken_leaves_the_invitation_open(session):
    people.add(session, "Ana", "annotator")
    _, token = invitations.invite(session, "annotator")
    with pytest.raises(NameRefused):
        invitations.accept(session, token, "ANA", "hash")
    assert invitations.accept(session, token, "Ana B", "hash").name == "Ana B"
    with pytest.raises(NameRefused):
        invitations.invite(session, "annotator", name="ana")


def test_an_invitation_ends_by_itself_and_by_being_withdrawn(session):
    old, first = invitations.invite(session, "annotator")
    row, second = invitations.invite(session, "annotator")
    over = now(session) - timedelta(seconds=1)
    session.execute(update(Invitation).where(Invitation.id == old.id).values(expires_at=over))
    session.expire_all()
    invitations.revoke(session, row.id)
    invitations.revoke(session, row.id)
    for token in (first, second, "unknown", ""):
        with pytest.raises(InvitationRefused):
            invitations.find(session, token)
    assert invitations.pending(session) == []


@pytest.mark.parametrize("days", [0, -1, 91, float("nan"), "7", None])
def test_how_long_it_is_good_for_has_bounds(session, days):
    with pytest.raises(InvitationRefused, match="up to 90 days"):
        invitations.invite(session, "annotator", days=days)


def test_a_role_that_is_none_is_refused(session):
    with pytest.raises(NotFound, match="no role 'king'"):
        invitations.invite(session, "king")


@pytest.mark.parametrize("nothing", [0, 99, "1", None, 2**70])
def test_an_invitation_that_is_not_there_cannot_be_withdrawn(session, nothing):
    with pytest.raises(NotFound):
        invitations.revoke(session, nothing)


def test_a_link_for_a_new_password_keeps_the_person_and_ends_their_sign_ins(session):
    ana = people.add(session, "Ana", "annotator", password_hash="old")
    before = sign_ins.sign_in(session, ana.id)
    _, token = invitations.renew(session, ana.id)
    assert invitations.accept(session, token, "ignored", "new") is ana
    assert (ana.name, ana.password_hash, ana.role) == ("Ana", "new", "annotator")
    assert sign_ins.who(session, before) is None


def test_a_link_for_a_new_password_does_not_let_in_who_was_deactivated(session):
    ana = people.add(session, "Ana", "annotator", password_hash="old")
    _, token = invitations.renew(session, ana.id)
    people.set_active(session, ana.id, False)
    with pytest.raises(InvitationRefused):
        invitations.accept(session, token, "", "new")


def test_the_user_from_before_there_were_accounts_gets_no_password(session):
    local = people.add(session, "local", "admin")
    with pytest.raises(InvitationRefused, match="does not sign in with a password"):
        invitations.renew(session, local.id)


def test_two_who_use_a_link_at_once_become_one_person(database):
    with database.sessions.begin() as session:
        _, token = invitations.invite(session, "annotator")

    def accept(name):
        try:
            with database.sessions.begin() as session:
                return invitations.accept(session, token, name, "hash").name
        except InvitationRefused:
            return None

    with ThreadPoolExecutor(2) as pool:
        names = list(pool.map(accept, ["Ana", "Ben"]))
    assert names.count(None) == 1
    with database.reads.begin() as session:
        assert len(session.scalars(select(Annotator)).all()) == 1
