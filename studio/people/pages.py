"""The small pages before the studio: sign in, and accept an invitation. Plain values in, escaped HTML out.

They work without scripts; the only script is the one that remembers light or dark.
"""

import html

from studio import look
from studio.people.entry import Invited
from studio.people.passwords import MAXIMUM, MINIMUM

REFUSED = (
    "This name and this password do not go together, or too many wrong ones were tried: after five, a name "
    "is locked for a minute, then for longer each time."
)
TO_WORK = "#annotate"
"""Behind the studio's address: opens the tab in which annotators work (static/people.js)."""

FOREIGN = "This form was sent by another web site. Fill it in here."


def sign_in_page(
    *,
    name: str = "",
    said: str = "",
    who: str = "",
    again: bool = False,
    hub: str = "",
    framed: bool = False,
) -> str:
    """The form; `said`: why it was refused; `who`: who is signed in already; `hub`: where the sign-in with
    Hugging Face begins, in a tab of its own where this page is `framed`: the hub does not let itself be shown
    in a frame.
    """
    note = (
        f'<p class="note">You are signed in as <b>{html.escape(who)}</b>. <a href="./">Go to the studio</a>, '
        "or sign in as somebody else.</p>"
        if who
        else ""
    )
    fields = _field("name", "Name", name, "username", focus=not name) + _field(
        "password", "Password", "", "current-password", kind="password", focus=bool(name)
    )
    foot = "No account yet, or the password is lost? An admin of this studio can send you a link."
    action = "./sign-in?again" if again else "./sign-in"
    body = f"{note}{_by_hub(hub, framed)}{_form(action, said, fields, 'Sign in')}"
    return _page("./", "Sign in", body, foot)


def _by_hub(address: str, framed: bool) -> str:
    if not address:
        return ""
    aside = ' target="_blank"' if framed else ""
    more = '<p class="hint">It opens in a tab of its own, and the studio with it.</p>' if framed else ""
    return (
        f'<a class="by-hub" href="{html.escape(address)}"{aside}>Sign in with Hugging Face</a>{more}'
        '<p class="or">or with a name and a password of this studio:</p>'
    )


def signed_in_page(name: str, root: str) -> str:
    """After a sign-in in a tab of its own, while another one waits with what was typed."""
    said = (
        f'<p role="status">You are signed in as <b>{html.escape(name)}</b>. Close this tab and go on in the '
        f'other one: what you typed is still there. Or <a href="{root}">open the studio here</a>.</p>'
    )
    return _page(root, "Welcome back", said)


def invitation_page(invited: Invited, *, name: str = "", said: str = "", wrong: str = "") -> str:
    """The form to join, or to choose a new password. `wrong`: the field that `said` is about."""
    on_password = wrong == "password" if wrong else bool(invited.name)
    label = "New password" if invited.renews else "Password"
    password = _new_password(label, wrong == "password", on_password)
    who = invited.name if invited.renews else name or invited.name
    if invited.renews:
        title, button = "A new password", "Keep it and sign in"
        intro = f"For <b>{html.escape(who)}</b>. It ends all sign-ins made with the old one."
        field = _whose(who)
    else:
        title, button = "Join the studio", "Join"
        article = "an" if invited.role[0] in "aeiou" else "a"
        by = f"<b>{html.escape(invited.inviter)}</b> invites you" if invited.inviter else "You are invited"
        intro = f"{by} as {article} <b>{invited.role}</b>. Choose your name here and a password."
        hint = "Others see it beside your annotations; a code is fine where names must not be known."
        field = _field(
            "name", "Name", who, "username", hint=hint, wrong=wrong == "name", focus=not on_password
        )
    form = _form("", said, field + password, button)
    return _page("../", title, f"<p>{intro}</p>{form}")


def password_page(name: str, said: str = "", wrong: str = "") -> str:
    """The form for another password of one's own. `wrong`: the field that `said` is about."""
    current = _field(
        "current",
        "Your password",
        "",
        "current-password",
        kind="password",
        wrong=wrong == "current",
        focus=wrong != "password",
    )
    fields = _whose(name) + current + _new_password("New password", wrong == "password", wrong == "password")
    intro = f"<p>For <b>{html.escape(name)}</b>. It ends all your sign-ins but this one.</p>"
    return _page("./", "Change your password", intro + _form("./password", said, fields, "Change it"))


def password_changed_page() -> str:
    """After it."""
    said = '<p role="status">Your password is another one now, and you are signed in here alone.</p>'
    return _page("./", "Password changed", said, '<a href="./">To the studio</a>')


def refused_page(root: str, title: str, sentence: str, *, sign_in: bool = False) -> str:
    """A page that has nothing to fill in; `sign_in`: with the way back to where one signs in."""
    again = f'<a href="{root}sign-in">Sign in</a> · ' if sign_in else ""
    foot = f'{again}<a href="{root}">To the studio</a>'
    return _page(root, title, f'<p role="alert">{html.escape(sentence)}</p>', foot)


def _form(action: str, said: str, fields: str, button: str) -> str:
    alert = f'<p class="said" id="said" role="alert">{html.escape(said)}</p>' if said else ""
    where = f' action="{action}"' if action else ""
    return f'<form method="post"{where}>{alert}{fields}<button type="submit">{button}</button></form>'


def _whose(name: str) -> str:
    # So that a browser's password keeper knows whose it is.
    return f'<input type="hidden" name="name" autocomplete="username" value="{html.escape(name)}">'


def _new_password(label: str, wrong: bool, focus: bool) -> str:
    return _field(
        "password",
        label,
        "",
        "new-password",
        kind="password",
        hint=f"At least {MINIMUM} characters; several words make a good one.",
        wrong=wrong,
        focus=focus,
        more=f'minlength="{MINIMUM}" maxlength="{MAXIMUM}"',
    )


def _field(
    name: str,
    label: str,
    value: str,
    autocomplete: str,
    *,
    kind: str = "text",
    hint: str = "",
    wrong: bool = False,
    focus: bool = False,
    more: str = "",
) -> str:
    said = " ".join(["said"] * wrong + [f"{name}-hint"] * bool(hint))
    described = f' aria-describedby="{said}"' if said else ""
    state = ' aria-invalid="true"' if wrong else ""
    return (
        f'<label for="{name}">{label}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" value="{html.escape(value)}" required '
        f'autocomplete="{autocomplete}" autocapitalize="none" spellcheck="false"{described}{state}'
        f"{' autofocus' if focus else ''} {more}>"
        + (f'<p class="hint" id="{name}-hint">{hint}</p>' if hint else "")
    )


def _page(root: str, title: str, body: str, foot: str = "") -> str:
    styles = root + look.address().removeprefix("./")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{title} · EmoLA Studio</title>'
        f'<link rel="stylesheet" href="{styles}studio.css"><link rel="stylesheet" href="{styles}people.css">'
        f'<script type="module" src="{styles}studio.js"></script></head>'
        f'<body class="entry"><header><a class="brand" href="{root}">Emo<b>LA</b> Studio</a></header>'
        f"<main><h1>{title}</h1>{body}</main>{f'<footer>{foot}</footer>' if foot else ''}</body></html>"
    )
