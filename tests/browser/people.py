"""A studio with accounts, and people in it: who joins by a link, who is invited, who signs in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import running
from tests.browser.desk import Office
from tests.browser.visits import Visits

PASSWORD = "correct horse battery"
WAIT = 30_000  # ms, on a loaded machine


class Studio:
    """A studio with accounts: its address, the link that it printed, and browsers to use it with."""

    def __init__(self, address: str, folder: Path, browser: Browser):
        self.address, self.folder, self._visits = address, folder, Visits(browser)
        self.office = Office(address, folder, browser)
        self.states: dict[str, dict] = {}

    @property
    def first_link(self) -> str:
        return re.search(r"first admin, within a day: (\S+)", (self.folder / "log.txt").read_text())[1]

    def page(self, name: str | None = None, **options) -> Page:
        """A page in a browser of its own, signed in as somebody who has joined."""
        return self._visits.page(storage_state=self.states.get(name), **options)

    def studio_page(self, name: str | None = None, **options) -> Page:
        """The studio itself, once it knows who asks."""
        page = self.page(name, **options)
        page.goto(self.address)
        page.wait_for_selector("#who", timeout=WAIT)
        return page

    def join(self, link: str, name: str) -> Page:
        """Accept an invitation; whoever did can be signed in as from then on."""
        page = self.page()
        page.goto(link)
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#who", timeout=WAIT)
        self.states[name] = page.context.storage_state()
        return page

    def tidy(self) -> None:
        self._visits.close()
        self.office.tidy()


@contextmanager
def with_accounts(folder: Path, browser: Browser, first: str = "", **settings: str) -> Iterator[Studio]:
    """A studio with accounts in a folder; first: who joined it as its first admin."""
    with running(folder, EMOLA_ACCOUNTS="yes", **settings) as address:
        made = Studio(address, folder, browser)
        if first:
            made.join(made.first_link, first)
            made.tidy()
        yield made


def open_people(page: Page) -> None:
    page.click("#who")
    expect(page.locator("#people h2")).to_be_visible(timeout=WAIT)


def invite(page: Page, role: str, name: str = "") -> str:
    """Make a link in the open dialog and return it."""
    page.get_by_label("Role", exact=True).select_option(role)
    page.get_by_label("Name, if known").fill(name)
    page.get_by_role("button", name="Make a link").click()
    field = page.get_by_label("Send this link to them")
    expect(field).to_be_visible(timeout=WAIT)
    link = field.input_value()
    return link


def invited(studio: Studio, name: str, role: str = "annotator") -> Page:
    """Somebody new, invited by Root, at the studio."""
    root = studio.studio_page("Root")
    open_people(root)
    return studio.join(invite(root, role, name), name)


def sign_in(page: Page, studio: Studio, name: str, password: str) -> None:
    page.goto(f"{studio.address}sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")


def ask(page: Page, name: str, *values) -> dict:
    """What an endpoint answers to this page's browser, whatever the page shows."""
    return page.evaluate(
        """async ([name, data]) => (await fetch(`./gradio_api/run/${name}`, {
            method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({data}),
        })).json()""",
        [name, list(values)],
    )
