"""The Data tab's HTML: cards for what is here, import, studies, export, backup and erasing, all empty.

The page's scripts (static/data) fill in what changes. No text in it is anybody's, so nothing needs escaping.
"""

from studio.data.drawn import COUNT
from studio.data.erase_card import erase_card
from studio.data.page_forms import gold_set, study_dialog, take, wishes


def shell() -> str:
    """Return the whole tab, in its loading state."""
    return (
        '<div class="data" data-state="loading">'
        '<p class="wait" data-part="wait" role="status">Looking at what is here</p>'
        f"{_now()}"
        f'<div class="columns"><div>{_bring()}{_gold()}{_backup()}{erase_card()}</div>'
        f"<div>{_studies()}{_take()}</div></div>"
        f"{study_dialog()}"
        '<p class="sr-only" role="status" aria-live="polite" data-part="announce"></p>'
        "</div>"
    )


def _now() -> str:
    return (
        '<section class="card now" data-part="now" aria-labelledby="data-now">'
        '<div class="now-words"><h2 id="data-now">In the studio</h2><div data-part="now-words"></div></div>'
        '<div class="now-bars" data-part="now-bars"></div>'
        '<div class="now-faces" data-part="now-faces"></div></section>'
    )


def _bring() -> str:
    drop = (
        '<div class="drop" data-part="drop"><p class="drop-big">Drop faces here</p>'
        "<p>Pictures, folders and zip files. FABA-Instruct’s JSON, and Parquet from here, bring labels.</p>"
        '<p class="buttons"><button type="button" class="main-button" data-do="choose-files">'
        "Choose files</button>"
        '<button type="button" data-do="choose-folder">Choose a folder</button>'
        f'<button type="button" data-do="drawn" data-part="drawn">Try with {COUNT} drawn faces</button></p>'
        '<input type="file" multiple data-part="files" hidden aria-label="Files to import">'
        '<input type="file" multiple webkitdirectory data-part="folder" hidden aria-label="Folder to import">'
        "</div>"
    )
    path = (
        '<form class="path" data-part="path" hidden>'
        '<label for="data-path">Or a folder or file on this computer</label>'
        '<span class="line"><input id="data-path" name="path" type="text" autocomplete="off" '
        'spellcheck="false" placeholder="/home/me/faces"><button type="submit">Import</button></span></form>'
    )
    return (
        '<section class="card" data-part="bring" aria-labelledby="data-bring">'
        f'<h2 id="data-bring">Import</h2>{drop}<div data-part="import-job"></div>{path}{wishes()}'
        '<div class="imports" data-part="imports"></div></section>'
    )


def _studies() -> str:
    return (
        '<section class="card" data-part="studies" aria-labelledby="data-studies"><header>'
        '<h2 id="data-studies">Studies</h2>'
        '<button type="button" data-do="new-study" data-part="new-study">New study</button></header>'
        '<div data-part="model-job"></div><ul class="studies" data-part="study-list"></ul></section>'
    )


def _gold() -> str:
    return (
        '<section class="card gold-set" data-part="gold" aria-labelledby="data-gold">'
        '<h2 id="data-gold">Gold set</h2>'
        "<p>These faces measure models and are never trained on.</p>"
        f'<div data-part="gold-words"></div>{gold_set()}</section>'
    )


def _take() -> str:
    return (
        '<section class="card" data-part="export" aria-labelledby="data-take">'
        f'<h2 id="data-take">Export</h2>{take()}'
        '<div class="as-imported" data-part="as-imported" hidden></div>'
        '<div data-part="export-job"></div><ul class="made" data-part="made"></ul></section>'
    )


def _backup() -> str:
    return (
        '<section class="card" data-part="backup" aria-labelledby="data-backup">'
        '<h2 id="data-backup">Backup</h2>'
        "<p>A copy of the database as it is now, while people work. Pictures are not in it: copy their "
        "folder too.</p>"
        '<p class="buttons"><button type="button" data-do="backup">Make a copy</button></p>'
        '<div data-part="backup-job"></div><ul class="made" data-part="copies"></ul></section>'
    )
