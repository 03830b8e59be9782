"""studio.people.panel and listing: what the People dialog says, and what its endpoints do."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from db import people, sign_ins
from db.errors import LastAdmin, NotFound
from studio.people import listing, panel
from studio.people.listing import Listed, Pending
from studio.people.person import Person

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
ROOT = Person(1, "Root", "admin")


def text_of(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))


def dialog(person=ROOT, others=(), pending=(), accounts=True) -> str:
    return listing.dialog(person, accounts=accounts, others=list(others), pending=list(pending), at=NOON)


def one(
    number=2,
    name="Ana",
    role="annotator",
    active=True,
    locked=False,
    signs_in=True,
    seen=None,
    provider="",
) -> Listed:
    return Listed(number, name, role, active, locked, signs_in, seen, provider)


def test_without_accounts_it_says_how_to_let_others_in():
    said = text_of(dialog(Person(1, "local", "admin"), accounts=False))
    assert "EMOLA_ACCOUNTS=yes" in said and "Sign out" not in said


@pytest.mark.parametrize(
    "role, may",
    [
        ("annotator", "You may annotate."),
        ("reviewer", "You may annotate and review and see others' work."),
        ("admin", "You may annotate, review and see others' work and change the studio."),
    ],
)
def test_everybody_reads_what_they_may_and_can_sign_out(role, may):
    markup = dialog(Person(2, "Ana", role))
    assert may in text_of(markup) and '<form method="post" action="./sign-out">' in markup
    assert ("Invite somebody" in markup) == (role == "admin")


def test_a_person_can_be_given_another_role_a_password_and_leave():
    markup = dialog(others=[one(role="reviewer")])
    for name in ("set_role", "rename_person", "renew_password", "set_active"):
        assert f'data-do="{name}" data-id="2"' in markup
    assert "<option selected>reviewer</option>" in markup and "Unlock" not in markup


def test_whom_the_hub_vouches_for_has_the_role_of_the_settings_and_no_password():
    row = dialog(others=[one(role="reviewer", provider="huggingface")]).split("everyone")[-1]
    assert "with Hugging Face, never signed in" in row and "reviewer, by the settings" in row
    assert "set_role" not in row and "renew_password" not in row
    assert 'data-do="set_active"' in row and 'data-do="rename_person"' in row
    assert "You signed in with Hugging Face" in dialog(Person(2, "ana", "annotator", "huggingface"))
    assert "Hugging Face" not in dialog(Person(2, "ana", "annotator"))


def test_who_is_locked_can_be_unlocked_and_who_left_let_in_again():
    markup = dialog(others=[one(locked=True), one(3, active=False)])
    assert 'aria-label="Unlock: Ana"' in markup and 'aria-label="Let in again: Ana"' in markup


def test_the_user_from_before_there_were_accounts_can_only_be_seen():
    row = dialog(others=[one(name="local", role="admin", signs_in=False)]).split("everyone")[-1]
    assert "cannot sign in" in row and "data-do" not in row


@pytest.mark.parametrize(
    "ago, said",
    [
        (timedelta(minutes=2), "just now"),
        (timedelta(minutes=40), "40 minutes ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=9), "9 days ago"),
    ],
)
def test_when_somebody_was_here_is_told_roughly(ago, said):
    assert f"here {said}" in text_of(dialog(others=[one(seen=NOON - ago)]))


def test_invitations_say_for_whom_from_whom_and_until_when():
    markup = dialog(
        pending=[
            Pending(1, "reviewer", "Ana", "Root", False, NOON),
            Pending(2, "annotator", "", "", False, NOON),
            Pending(3, "annotator", "Ben", "Root", True, NOON),
        ]
    )
    said = text_of(markup)
    assert "Ana , reviewer until 1 July, 12:00 UTC, from Root" in said
    assert "Ben , new password" in said and 'data-do="revoke_invitation" data-id="2"' in markup


def test_names_are_escaped_everywhere():
    bad = '"><img src=x onerror=alert(1)>'
    markup = dialog(
        Person(1, bad, "admin"),
        [one(name=bad), one(3, bad, active=False), one(4, bad, signs_in=False)],
        [Pending(1, "admin", bad, bad, False, NOON), Pending(2, "admin", bad, bad, True, NOON)],
    )
    assert "<img" not in markup


@pytest.fixture
def root(add):
    row = add("Root", "admin")
    return Person(row.id, row.name, row.role)


def test_an_invitation_is_listed_and_its_link_told_once(work, root):
    answer = panel.invite_person(work, root, "reviewer", " Ana ", 7)
    token = answer["link"].removeprefix("invitation/")
    assert "Ana" in answer["html"] and token not in answer["html"]
    assert token not in panel.show_people(work, root)["html"]
    (number,) = re.findall(r'data-do="revoke_invitation" data-id="(\d+)"', answer["html"])
    assert "revoke_invitation" not in panel.revoke_invitation(work, root, int(number))["html"]


def test_annotators_get_no_list(work, root, add):
    ana = add("Ana")
    assert "Root" not in panel.show_people(work, Person(ana.id, "Ana", "annotator"))["html"]


def test_a_change_shows_and_is_forgotten_by_no_one(work, root, add):
    ana = add("Ana")
    assert not panel.set_role(work, root, ana.id, "reviewer")["reload"]
    panel.rename_person(work, root, ana.id, "Ana K")
    html = panel.set_active(work, root, ana.id, False)["html"]
    assert "Ana K" in html and "reviewer, deactivated" in html
    with work.database.reads.begin() as session:
        row = people.find(session, "Ana K")
        assert (row.role, row.active) == ("reviewer", False)


def test_unlocking_lifts_the_lock(work, root, add):
    ana = add("Ana")
    with work.database.sessions.begin() as session:
        for _ in range(sign_ins.TRIES):
            sign_ins.fail(session, ana.id)
    assert "Unlock" in panel.show_people(work, root)["html"]
    assert "Unlock" not in panel.unlock_person(work, root, ana.id)["html"]


def test_only_true_lets_somebody_in_again(work, root, add):
    ana = add("Ana")
    for value in (False, None, "yes", 1):
        panel.set_active(work, root, ana.id, value)
        with work.database.reads.begin() as session:
            assert not people.find(session, "Ana").active


def test_who_changes_their_own_role_gets_the_page_anew(work, root, add):
    add("Second", "admin")
    answer = panel.set_role(work, root, root.id, "annotator")
    assert answer["reload"] and "Invite" not in answer["html"]


def test_refusals_change_nothing(work, root):
    with pytest.raises(LastAdmin):
        panel.set_active(work, root, root.id, False)
    with pytest.raises(NotFound):
        panel.set_role(work, root, 99, "admin")
    assert "Root" in panel.show_people(work, root)["html"]
