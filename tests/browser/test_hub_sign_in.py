"""Sign-in with Hugging Face in a real browser: by one button to the hub, back, and to work."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import serious
from tests.browser.desk import enter, sent, settle
from tests.browser.people import WAIT, open_people, with_accounts
from tests.hub import openid

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def provider():
    with openid.running() as provider:
        yield provider


@pytest.fixture(scope="module")
def started(tmp_path_factory, browser, provider):
    """A studio that lets the lab in, and whose admin is Root of Hugging Face."""
    app = {"OAUTH_CLIENT_ID": openid.APP, "OAUTH_CLIENT_SECRET": openid.SECRET}
    lists = {"SPACE_AUTHOR_NAME": "root-of-hub", "EMOLA_HUB_ANNOTATORS": "lab"}
    folder = tmp_path_factory.mktemp("hub-sign-in")
    with with_accounts(folder, browser, OPENID_PROVIDER_URL=provider.url, **app, **lists) as made:
        yield made


@pytest.fixture
def studio(started):
    yield started
    started.tidy()


def come(studio, provider, name: str, *, study: str = "", **orgs: str) -> Page:
    """Go the whole way by clicks, in a browser that was last in a study; return the page that it ends at."""
    provider.person = openid.Someone(name, orgs=orgs)
    page = studio.page()
    page.add_init_script(f"localStorage.setItem('emola.study', {json.dumps(json.dumps(study))})")
    page.goto(studio.address)
    page.click("#who", timeout=WAIT)
    page.get_by_role("link", name="Sign in with Hugging Face").click()
    page.get_by_role("link", name="Authorize").click(timeout=WAIT)
    return page


def test_one_button_leads_to_the_hub_and_back_to_work(studio, provider):
    name = studio.office.study(3)
    page = come(studio, provider, "ada-of-hub", study=name, lab="read")
    expect(page.locator("#who")).to_contain_text("ada-of-hub annotator · Hugging Face", timeout=WAIT)
    expect(page.get_by_role("tab", name="Annotate")).to_have_attribute("aria-selected", "true", timeout=WAIT)
    expect(page).to_have_url(studio.address)
    settle(page)
    enter(page, "h 6 12")
    sent(page)
    (saved,) = studio.office.saved(name)
    assert saved.labels["emotion"] == "happiness"
    open_people(page)
    expect(page.locator("#people")).to_contain_text("You signed in with Hugging Face")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#who")).to_have_text("Sign in", timeout=WAIT)


def test_the_owner_of_a_space_is_its_admin_and_sees_who_came_how(studio, provider):
    come(studio, provider, "ben-of-hub", lab="write").wait_for_selector("#who", timeout=WAIT)
    page = come(studio, provider, "root-of-hub")
    expect(page.locator("#who")).to_contain_text("root-of-hub admin", timeout=WAIT)
    open_people(page)
    row = page.locator("#people li", has=page.get_by_label("Name of ben-of-hub"))
    expect(row).to_contain_text("with Hugging Face", timeout=WAIT)
    expect(row).to_contain_text("annotator, by the settings")
    expect(row.get_by_role("combobox")).to_have_count(0)
    expect(row.get_by_role("button", name="Deactivate: ben-of-hub")).to_be_visible()


def test_a_stranger_is_told_and_shown_the_way_back(studio, provider):
    page = come(studio, provider, "eve-of-hub", others="admin")
    expect(page.get_by_role("alert")).to_contain_text("you are eve-of-hub", timeout=WAIT)
    assert serious(page) == []
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("link", name="Sign in with Hugging Face")).to_be_visible(timeout=WAIT)
    assert serious(page) == []


def test_the_log_names_nobody_and_holds_no_secret(studio, provider):
    come(studio, provider, "cy-of-hub", lab="read").wait_for_selector("#who", timeout=WAIT)
    log = (studio.folder / "log.txt").read_text()
    assert "of-hub" not in log and openid.SECRET not in log
    assert [secret for secret in provider.given if secret in log] == []
