"""Helpers to sit down at the Annotate tab: a page in a study of its own, and what the database has of it."""

import json
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page
from sqlalchemy import select

from db.models import Annotation, Assignment, Study
from db.session import open_database
from db.study_rules import close
from tests.browser.faces import put_faces
from tests.browser.visits import Visits

WAIT = 30_000  # ms, on a loaded machine


class Office:
    """A running studio with studies made for tests: its address, its folder, browsers to use it with."""

    def __init__(self, address: str, folder: Path, browser: Browser):
        self.address, self.folder = address, folder
        self._visits, self._studies = Visits(browser), 0

    def study(self, faces: int = 4, **values) -> str:
        """Make a study with drawn faces; return its name."""
        self._studies += 1
        name = values.pop("name", f"study {self._studies}")
        put_faces(self.folder, faces, seed=100 * self._studies, name=name, **values)
        return name

    def sit(self, study: str, *, state: str = "face", **options) -> Page:
        """Open the Annotate tab in a study, with the given context options, and wait for a state."""
        chosen = f"localStorage.setItem('emola.study', {json.dumps(json.dumps(study))})"
        page = self._visits.page(first=chosen, **options)
        page.goto(self.address)
        open_tab(page, state)
        return page

    def saved(self, study: str) -> list[Annotation]:
        """Return the study's annotations, the oldest first."""
        database = open_database(f"sqlite:///{self.folder}/emola.db")
        try:
            with database.reads.begin() as session:
                rows = select(Annotation).join(Assignment, Assignment.id == Annotation.assignment_id)
                rows = rows.join(Study, Study.id == Assignment.study_id).where(Study.name == study)
                return list(session.scalars(rows.order_by(Annotation.id)))
        finally:
            database.close()

    def close(self, study: str) -> None:
        """Give out no more faces of a study."""
        database = open_database(f"sqlite:///{self.folder}/emola.db")
        try:
            with database.sessions.begin() as session:
                close(session, session.scalars(select(Study.id).where(Study.name == study)).one())
        finally:
            database.close()

    def tidy(self) -> None:
        self._visits.close()


def open_tab(page: Page, state: str = "face") -> None:
    """Go to the Annotate tab and wait until the desk is in a state, its face complete."""
    page.get_by_role("tab", name="Annotate").click(timeout=WAIT)
    page.wait_for_selector(f'.annotate[data-state="{state}"]', timeout=WAIT)
    if state == "face":
        settle(page)


def settle(page: Page) -> None:
    """Wait until the face on the desk has all that belongs to it."""
    page.wait_for_selector('.annotate[data-state="face"][aria-busy="false"]', timeout=WAIT)


def keys(page: Page, *chords: str) -> None:
    for chord in chords:
        page.keyboard.press(chord)


def field(page: Page) -> Locator:
    """Return the key field."""
    return page.locator("[data-part=keys]")


def row(page: Page, code: str) -> Locator:
    """Return an action unit's row."""
    return page.locator(f'.row[data-au="{code}"]')


def picture(page: Page) -> str:
    """Return the address of the picture on the desk."""
    return page.locator("[data-part=picture]").get_attribute("href")


def enter(page: Page, keys: str) -> None:
    """Type a face into the key field, save it, and wait for the next picture."""
    before = picture(page)
    page.keyboard.type(keys)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "before => document.querySelector('[data-part=picture]').getAttribute('href') !== before", arg=before
    )
    settle(page)


def sent(page: Page) -> None:
    """Wait until nothing is left to send."""
    page.wait_for_function(
        "!Object.keys(localStorage).some((name) => name.startsWith('emola.save.'))", timeout=WAIT
    )


def units(row: Annotation) -> list[str]:
    """Return an annotation's AUs that are not absent, as "AU12 present C left"."""
    said = row.labels["au"].items()
    parts = [(code, *(unit.get(name) for name in ("state", "intensity", "side"))) for code, unit in said]
    return [" ".join(filter(None, part)) for part in parts if part[1] != "absent"]
