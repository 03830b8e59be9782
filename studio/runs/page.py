"""The Runs tab's HTML: cards for the history, the next round, what changed, where an answer comes from.

The page's scripts (static/runs) fill in what changes. No text in it is anybody's, so nothing needs escaping.
"""

HEADS = (
    "revision",
    "learned from",
    "REGE",
    "against the one before",
    "original set",
    '<span class="sr-only">What can be done</span>',
)


def shell() -> str:
    """Return the whole tab, in its loading state."""
    return (
        '<div class="runs" data-state="loading">'
        '<p class="wait" data-part="wait" role="status">Looking at what was learned</p>'
        '<div class="banner" data-part="banner" hidden></div>'
        f'<div class="columns"><div>{_history()}{_side_by_side()}</div>'
        f"<div>{_next()}{_changed()}{_lineage()}</div></div>"
        f"{_ask()}"
        '<p class="sr-only" role="status" aria-live="polite" data-part="announce"></p></div>'
    )


def _history() -> str:
    heads = "".join(f'<th scope="col" role="columnheader">{head}</th>' for head in HEADS)
    return (
        '<section class="card" data-part="history" aria-labelledby="runs-history">'
        '<header><h2 id="runs-history">REGE on the gold set, 95 % interval</h2>'
        '<details class="what"><summary>What is this?</summary><p>REGE is what EmoLA is measured by, 0 to '
        "200: how often labels are right, and how near the words are to a person’s. Each dot is a revision, "
        "on faces that no revision has learned from; the band is where its true value lies, 95 times in 100. "
        "A candidate that the gate rejected is hollow. Dots are joined only where the faces were the same."
        "</p></details></header>"
        '<div class="picture" data-part="line" tabindex="0" role="region" '
        'aria-label="REGE of each revision"></div>'
        '<div class="blank" data-part="blank" hidden></div></section>'
        '<section class="card table-card" data-part="revisions" aria-labelledby="runs-revisions" hidden>'
        '<h2 class="sr-only" id="runs-revisions">Revisions</h2>'
        '<div class="scroll" tabindex="0" role="region" aria-label="Revisions"><table role="table">'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        '<tbody role="rowgroup" data-part="rows"></tbody></table></div></section>'
    )


def _side_by_side() -> str:
    return (
        '<section class="card" data-part="compare" aria-labelledby="runs-compare" hidden><header>'
        '<h2 id="runs-compare" tabindex="-1">Side by side</h2>'
        '<span class="pick"><label>before <select data-part="first"></select></label>'
        '<label>after <select data-part="second"></select></label></span></header>'
        '<p class="quiet" data-part="compare-words" role="status"></p>'
        '<div class="pills" data-part="compare-kinds"></div>'
        '<ol class="pairs" data-part="pairs"></ol></section>'
    )


def _next() -> str:
    return (
        '<section class="card" data-part="now" aria-labelledby="runs-next">'
        '<h2 id="runs-next" data-part="next-title">Next round</h2><div data-part="next"></div>'
        '<p class="buttons needs-admin" data-part="next-buttons"></p>'
        '<div data-part="plan" role="status"></div></section>'
    )


def _changed() -> str:
    return (
        '<section class="card" data-part="changed" aria-labelledby="runs-changed" hidden>'
        '<h2 id="runs-changed" data-part="changed-title">What got better</h2>'
        '<div data-part="changed-body"></div></section>'
    )


def _lineage() -> str:
    return (
        '<section class="card" data-part="lineage" aria-labelledby="runs-lineage">'
        '<h2 id="runs-lineage">Where an answer comes from</h2>'
        '<form data-part="trace" class="trace"><label for="runs-face">Face number</label>'
        '<span class="line-of"><input id="runs-face" name="face" inputmode="numeric" pattern="[0-9]+" '
        'autocomplete="off" required><button type="submit">Trace</button></span></form>'
        '<div data-part="chain" role="status"></div></section>'
    )


def _ask() -> str:
    """The window that asks before what serves is changed."""
    return (
        '<dialog data-part="ask" aria-labelledby="runs-ask"><form method="dialog">'
        '<h2 id="runs-ask" data-part="ask-title"></h2><p data-part="ask-words"></p>'
        '<label class="field" data-part="ask-field"><span>Reason, in a sentence; it is '
        'kept</span><input data-part="ask-reason" maxlength="2000" autocomplete="off"></label>'
        '<p class="refused" data-part="ask-refused" role="alert" hidden></p>'
        '<div class="buttons">'
        '<button type="submit" class="main-button" value="yes" data-part="ask-yes"></button>'
        '<button type="submit" value="no" formnovalidate>Cancel</button></div></form></dialog>'
    )
