"""The Review tab's HTML, empty: the lists, the face, the matrix of answers, the bar of decisions, the
numbers.

The page's scripts (static/review) fill it in from the endpoints. Names of labels come from `model.facs` and
the emotion task, once, as attributes that the scripts read.
"""

import html
import json

from db.review import LISTS
from model.facs import ACTION_UNITS, FABA
from model.tasks import TASKS
from studio.annotate.labels import CANT_TELL, INTENSITIES

LISTED = {
    "disputed": ("Disputed", "Nothing is in dispute. Faces come here when two annotators differ on a label."),
    "agreed": ("Agreed", "No face waits here. Faces come here when all that were asked for say the same."),
    "open": (
        "Not settled",
        "No face waits here: finished by one annotator alone, or with its gold label withdrawn.",
    ),
    "flagged": ("Flagged", "Nobody has flagged a face for a second look."),
    "skipped": ("Skipped", "Nobody has skipped a face."),
    "decided": (
        "Decided",
        "No face has a gold label yet. Decide a disputed one, or accept what all agree on.",
    ),
}
"""Each list's name, and what is said where it is empty."""
KEYS = (
    ("J K", "next and previous face"),
    ("← ↑ ↓ →", "from cell to cell"),
    ("Enter", "take the cell for the decision"),
    ("1 2 3", "take that column’s answer for this label"),
    ("Shift 1 2 3", "take that column’s whole answer"),
    ("Y N V", "present, absent, not visible"),
    ("A to E", "intensity, where present"),
    ("H S U A N D F X", "on the emotion’s row: happiness, sadness, surprise, and so on; X can’t tell"),
    ("R", "to the reason; Enter there saves as gold and goes on"),
    ("Z", "undo the last decision"),
    ("M", "one more annotator for this face"),
    ("L", "landmarks on or off"),
    ("?", "these keys"),
)


def shell() -> str:
    """Return the whole tab, loading."""
    names = html.escape(json.dumps(_names()))
    return (
        f'<div class="review" data-state="loading" data-view="cases" data-names="{names}">'
        f"{_head()}{_cases()}{_numbers()}{_help()}{_ask()}"
        '<div class="toast" data-part="toast" role="status" hidden></div>'
        '<p class="sr-only" role="status" aria-live="polite" data-part="announce"></p></div>'
    )


def _names() -> dict:
    return {
        "emotions": [*TASKS["emotion"].labels, CANT_TELL],
        "units": {name: ACTION_UNITS[name].name.lower() for name in FABA},
        "intensities": INTENSITIES,
        "empty": {name: words for name, (_, words) in LISTED.items()},
    }


def _head() -> str:
    def view(name: str, words: str, chosen: bool) -> str:
        return (
            f'<button type="button" role="tab" id="review-to-{name}" data-view="{name}" '
            f'aria-selected="{str(chosen).lower()}" aria-controls="review-{name}"'
            f"{'' if chosen else ' tabindex=-1'}>{words}</button>"
        )

    return (
        '<header class="head"><div class="views" role="tablist" aria-label="Views of the review">'
        f"{view('cases', 'Disagreements', True)}{view('numbers', 'Numbers', False)}</div>"
        '<label class="field">Study <select data-part="study"></select></label>'
        '<span class="space"></span>'
        '<button type="button" class="tool" data-do="names" aria-pressed="false">Hide names</button>'
        '<button type="button" class="tool" data-do="help">Keys <kbd>?</kbd></button></header>'
    )


def _cases() -> str:
    lists = "".join(
        f'<button type="button" class="pill" data-list="{name}" aria-pressed="false">{LISTED[name][0]} '
        f'<b data-count="{name}">0</b></button>'
        for name in LISTS
    )
    return (
        '<div class="cases" id="review-cases" role="tabpanel" aria-labelledby="review-to-cases">'
        f'<nav class="side" aria-label="Faces to review"><div class="pills">{lists}</div>'
        '<div class="bulk" data-part="bulk" hidden></div>'
        '<ol class="faces" data-part="faces"></ol>'
        '<button type="button" class="tool more" data-do="more" hidden>More faces</button></nav>'
        '<section class="look" data-part="look" aria-label="The face"></section>'
        '<section class="answers" data-part="answers" aria-label="Answers side by side"></section>'
        '<p class="blank" data-part="blank" role="status"></p>'
        '<form class="decide" data-part="decide" hidden><p class="left" data-part="left" role="status"></p>'
        '<label class="field reason"><span class="sr-only">Reason for the decision</span>'
        '<input data-part="reason" maxlength="2000" placeholder="Reason, in a sentence" autocomplete="off">'
        '</label><button type="button" class="tool" data-do="more-annotators">One more annotator '
        "<kbd>M</kbd></button>"
        '<button type="button" class="tool" data-do="withdraw" hidden>Withdraw gold</button>'
        '<button type="submit" class="primary">Save as gold <kbd>⏎</kbd></button></form></div>'
    )


def _numbers() -> str:
    return (
        '<div class="numbers" id="review-numbers" role="tabpanel" aria-labelledby="review-to-numbers" hidden>'
        '<div class="numbers-head"><p data-part="numbers-at" role="status"></p>'
        '<button type="button" class="tool" data-do="count">Count again</button>'
        '<button type="button" class="tool" data-do="csv">Download CSV</button>'
        '<button type="button" class="tool" data-do="json">Download JSON</button></div>'
        '<div class="cards" data-part="numbers"></div></div>'
    )


def _help() -> str:
    rows = "".join(f"<dt><kbd>{keys}</kbd></dt><dd>{words}</dd>" for keys, words in KEYS)
    return (
        '<dialog class="help" data-part="help" aria-labelledby="review-keys"><h2 id="review-keys">Keys</h2>'
        f'<dl>{rows}</dl><button type="button" class="tool" data-do="close">Close</button></dialog>'
    )


def _ask() -> str:
    """The window that asks before what concerns many faces, or for a reason."""
    return (
        '<dialog class="ask" data-part="ask" aria-labelledby="review-ask"><form method="dialog">'
        '<h2 id="review-ask" data-part="ask-title"></h2><p data-part="ask-words"></p>'
        '<label class="field" data-part="ask-field">Reason '
        '<input data-part="ask-reason" maxlength="2000"></label>'
        '<div class="row"><button type="submit" class="primary" value="yes" data-part="ask-yes"></button>'
        '<button type="submit" class="tool" value="no" formnovalidate>Cancel</button></div></form></dialog>'
    )
