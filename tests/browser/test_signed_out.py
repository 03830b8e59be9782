"""A sign-in that ends while somebody annotates: nothing is lost, and the page goes on after the next one."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import enter, field, keys, open_tab, sent, settle, units
from tests.browser.keyboard import give
from tests.browser.people import PASSWORD, WAIT, Studio, with_accounts

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def started(tmp_path_factory, browser):
    """A studio with accounts, and Ada in it."""
    with with_accounts(tmp_path_factory.mktemp("signed-out"), browser, "Ada") as made:
        yield made


@pytest.fixture
def studio(started):
    yield started
    started.tidy()


def sit(studio: Studio, faces: int) -> tuple[Page, str]:
    """Ada at a study of some faces; return her page and the study's name."""
    name = studio.office.study(faces)
    return studio.office.sit(name, storage_state=studio.states["Ada"]), name


def sign_in_there(studio: Studio, page: Page, *chords: str) -> None:
    """Sign in in the tab that keys open, and leave it open."""
    with page.context.expect_page() as opened:
        keys(page, *chords)
    other = opened.value
    expect(other.get_by_label("Name")).to_be_focused(timeout=WAIT)
    other.keyboard.type("Ada")
    keys(other, "Tab")
    other.keyboard.type(PASSWORD)
    keys(other, "Enter")
    expect(other.get_by_role("status")).to_contain_text("go on in the other one", timeout=WAIT)


def test_what_is_saved_meanwhile_waits_and_what_is_typed_stays(studio):
    page, name = sit(studio, 4)
    page.context.clear_cookies()
    enter(page, "h 6 12")
    expect(page.locator("#top-saved")).to_contain_text("sign in to send the 1 kept here", timeout=WAIT)
    page.keyboard.type("u 1 2")
    page.locator("#top-saved a").focus()
    sign_in_there(studio, page, "Enter")
    sent(page)
    expect(field(page)).to_have_value("u 1 2")
    field(page).focus()
    enter(page, " 5")
    sent(page)
    first, second = studio.office.saved(name)
    assert first.labels["emotion"] == "happiness"
    assert units(second) == ["AU1 present", "AU2 present", "AU5 present"]


def test_a_page_that_ran_out_of_faces_goes_on_by_itself(studio):
    page, name = sit(studio, 5)
    page.context.clear_cookies()
    for typed in ("h 12", "u 1", "a 4"):
        page.keyboard.type(typed)
        keys(page, "Enter")
    expect(page.get_by_role("heading", name="Sign in to annotate")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("button", name="Sign in, in a new tab")).to_be_focused()
    sign_in_there(studio, page, "Enter")
    settle(page)
    expect(field(page)).to_be_focused()
    sent(page)
    assert [row.labels["emotion"] for row in studio.office.saved(name)] == ["happiness", "surprise", "anger"]


def test_who_comes_back_signed_out_sees_the_way_in_and_asks_for_no_face(studio):
    page, _ = sit(studio, 3)
    page.keyboard.type("s 15")
    page.context.clear_cookies()
    page.asked.clear()
    page.reload()
    expect(page.locator("#who")).to_have_text("Sign in", timeout=WAIT)
    expect(page.get_by_role("tab", name="Annotate")).to_be_hidden()
    expect(page.locator("#annotate")).to_be_hidden()
    assert not [url for url in page.asked if "/run/" in url]
    page.locator("#who").focus()
    keys(page, "Enter")
    expect(page.get_by_label("Name")).to_be_focused(timeout=WAIT)
    give(page, "Ada", PASSWORD)
    open_tab(page)
    expect(field(page)).to_have_value("s 15")
