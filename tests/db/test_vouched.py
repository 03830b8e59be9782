"""db.vouched: people for whom a provider vouches are known by its subject, never by their name."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from db import invitations, people, sign_ins, vouched
from db.errors import InvitationRefused, NameRefused, RoleBySetting
from db.models import Annotator


def keep(session, subject="id-1", name="ana", role="annotator"):
    return vouched.keep(session, "hub", subject, name, role)


def test_who_is_new_is_added_and_signs_in_with_no_password(session):
    row = keep(session)
    assert (row.name, row.role, row.provider, row.provider_id) == ("ana", "annotator", "hub", "id-1")
    assert row.password_hash is None and row.active
    with pytest.raises(InvitationRefused, match="does not sign in with a password"):
        invitations.renew(session, row.id)


def test_who_was_renamed_there_is_the_same_person_here(session):
    first = keep(session)
    people.rename(session, first.id, "Ana of the lab")
    again = keep(session, name="ana-k")
    assert again.id == first.id and again.name == "Ana of the lab"


@pytest.mark.parametrize("taken", ["ana", "Ana"])
def test_a_local_person_of_the_same_name_is_somebody_else(session, taken):
    local = people.add(session, taken, "admin", password_hash="kept")
    row = keep(session)
    assert row.id != local.id and row.name == "ana 2" and row.role == "annotator"
    assert (local.provider, local.password_hash, local.role) == (None, "kept", "admin")


def test_the_same_subject_of_two_providers_is_two_people(session):
    assert vouched.keep(session, "other", "id-1", "ana", "admin").id != keep(session).id


def test_names_however_long_and_taken_are_found_room_for(session):
    rows = [keep(session, f"id-{number}", "a" * 100) for number in range(3)]
    assert [len(row.name) for row in rows] == [92, 94, 94] and len({row.name for row in rows}) == 3
    with pytest.raises(NameRefused):
        keep(session, "id-9", "\u200b")


def test_the_role_is_the_one_that_is_said_each_time(session):
    row = keep(session, role="admin")
    _, link = invitations.invite(session, "annotator", invited_by=row.id)
    assert keep(session, role="reviewer").role == "reviewer"
    with pytest.raises(InvitationRefused):
        invitations.find(session, link)
    with pytest.raises(RoleBySetting, match="ana gets their role from the studio's settings"):
        people.set_role(session, row.id, "admin")


def test_who_was_deactivated_stays_out(session):
    people.add(session, "Root", "admin", password_hash="kept")
    row = keep(session)
    people.set_active(session, row.id, False)
    assert not keep(session).active and sign_ins.sign_in(session, row.id) is None


def test_who_comes_twice_at_the_same_moment_is_one_person(database):
    def come(_):
        with database.sessions.begin() as session:
            return keep(session).id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(come, range(4)))) == 1
    with database.reads.begin() as session:
        assert len(session.scalars(select(Annotator)).all()) == 1
