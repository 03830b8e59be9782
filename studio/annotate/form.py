"""The Annotate tab's form as HTML: emotions, action units in upper and lower face, and the rationales.

Everything that names an emotion or an action unit is made here from `model.facs` and the emotion task, once;
the page's scripts (static/annotate) read letters, names and lines off these elements. All text is escaped.
"""

import html

from model.facs import ACTION_UNITS, FABA, LIST_ORDER
from model.tasks import TASKS

LETTERS = {
    "happiness": "H",
    "sadness": "S",
    "surprise": "U",
    "anger": "A",
    "neutral": "N",
    "disgust": "D",
    "fear": "F",
}
"""The letter that stands for an emotion in the key field."""
UNDECIDED = ("cant_tell", "X", "can’t tell")
"""What stands beside the emotions: its stored name, letter and words."""
INTENSITIES = {"A": "trace", "B": "slight", "C": "marked", "D": "severe", "E": "maximum"}
SIDES = {"left": "L", "right": "R"}
STATES = {
    "present": ("yes", "present"),
    "absent": ("no", "not present"),
    "not_visible": ("n/v", "not visible"),
}
"""A unit's states: the word on the button, and what it is called."""


def form() -> str:
    """Return emotions, units and texts, nothing said yet."""
    upper = [code for code in FABA if ACTION_UNITS[code].region == "upper"]
    lower = [code for code in FABA if ACTION_UNITS[code].region == "lower"]
    return (
        '<section class="form" aria-label="What this face shows">'
        '<div class="card emotions" data-task="emotion">'
        '<h3 id="an-emotion">Emotion <span>shown, not felt</span></h3>'
        f'<div class="emotion-list" role="radiogroup" aria-labelledby="an-emotion">{_emotions()}</div></div>'
        f"<div>{_units('Upper face', upper)}{_texts_of_units()}</div>"
        f"<div>{_units('Lower face', lower)}{_text_of_emotion()}</div></section>"
    )


def _emotions() -> str:
    names = [(name, LETTERS[name], name) for name in TASKS["emotion"].labels]
    return "".join(
        f'<button type="button" role="radio" aria-checked="false" tabindex="{0 if index == 0 else -1}" '
        f'class="emotion" data-emotion="{html.escape(name)}" data-key="{letter}" '
        f'data-name="{html.escape(shown)}">'
        f'<kbd aria-hidden="true">{letter}</kbd><span>{html.escape(shown)}</span>'
        '<i class="odds" aria-hidden="true"></i></button>'
        for index, (name, letter, shown) in enumerate([*names, UNDECIDED])
    )


def _units(title: str, codes: list[str]) -> str:
    rows = "".join(_row(code, first=index == 0) for index, code in enumerate(codes))
    return (
        f'<div class="card units" data-task="au"><h3>{title}</h3>'
        f'<div class="rows" role="group" aria-label="{title}, action units. Arrows go from one to the next.">'
        f"{rows}</div></div>"
    )


def _row(code: str, *, first: bool) -> str:
    """One action unit: number, name, the model's bar, its three states; intensity and side once present."""
    unit = ACTION_UNITS[code]
    name = html.escape(unit.name.lower())
    states = "".join(
        f'<button type="button" data-state="{state}" aria-pressed="{str(state == "absent").lower()}" '
        f'tabindex="{0 if first and state == "present" else -1}" aria-label="{name_of_state}">{word}</button>'
        for state, (word, name_of_state) in STATES.items()
    )
    grades = "".join(
        f'<button type="button" data-intensity="{letter}" aria-pressed="false" tabindex="-1" '
        f'aria-label="intensity {letter}, {word}" title="{letter} {word}">{letter}</button>'
        for letter, word in INTENSITIES.items()
    )
    sides = "".join(
        f'<button type="button" data-side="{side}" aria-pressed="false" tabindex="-1" '
        f'aria-label="{side} side" title="{side} side of their face">{letter}</button>'
        for side, letter in SIDES.items()
    )
    line = html.escape(f"{code} - {unit.name}: {unit.description}")
    return (
        f'<div class="row" role="group" aria-label="{code} {name}" data-au="{code}" data-name="{name}" '
        f'data-line="{line}" data-order="{LIST_ORDER.index(code)}" data-value="absent"><b>{unit.number}</b>'
        f'<span class="row-name" title="{html.escape(unit.description)}">{html.escape(_capital(name))}</span>'
        f'<i class="odds" aria-hidden="true"><u></u></i><span class="states">{states}</span>'
        f'<span class="more"><span class="grades">{grades}</span>'
        f'<span class="sides">{sides}</span></span></div>'
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _text(task: str, title: str, hint: str, more: str = "") -> str:
    """One task's rationale: the editor, what was taken out of the model's text, and what does not fit."""
    return (
        f'<div class="card text" data-text="{task}" data-task="{task}">'
        f'<h3><label for="an-text-{task}">{title}</label></h3>'
        '<div class="paper"><div class="paper-marks" aria-hidden="true"></div>'
        f'<textarea id="an-text-{task}" rows="2" spellcheck="true" placeholder="{hint}"></textarea></div>'
        f'<p class="difference" hidden></p>{more}</div>'
    )


def _texts_of_units() -> str:
    fit = '<div class="fit" data-part="fit" role="status" hidden></div>'
    return _text("au", "Rationale", "Why these action units? Alt A writes a line for each.", fit)


def _text_of_emotion() -> str:
    return _text("emotion", "Rationale of the emotion", "Why this emotion?")
