"""What somebody does on a Space's page, in a real browser: join, ask the model, bring a face in, annotate."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

WAIT = 120_000  # ms, on a loaded machine
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
KEYS = "h 6 12c 25"
"""Happiness with AU6, AU12 at C and AU25, as a FACS coder keys it."""


@contextmanager
def browser_page() -> Iterator[Page]:
    """Give a page in Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(WAIT)
        yield page
        browser.close()


def join(page: Page, address: str, invitation: str) -> str:
    """Accept the first admin's invitation; return what the page warns of."""
    page.goto(f"{address}/{invitation}")
    page.get_by_label("Name").fill("Space check")
    page.get_by_label("Password").fill(secrets.token_urlsafe(24))
    page.keyboard.press("Enter")
    page.wait_for_selector("#who[data-role=admin]")
    return page.locator("#top-disk summary").inner_text()


def predict(page: Page) -> str:
    """Ask about a sample face on the Demo tab; return the emotion's name."""
    page.get_by_role("tab", name="Demo").click()
    page.wait_for_selector("#tools input[type=file]", state="attached")
    page.locator("[data-sample]").first.click()
    page.wait_for_selector(".stage[data-state=ready]")
    page.wait_for_selector(".card.units:not([aria-busy]) .bar")
    return page.locator("#answer").inner_text().splitlines()[0]


def bring(page: Page, picture: Path) -> str:
    """Import a picture on the Data tab; return what the page says of it."""
    page.get_by_role("tab", name="Data").click()
    page.wait_for_selector("#data .data:is([data-state=ready], [data-state=empty])")
    page.locator("#data [data-part=files]").set_input_files(str(picture))
    note = page.locator("#data [data-part=import-job] .job[data-state=finished] .job-note")
    return note.inner_text()


def annotate(page: Page) -> str:
    """Annotate the one face by keys; return what the page says when it has been saved."""
    page.get_by_role("tab", name="Annotate").click()
    page.wait_for_selector('.annotate[data-state=face][aria-busy="false"]')
    page.locator("[data-part=keys]").fill(KEYS)
    page.keyboard.press("Enter")
    page.wait_for_selector(".annotate[data-state=finished]")
    page.wait_for_function(
        "!Object.keys(localStorage).some((name) => name.startsWith('emola.save.'))", timeout=WAIT
    )
    return page.locator(".annotate h2:visible").first.inner_text()
