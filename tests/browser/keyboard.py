"""Going through the studio by keys alone, from one place to the next with Tab."""

from playwright.sync_api import Page, expect

from tests.browser.people import PASSWORD, WAIT

MOST = 120
"""Tab presses from one end of a page to the other."""


def reach(page: Page, place: str) -> None:
    """Press Tab until a place (a CSS selector) has the focus."""
    page.wait_for_selector(place, timeout=WAIT)
    for _ in range(MOST):
        if page.evaluate("place => document.activeElement.matches(place)", place):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{place} is not reached by Tab")


def open_by_keys(page: Page, tab: str) -> None:
    """Open one of the studio's tabs."""
    reach(page, f"#tab-{tab}-button")
    page.keyboard.press("Enter")
    expect(page.locator(f"#tab-{tab}-button")).to_have_attribute("aria-selected", "true")


def enter_studio(page: Page, link: str, name: str) -> None:
    """Accept an invitation."""
    page.goto(link)
    give(page, name, PASSWORD)


def give(page: Page, *words: str) -> None:
    """Fill in a page's form from where the cursor is, and send it; the studio opens."""
    for place, word in enumerate(words):
        if place:
            page.keyboard.press("Tab")
        page.keyboard.type(word)
    page.keyboard.press("Enter")
    page.wait_for_selector("#who", timeout=WAIT)
