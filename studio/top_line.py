"""The top line: brand, places for what the Annotate tab tells, which model answers, who I am, the light.

Plain values in, escaped HTML out. What there is room for is decided by static/top.js: the notice about the
demonstration model and the chips come in a long and in short forms.
"""

import html

from studio.page import ModelStatus
from studio.people.person import PROVIDERS, VISITOR, Person

NOTICE = "demonstration model, trained on drawn faces; load EmoLA weights for photographs"
FORGETS = (
    "This Space's disk is emptied at every restart, and all that people do here goes with it. To keep it: in "
    "the Space's settings, name a private dataset repository, owner/name, in the variable EMOLA_HUB_DATA (it "
    "is made if it is not there), and set the secret HF_TOKEN to a token that may write to it."
)
PLACES = ("top-study", "top-progress", "top-saved")
"""Ids of the places that the Annotate tab's script fills; empty ones take no room."""


def brand() -> str:
    """The studio's name, a link to the page itself."""
    return '<h1><a class="brand" href="./">Emo<b>LA</b><span> Studio</span></a></h1>'


def places(*, hub: bool = False, forgets: bool = False) -> str:
    """The places of the Annotate tab, in a piece of their own that nothing else redraws; where all is sent to
    the hub, also the one that static/hub.js fills, and where all is lost with a restart, a warning.
    """
    state = '<div class="chip" id="top-hub" role="status"></div>' if hub else ""
    warning = _forgets() if forgets else ""
    return "".join(f'<div class="chip" id="{place}"></div>' for place in PLACES) + state + warning


def chips(status: ModelStatus, person: Person | None, *, accounts: bool) -> str:
    """What the answering model is good for, which one it is, who asks, and the light switch."""
    light = 'data-theme-switch aria-label="Switch between light and dark"'
    return (
        f"{_notice(status)}{_model(status)}{_who(person, accounts)}"
        f'<button type="button" class="chip icon" {light}>{_HALF_MOON}</button>'
    )


def _notice(status: ModelStatus) -> str:
    if not status.demonstration:
        return ""
    way = '<a href="#settings" data-opens="settings"'
    return (
        f'<p class="chip chip-warn" title="{NOTICE}">'
        f'<span data-size="long">demonstration model, trained on drawn faces; {way}>load EmoLA weights</a> '
        "for photographs</span>"
        f'<span data-size="short">demonstration model · {way}>load EmoLA weights</a></span>'
        f'<span data-size="tiny">{way} aria-label="{NOTICE}">demo model</a></span></p>'
    )


def _forgets() -> str:
    sizes = {"long": "not kept after a restart", "short": "not kept after a restart", "tiny": "not kept"}
    summary = "".join(f'<span data-size="{size}">{words}</span>' for size, words in sizes.items())
    return (
        f'<details id="top-disk"><summary class="chip chip-warn">{summary}</summary>'
        f"<p>{html.escape(FORGETS)}</p></details>"
    )


def _model(status: ModelStatus) -> str:
    name = html.escape(status.name)
    more = "".join(f" · {html.escape(part)}" for part in (status.revision, status.device) if part)
    opens = 'data-opens="settings" aria-expanded="false" aria-controls="settings"'
    spoken = '<span class="sr-only">The model that answers, and its settings: </span>'
    return (
        f'<button type="button" class="chip chip-model" {opens}>{spoken}{name}'
        f'<span class="more">{more}</span></button>'
    )


def _who(person: Person | None, accounts: bool) -> str:
    if person is None:
        return f'<a class="chip chip-who" id="who" data-role="{VISITOR}" href="./sign-in">Sign in</a>'
    name, more = (person.name, _as(person)) if accounts else ("you", "on this computer")
    opens = 'data-opens-people aria-haspopup="dialog"'
    return (
        f'<button type="button" class="chip chip-who" id="who" data-role="{person.role}" {opens}>'
        f'<span class="sr-only">Who you are: </span><b>{html.escape(name)}</b>'
        f'<span class="more"> {html.escape(more)}</span></button>'
    )


def _as(person: Person) -> str:
    return f"{person.role} · {PROVIDERS[person.provider]}" if person.provider else person.role


_HALF_MOON = (
    '<svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">'
    '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.4"/>'
    '<path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor"/></svg>'
)
