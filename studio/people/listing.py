"""What the People dialog shows: who I am and, for admins, who else is here and who is invited.

Plain values in, escaped HTML out. Each control carries the name of the endpoint that it asks
(static/people.js) and an id by which it gets the focus back once the list was made anew.
"""

import html
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.models.work import ROLES
from studio.people.person import PROVIDERS, WHAT_FOR, Person

ALONE = (
    "You work on this computer without signing in, and may do everything. To let others in, start the studio "
    "with <code>EMOLA_ACCOUNTS=yes</code>: it prints a link for the first admin. What you have annotated "
    "stays, under the name <b>local</b>."
)
CHANGE = '<a href="./password">Change password</a> '
DAYS = {1: "one day", 7: "a week", 30: "a month"}


@dataclass(frozen=True)
class Listed:
    """A person in the list. `signs_in`: has a way to; `seen`: when last, None for never; `provider`: who
    vouches for them, empty where a password does.
    """

    id: int
    name: str
    role: str
    active: bool
    locked: bool
    signs_in: bool
    seen: datetime | None
    provider: str = ""


@dataclass(frozen=True)
class Pending:
    """An invitation that can still be used."""

    id: int
    role: str
    name: str
    inviter: str
    renews: bool
    until: datetime


def dialog(
    person: Person, *, accounts: bool, others: list[Listed], pending: list[Pending], at: datetime
) -> str:
    """The whole dialog; the lists are empty for those who are no admins."""
    close = '<button type="button" class="close" data-close aria-label="Close">×</button>'
    if not accounts:
        return f'<header><h2 tabindex="-1">You</h2>{close}</header><p>{ALONE}</p>'
    mine = (
        f'<header><h2 tabindex="-1">{html.escape(person.name)} <small>{person.role}</small></h2>'
        f"{close}</header>"
        f'<div class="me"><p>You may {_may(person)}.{_vouched(person)}</p>'
        '<form method="post" action="./sign-out">'
        f'{"" if person.provider else CHANGE}<button type="submit">Sign out</button></form></div>'
    )
    if not person.may("admin"):
        return mine
    return mine + _invite() + _pending(pending) + _people(others, person, at)


def _vouched(person: Person) -> str:
    if not person.provider:
        return ""
    return f" You signed in with {PROVIDERS[person.provider]}; the studio's settings say what you may do."


def _may(person: Person) -> str:
    allowed = [what for role, what in WHAT_FOR.items() if person.may(role)]
    return ", ".join(allowed[:-1]) + (" and " if len(allowed) > 1 else "") + allowed[-1]


def _invite() -> str:
    days = "".join(
        f'<option value="{number}"{" selected" * (number == 7)}>{name}</option>'
        for number, name in DAYS.items()
    )
    return (
        '<section aria-labelledby="people-invite"><h3 id="people-invite">Invite somebody</h3>'
        '<form class="invite" data-do="invite_person">'
        '<div><label for="invite-role">Role</label>'
        f'<select name="role" id="invite-role">{_roles("annotator")}</select></div>'
        '<div><label for="invite-name">Name, if known</label>'
        '<input name="name" id="invite-name" autocomplete="off" maxlength="100"></div>'
        '<div><label for="invite-days">Good for</label>'
        f'<select name="days" id="invite-days">{days}</select></div>'
        '<button type="submit" class="primary" id="invite-make">Make a link</button></form></section>'
    )


def _roles(chosen: str) -> str:
    return "".join(f"<option{' selected' * (role == chosen)}>{role}</option>" for role in ROLES)


def _pending(pending: list[Pending]) -> str:
    if not pending:
        return ""
    rows = "".join(
        f"<li><span>{_invited(one)} <small>until {one.until:%-d %B, %H:%M} UTC"
        f"{f', from {html.escape(one.inviter)}' if one.inviter else ''}</small></span>"
        f'<button type="button" id="revoke-{one.id}" data-do="revoke_invitation" data-id="{one.id}">Withdraw'
        f'<span class="sr-only"> the link for {_invited(one)}</span></button></li>'
        for one in pending
    )
    return (
        '<section aria-labelledby="people-open"><h3 id="people-open">Links not used yet</h3>'
        f"<ul>{rows}</ul></section>"
    )


def _invited(one: Pending) -> str:
    name = html.escape(one.name)
    if one.renews:
        return f"<b>{name}</b>, new password"
    return f"<b>{name}</b>, {one.role}" if name else f"<b>{one.role}</b>"


def _people(others: list[Listed], person: Person, at: datetime) -> str:
    rows = "".join(_row(one, one.id == person.id, at) for one in others)
    return (
        '<section aria-labelledby="people-all"><h3 id="people-all">People</h3>'
        f'<ul class="everyone">{rows}</ul></section>'
    )


def _row(one: Listed, me: bool, at: datetime) -> str:
    name = html.escape(one.name)
    if not one.signs_in:
        state = "worked here before there were accounts; cannot sign in"
        return f'<li class="away"><span><b>{name}</b> <small>{state}</small></span></li>'

    def button(do: str, text: str, *more: str) -> str:
        values = " ".join((f'data-id="{one.id}"', *more))
        return (
            f'<button type="button" id="{do}-{one.id}" data-do="{do}" {values} aria-label="{text}: {name}">'
            f"{text}</button>"
        )

    if not one.active:
        return (
            f'<li class="away"><span><b>{name}</b> <small>{one.role}, deactivated</small></span>'
            f'<span class="does">{button("set_active", "Let in again", "data-value=true")}</span></li>'
        )
    seen = "this is you" if me else f"here {_ago(one.seen, at)}" if one.seen else "never signed in"
    by = f"with {PROVIDERS[one.provider]}, {seen}" if one.provider else seen
    # The settings give them their role at each sign-in, and a password would be a second way in.
    role = (
        f"<small>{one.role}, by the settings</small>"
        if one.provider
        else f'<select id="role-{one.id}" data-do="set_role" data-id="{one.id}" '
        f'aria-label="Role of {name}">{_roles(one.role)}</select>{button("renew_password", "New password")}'
    )
    locked = f"<b>locked</b> after wrong passwords {button('unlock_person', 'Unlock')}" if one.locked else ""
    return (
        f'<li><span><input class="name" id="name-{one.id}" data-do="rename_person" data-id="{one.id}" '
        f'value="{name}" maxlength="100" aria-label="Name of {name}" autocomplete="off">'
        f"<small>{by}</small> <small>{locked}</small></span>"
        f'<span class="does">{role}{button("set_active", "Deactivate", "data-value=false")}</span></li>'
    )


def _ago(then: datetime, at: datetime) -> str:
    passed = at - then
    if passed < timedelta(minutes=15):
        return "just now"
    if passed < timedelta(hours=2):
        return f"{passed // timedelta(minutes=1)} minutes ago"
    if passed < timedelta(days=2):
        return f"{passed // timedelta(hours=1)} hours ago"
    return f"{passed.days} days ago"
