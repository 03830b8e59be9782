"""The answer as HTML: headline, rationales with their action units marked, bars. Plain values in, escaped
HTML out.

Probabilities are 0..1 and are shown as whole percentages. Every element that stands for an action unit
carries `data-au="AU12"`; the page's script lights all elements of one unit together. No model and no
gradio in here.
"""

import html
import re

from model.facs import ACTION_UNITS, FABA

FOLD_UNDER = 0.15
"""Action units below this probability are folded away unless the answer names them."""

_CODE = re.compile(r"\bAU[ \-]?0*(\d{1,2})\b", re.IGNORECASE)
_ITEM = re.compile(r"^\s*\d+[.)]\s+(?P<text>.+)$")
_SKELETON = '<div class="skeleton" aria-hidden="true"><i></i><i></i><i></i></div>'


def percent(probability: float) -> str:
    """0.964 -> "96 %"; never "100 %" or "0 %" for what is only nearly so."""
    if 0.995 <= probability < 1:
        return "> 99 %"
    if 0 < probability < 0.005:
        return "< 1 %"
    return f"{round(100 * probability)} %"


def mark_codes(text: str) -> str:
    """Escaped text in which each action unit that has a region is a button that lights it."""
    parts, end = [], 0
    for match in _CODE.finditer(text):
        code = f"AU{int(match[1])}"
        parts.append(html.escape(text[end : match.start()]))
        shown = html.escape(match[0])
        parts.append(
            f'<button type="button" class="au" data-au="{code}">{shown}</button>' if code in FABA else shown
        )
        end = match.end()
    return "".join([*parts, html.escape(text[end:])])


def rationale(text: str, *, streaming: bool = False) -> str:
    """A model's text as paragraphs and, where it numbers its lines, a list; with a caret while it is
    being written.
    """
    blocks, items = [], []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        item = _ITEM.match(line)
        if item:
            items.append(_list_item(item["text"]))
            continue
        if items:
            blocks.append(f"<ol>{''.join(items)}</ol>")
            items = []
        blocks.append(f"<p>{mark_codes(line)}</p>")
    if items:
        blocks.append(f"<ol>{''.join(items)}</ol>")
    if streaming and blocks:
        caret, closing = '<span class="caret" aria-hidden="true"></span>', blocks[-1]
        at = closing.rindex("</li>" if closing.endswith("</ol>") else "</p>")
        blocks[-1] = closing[:at] + caret + closing[at:]
    return "".join(blocks)


def _list_item(text: str) -> str:
    first = _CODE.match(text)
    code = f"AU{int(first[1])}" if first else ""
    lights = f' data-au="{code}"' if code in FABA else ""
    return f"<li{lights}>{mark_codes(text)}</li>"


def answer_card(emotion: str | None, odds: dict[str, float] | None, text: str, *, streaming: bool) -> str:
    """The headline, how sure the model is of it and what that means, and the rationale for it."""
    if streaming:
        head = '<h2 class="is-pending">Reading the face</h2>'
    else:
        sure = f"{html.escape(percent(odds[emotion]))}, " if emotion and odds and emotion in odds else ""
        name = html.escape(emotion.capitalize()) if emotion else "No expression named"
        head = f'<h2>{name}</h2><p class="sure">{sure}shown expression, not felt emotion</p>'
    body = rationale(text, streaming=streaming) or _SKELETON
    return _card(
        "answer", f'<header>{head}</header><div class="prose" aria-live="polite">{body}</div>', streaming
    )


def units_card(
    text: str, present: tuple[str, ...], probabilities: dict[str, float] | None, *, streaming: bool
) -> str:
    """The action units' rationale, and a bar for each: those named or likely in view, the others folded."""
    body = rationale(text, streaming=streaming) or (_SKELETON if probabilities is None else "")
    prose = f'<div class="prose" aria-live="polite">{body}</div>'
    return _card(
        "units", f"<h3>Action units</h3>{prose}{_unit_bars(present, probabilities or {})}", streaming
    )


def _unit_bars(present: tuple[str, ...], probabilities: dict[str, float]) -> str:
    if not probabilities:
        return ""
    ordered = sorted(probabilities, key=lambda code: -probabilities[code])
    shown = [code for code in ordered if code in present or probabilities[code] >= FOLD_UNDER]
    folded = [code for code in ordered if code not in shown]
    rows = "".join(_unit_row(code, probabilities[code], code in present) for code in shown)
    more = "".join(_unit_row(code, probabilities[code], False) for code in folded)
    none = "" if shown else '<p class="quiet">No action unit reaches 15 %.</p>'
    label = f"{len(folded)} more under {round(100 * FOLD_UNDER)} %"
    fold = f'<details><summary>{label}</summary><ul class="bars">{more}</ul></details>' if folded else ""
    return f'{none}<ul class="bars">{rows}</ul>{fold}'


def _unit_row(code: str, probability: float, present: bool) -> str:
    button = f'<button type="button" class="bar" data-au="{code}"{_mark(present)}>'
    return f"<li>{button}{_bar(_unit_name(code), probability)}</button></li>"


def _mark(present: bool) -> str:
    return " data-present" if present else ""


def _bar(name: str, probability: float) -> str:
    width, value = f"{100 * min(max(probability, 0.0), 1.0):.1f}%", html.escape(percent(probability))
    return (
        f'<span class="bar-name">{name}</span><span class="bar-track" aria-hidden="true">'
        f'<i style="width:{width}"></i></span><span class="bar-value">{value}</span>'
    )


def emotions_card(emotion: str | None, probabilities: dict[str, float] | None) -> str:
    """A bar for each of the seven emotions, in the order given; the answer's own is the dark one."""
    if not probabilities:
        return ""
    rows = "".join(
        f'<li class="bar"{_mark(name == emotion)}>{_bar(html.escape(name), probability)}</li>'
        for name, probability in probabilities.items()
    )
    return _card("emotions", f'<h3>Emotion</h3><ul class="bars">{rows}</ul>', streaming=False)


def guide_card() -> str:
    """Before any face: what will stand here, and the 20 action units to point at, each lit on the
    outline.
    """
    units = "".join(
        f'<li><button type="button" class="unit" data-au="{code}">{_unit_name(code)}</button></li>'
        for code in FABA
    )
    return _card(
        "guide",
        "<header><h2>Give it a face</h2></header>"
        '<div class="prose"><p>EmoLA names the expression that a face shows and the action units, single '
        "movements of the face, that make it, and says in words why. Point at a movement to see where it "
        "happens."
        f'</p></div><h3>The 20 action units</h3><ul class="unit-list">{units}</ul>',
        streaming=False,
    )


def _unit_name(code: str) -> str:
    return f"<b>{code}</b> {html.escape(ACTION_UNITS[code].name.lower())}"


def _card(name: str, inner: str, streaming: bool) -> str:
    busy = ' aria-busy="true"' if streaming else ""
    return f'<section class="card {name}"{busy}>{inner}</section>'
