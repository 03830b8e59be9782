"""The Annotate tab's HTML, nothing in it yet: film strip, the face and its tools, form, commands.

The page's scripts (static/annotate) fill it in. All text is escaped. Not covered: faces, answers and
progress, which come by the endpoints.
"""

import html

from model.facs import ACTION_UNITS, FABA
from studio.annotate.form import form
from studio.annotate.windows import DIALOGS, STATES, key


def shell() -> str:
    """Return the whole tab, in its loading state."""
    return (
        '<div class="annotate" data-state="loading">'
        f"{_strip()}{_look()}{form()}{_bar()}{STATES}{DIALOGS}"
        '<p class="sr-only" role="status" aria-live="polite" data-part="announce"></p>'
        "</div>"
    )


def _strip() -> str:
    return (
        '<nav class="strip" aria-label="Your faces: done, now and next">'
        '<button type="button" class="strip-earlier" data-do="back" aria-label="Back to the face before">'
        '<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">'
        '<path d="M3 10.5 8 5.5l5 5" fill="none" stroke="currentColor" stroke-width="1.6"/></svg></button>'
        '<ol data-part="strip"></ol></nav>'
    )


def _look() -> str:
    """The face, its tools, and what the model said of it."""
    stage = (
        '<figure class="face" data-part="stage" tabindex="0" role="group" '
        'aria-label="The face. Arrows move it, plus and minus zoom, 0 shows all of it.">'
        '<svg class="face-picture" role="img" aria-label="The face to annotate">'
        '<image data-part="picture"/><image data-part="neutral" class="neutral"/><g data-part="overlay"></g>'
        '<rect data-part="box" class="drawn-box"/></svg>'
        '<figcaption class="tag" data-part="tag" hidden></figcaption>'
        '<div class="face-note" data-part="face-note" role="status"></div></figure>'
    )
    tools = (
        _tool("landmarks", "Landmarks", key("Alt L"), pressed=True)
        + _tool("regions", "Regions", key("Alt R"), pressed=False)
        + _tool("neutral", "Hold for neutral", key("Alt V"))
        + '<span class="tool tool-zoom" role="group" aria-label="Zoom">Zoom'
        + '<button type="button" data-do="closer" aria-label="Zoom in">+</button>'
        + '<button type="button" data-do="farther" aria-label="Zoom out">−</button></span>'
        + _tool("light", "Light", key("Alt C"))
        + _tool("box", "Face box", key("Alt B"), pressed=False)
        + _tool("guide", "Guideline", key("Alt G"), pressed=False)
    )
    model = (
        '<section class="card said" data-part="said" aria-label="What the model said">'
        '<header><h3 data-part="said-title">What the model said</h3>'
        '<button type="button" class="quiet-button" data-do="from-model" hidden>'
        f"Start from it {key('Alt M')}</button></header>"
        '<div class="said-text" data-part="said-text"></div></section>'
    )
    return (
        f'<section class="look">{stage}<div class="tools">{tools}</div>{_light()}{_guide()}{model}</section>'
    )


def _light() -> str:
    sliders = "".join(
        f'<label>{name}<input type="range" min="40" max="240" value="100" data-light="{what}"></label>'
        for what, name in (("brightness", "Brightness"), ("contrast", "Contrast"))
    )
    return (
        f'<div class="light" data-part="light" hidden>{sliders}'
        '<button type="button" class="quiet-button" data-do="light-reset">As taken</button></div>'
    )


def _tool(what: str, name: str, hint: str, *, pressed: bool | None = None) -> str:
    state = "" if pressed is None else f' aria-pressed="{str(pressed).lower()}"'
    return f'<button type="button" class="tool" data-do="{what}"{state}>{name} {hint}</button>'


def _bar() -> str:
    """The command bar: the key field, what it understood, and the commands."""
    field = (
        '<input class="keys" data-part="keys" type="text" autocomplete="off" autocapitalize="off" '
        'autocorrect="off" spellcheck="false" enterkeyhint="done" aria-describedby="an-said" '
        'aria-label="Key field: the whole face in one line" placeholder="h 6 12c 25">'
    )
    commands = "".join(
        f'<button type="button" class="command" data-do="{what}">{name} {key(chord)}</button>'
        for what, name, chord in (
            ("undo", "Undo", "Ctrl Z"),
            ("flag", "Flag", "⇧ F"),
            ("skip", "Skip", "⇧ S"),
        )
    )
    return (
        '<div class="bar" role="region" aria-label="Keys and commands">'
        f'<p class="refused" data-part="refused" hidden></p>{field}'
        '<p class="understood" id="an-said" data-part="understood"></p>'
        f'<div class="commands">{commands}'
        f'<button type="button" class="command" data-do="keep" hidden>Keep as it was {key("Alt K")}</button>'
        '<button type="button" class="command help" data-do="help" aria-label="All keys">?</button>'
        '<button type="button" class="command save" data-do="save">'
        f'<span data-part="save-word">Save and next</span> {key("⏎")}</button></div></div>'
    )


def _guide() -> str:
    """The guideline of one action unit, in our own words, beside its exemplar."""
    choices = "".join(
        f'<option value="{code}" data-description="{html.escape(ACTION_UNITS[code].description)}">'
        f"{code} {html.escape(ACTION_UNITS[code].name.lower())}</option>"
        for code in FABA
    )
    return (
        '<aside class="card guide" data-part="guide" aria-label="Guideline" hidden><div class="guide-words">'
        '<label class="sr-only" for="an-guide">Guideline of</label>'
        f'<select id="an-guide">{choices}</select><p data-part="guide-text"></p>'
        '<p class="quiet">Covered or out of the picture is not visible, which is not the same as not '
        'present.</p></div><div class="exemplar" data-part="exemplar"></div>'
        '<button type="button" class="close" data-do="guide-close" aria-label="Close the guideline">'
        "×</button></aside>"
    )
