"""Form fields as HTML: a label, a control, a sentence of explanation. All texts are the page's own."""

from collections.abc import Iterable


def select(name: str, label: str, options: Iterable[tuple[str, str]], says: str = "") -> str:
    """Return a choice among options, each (value, words)."""
    inside = "".join(f'<option value="{value}">{words}</option>' for value, words in options)
    return _field(name, label, f'<select name="{name}">{inside}</select>', says)


def text(name: str, label: str, example: str, says: str = "", *, hidden: bool = False) -> str:
    """Return a line of text; the example stands in it while it is empty."""
    control = (
        f'<input type="text" name="{name}" placeholder="{example}" maxlength="100" '
        'autocomplete="off" spellcheck="false">'
    )
    return _field(name, label, control, says, hidden)


def number(name: str, label: str, value: int, least: int, most: int, says: str) -> str:
    """Return a whole number."""
    control = (
        f'<input type="number" name="{name}" value="{value}" min="{least}" max="{most}" step="1" required>'
    )
    return _field(name, label, control, says)


def checks(name: str, legend: str, boxes: Iterable[tuple[str, str, bool]], aside: str = "") -> str:
    """Return boxes to tick, each (value, words, ticked)."""
    inside = "".join(
        f'<label><input type="checkbox" name="{name or value}" value="{value}"{" checked" if on else ""}> '
        f"{words}</label>"
        for value, words, on in boxes
    )
    said = f" <span>{aside}</span>" if aside else ""
    return f'<fieldset><legend>{legend}{said}</legend><div class="checks">{inside}</div></fieldset>'


def radios(name: str, legend: str, options: Iterable[tuple[str, tuple[str, str]]]) -> str:
    """Return a choice among cards, each (value, (words, explanation)), the first one chosen."""
    choices = "".join(
        f'<label class="choice"><input type="radio" name="{name}" value="{value}"'
        f"{' checked' if place == 0 else ''}><span><b>{words}</b><small>{says}</small></span></label>"
        for place, (value, (words, says)) in enumerate(options)
    )
    return f'<fieldset><legend>{legend}</legend><div class="choices">{choices}</div></fieldset>'


def _field(name: str, label: str, control: str, says: str, hidden: bool = False) -> str:
    said = f'<span class="says">{says}</span>' if says else ""
    words = f'<span class="name">{label}</span>'
    shown = " hidden" if hidden else ""
    return f'<label class="field" data-field="{name}"{shown}>{words}{control}{said}</label>'
