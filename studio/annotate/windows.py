"""The Annotate tab's parts that stand by, as HTML: the states without a face, and the windows over the page.

The page's scripts show and fill them.
"""

from studio.samples import OUTLINE
from studio.stage import outline


def key(chord: str) -> str:
    """Return a key or chord ("Alt L") as it stands beside a command; not read out, as commands have names."""
    return f'<kbd aria-hidden="true">{chord}</kbd>'


def _face() -> str:
    """A face of thin lines, where a real one would be."""
    low, high = OUTLINE.min(axis=0), OUTLINE.max(axis=0)
    side = float((high - low).max()) * 1.1
    x, y = (low + high - side) / 2
    box = f"{x:.1f} {y:.1f} {side:.1f} {side:.1f}"
    return f'<svg viewBox="{box}" width="92" height="92" aria-hidden="true">{outline(OUTLINE)}</svg>'


def _state(name: str, title: str, text: str, button: str = "") -> str:
    return (
        f'<section class="state" data-for="{name}" role="status">{_face()}<h2>{title}</h2>'
        f'<p data-part="why-{name}">{text}</p>{button}</section>'
    )


def _button(do: str, name: str, more: str = "save") -> str:
    return f'<button type="button" class="command {more}" data-do="{do}">{name}</button>'


STATES = (
    _state(
        "empty",
        "No faces yet",
        "This study has nothing to annotate yet. Whoever leads it puts faces into it, in the Data tab: "
        "pictures by folder, zip or drop, or a FABA-Instruct file.",
        _button("to-data", "Open the Data tab", "save needs-reviewer")
        + _button("studies", "Choose another study", ""),
    )
    + _state(
        "finished",
        "That was the last one",
        "There is no face left for you in this study. Everything you saved is kept; you can still go back to "
        "your own faces.",
        _button("again", "Look for new faces") + _button("studies", "Choose another study", ""),
    )
    + _state(
        "closed",
        "This study is closed",
        "No more faces are given out in it. What you saved is kept.",
        _button("studies", "Choose another study"),
    )
    + _state("failed", "This did not work", "", _button("again", "Try again"))
    + _state(
        "offline",
        "The studio cannot be reached",
        "What you saved is kept on this computer and will be sent. The next face comes with the connection.",
        _button("again", "Try now"),
    )
    + _state(
        "signed-out",
        "Sign in to annotate",
        "Your sign-in has ended. What you typed and what was not sent yet is kept here. Sign in in another "
        "tab, and this one goes on by itself.",
        _button("sign-in", "Sign in, in a new tab"),
    )
)


def _keys(title: str, *pairs: tuple[str, str]) -> str:
    rows = "".join(f"<dt>{_typed(keys)}</dt><dd>{what}</dd>" for keys, what in pairs)
    return f"<section><h3>{title}</h3><dl>{rows}</dl></section>"


def _typed(keys: str) -> str:
    """Return keys, parted by two blanks; one blank is inside a chord."""
    return " ".join(f"<kbd>{part}</kbd>" for part in keys.split("  "))


_KEYS = (
    _keys(
        "Said in the key field",
        (
            "h  s  u  a  n  d  f",
            "emotion: happiness, sadness, surprise, anger, neutral, disgust, fear; x can’t tell",
        ),
        ("6", "AU6 is present; 6 12 25 are three"),
        ("12c", "present, intensity C (a trace, b slight, c marked, d severe, e maximum)"),
        ("12l  12cr  12lr", "on the left, right, both sides of their face"),
        ("-12", "not present, also when said before"),
        ("12?", "not visible"),
        ("Space", "goes on; also + or a comma: 6+12c+25"),
        ("Enter", "saves, and the next face comes"),
    )
    + _keys(
        "Commands",
        ("Ctrl Z", "undo the last change; with none, take back the last save"),
        ("Shift F", "flag the face, with a note"),
        ("Shift S", "skip the face, with a reason"),
        ("Alt ↑", "back to the face before; Alt ↓ forward"),
        ("Alt M", "start from the model’s answer, where it is shown"),
        ("Alt A", "bring the text in step with the labels"),
        ("Alt T", "to the text; Escape comes back to the key field"),
        ("Alt K", "keep the first answer, after the model’s was shown"),
        ("Alt G", "guideline of the action unit under the cursor"),
        ("?", "these keys (after a number it means not visible); F1 anywhere"),
    )
    + _keys(
        "The face",
        ("Alt L", "landmarks on or off"),
        ("Alt R", "regions of what is present"),
        ("Alt V", "hold for the neutral face of the same person"),
        ("Alt +  Alt -  Alt 0", "closer, farther, the whole face"),
        ("Alt C", "light: brightness and contrast"),
        ("Alt B", "draw the face’s box: arrows move it, Shift with arrows sizes it, Enter looks anew"),
        (
            "L  R  V  +  -  0",
            "the same without Alt while the face itself is focused; arrows move the picture",
        ),
        ("↑  ↓  ←  →", "in the lists of action units and emotions: from one to the next"),
    )
)


def _dialog(name: str, title: str, inner: str, buttons: str) -> str:
    return (
        f'<dialog class="window" data-dialog="{name}" aria-labelledby="an-{name}"><form method="dialog">'
        f'<header><h2 id="an-{name}">{title}</h2>'
        '<button type="button" class="close" data-do="dismiss" aria-label="Close">×</button></header>'
        f"{inner}<footer>{buttons}</footer></form></dialog>"
    )


def _reason(number: int, text: str) -> str:
    return f'<label><input type="radio" name="an-reason" value="{text}"><kbd>{number}</kbd>{text}</label>'


_REASONS = "".join(
    _reason(number, text)
    for number, text in enumerate(
        (
            "no face here",
            "too blurred or dark",
            "the face is covered",
            "more than one face",
            "not a picture to use",
        ),
        start=1,
    )
)
_CANCEL = f'<button type="button" class="command" data-do="dismiss">Cancel {key("Esc")}</button>'


def _confirm(name: str) -> str:
    return f'<button type="submit" value="yes" class="command save">{name} {key("⏎")}</button>'


DIALOGS = (
    _dialog("keys", "Keys", f'<div class="key-table">{_KEYS}</div>', _confirm("Back to the face"))
    + _dialog(
        "skip",
        "Why skip this face?",
        f'<div class="reasons" role="radiogroup" aria-label="Reason">{_REASONS}</div>'
        '<label class="line">Or in your words<input type="text" data-part="reason" maxlength="300"></label>',
        _CANCEL + _confirm("Skip"),
    )
    + _dialog(
        "flag",
        "Flag this face",
        "<p>Your lead sees the note beside your labels. Empty takes the flag away.</p>"
        '<label class="line">Note<input type="text" data-part="flag-note" maxlength="300"></label>',
        _CANCEL + _confirm("Flag"),
    )
    + _dialog(
        "studies",
        "Studies",
        '<div class="reasons" role="radiogroup" aria-label="Study" data-part="studies"></div>',
        _CANCEL + _confirm("Work in it"),
    )
    + _dialog(
        "stuck",
        "Not saved",
        "<p>The studio did not take these. They stay on this computer until you remove them.</p>"
        '<ul data-part="stuck"></ul>',
        _confirm("Close"),
    )
)
"""Windows over the page; the browser gives them Escape, the focus back, and a name."""
