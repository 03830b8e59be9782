"""People in a real browser: the first link, invitations, several signed in at once, and those who may not."""

import pytest
from playwright.sync_api import Page, expect

from db.sign_ins import TRIES
from studio.people.identify import COOKIE
from tests.browser.axe import serious
from tests.browser.people import (
    PASSWORD,
    WAIT,
    ask,
    invite,
    invited,
    open_people,
    sign_in,
    with_accounts,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def started(tmp_path_factory, browser):
    """A studio whose first admin is Root."""
    with with_accounts(tmp_path_factory.mktemp("people"), browser, "Root") as made:
        yield made


@pytest.fixture
def studio(started):
    yield started
    started.tidy()


def tabs(page: Page) -> list[str]:
    shown = page.locator("#tabs [role=tablist] button")
    return [shown.nth(n).inner_text() for n in range(shown.count()) if shown.nth(n).is_visible()]


def test_the_first_link_works_once(studio):
    page = studio.page()
    assert page.goto(studio.first_link).status == 410
    expect(page.get_by_role("alert")).to_contain_text("Ask an admin for another")


def test_a_visitor_sees_the_demo_and_the_way_in(studio):
    page = studio.studio_page()
    expect(page.locator("#who")).to_have_text("Sign in")
    assert tabs(page) == ["Demo"]
    page.click("#who")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_somebody_invited_joins_in_another_browser_and_sees_what_the_role_allows(studio):
    page = invited(studio, "Ana")
    expect(page.locator("#who")).to_contain_text("Ana annotator")
    assert tabs(page) == ["Demo", "Annotate"]
    expect(page.get_by_role("tab", name="Annotate")).to_have_attribute("aria-selected", "true", timeout=WAIT)
    expect(page).to_have_url(studio.address)
    open_people(page)
    expect(page.locator("#people")).to_contain_text("You may annotate.")
    expect(page.locator("#people section")).to_have_count(0)
    reviewer = invited(studio, "Rei", "reviewer")
    expect(reviewer.locator("#who")).to_contain_text("Rei reviewer")
    assert "Review" in tabs(reviewer)


def test_what_the_page_hides_is_refused_to_raw_http_too(studio):
    page = invited(studio, "Eve")
    assert ask(page, "invite_person", "admin", "", 7)["title"] == "Not allowed"
    assert ask(page, "set_role", 1, "annotator")["title"] == "Not allowed"
    visitor = studio.studio_page()
    assert ask(visitor, "show_people")["title"] == "Sign in"
    root = studio.studio_page("Root")
    assert "html" in ask(root, "show_people")["data"][0]


def test_a_role_that_is_changed_counts_at_once(studio):
    page = invited(studio, "Kim")
    root = studio.studio_page("Root")
    open_people(root)
    root.get_by_label("Role of Kim").select_option("reviewer")
    expect(root.get_by_label("Role of Kim")).to_be_focused(timeout=WAIT)
    page.reload()
    expect(page.locator("#who")).to_contain_text("Kim reviewer", timeout=WAIT)


def test_who_is_deactivated_is_out_at_once_and_can_come_back(studio):
    page = invited(studio, "Leo")
    root = studio.studio_page("Root")
    open_people(root)
    root.get_by_role("button", name="Deactivate: Leo").click()
    expect(root.locator("#people")).to_contain_text("annotator, deactivated", timeout=WAIT)
    assert ask(page, "show_people")["title"] == "Sign in"
    root.get_by_role("button", name="Let in again: Leo").click()
    expect(root.get_by_label("Role of Leo")).to_be_visible(timeout=WAIT)
    assert ask(page, "show_people")["title"] == "Sign in", "the old sign-in must not come back to life"


def test_a_sign_in_that_ended_is_told_where_one_is(studio):
    page = invited(studio, "Tom")
    page.context.clear_cookies()
    page.click("#who")
    alert = page.locator("#people").get_by_role("alert")
    expect(alert).to_contain_text("sign in first", timeout=WAIT)
    expect(alert.get_by_role("link", name="Sign in")).to_have_attribute("href", "./sign-in")


def test_the_last_admin_is_kept_and_told_why(studio):
    root = studio.studio_page("Root")
    open_people(root)
    root.get_by_label("Role of Root").select_option("annotator")
    expect(root.locator("#people .said")).to_contain_text("Root is the only admin", timeout=WAIT)
    expect(root.get_by_label("Role of Root")).to_have_value("admin", timeout=WAIT)


def test_somebody_can_be_renamed_in_the_list(studio):
    page = invited(studio, "Misspelt")
    root = studio.studio_page("Root")
    open_people(root)
    root.get_by_label("Name of Misspelt").fill("Spelt")
    root.keyboard.press("Enter")
    expect(root.get_by_label("Name of Spelt")).to_be_visible(timeout=WAIT)
    page.reload()
    expect(page.locator("#who")).to_contain_text("Spelt", timeout=WAIT)


def test_a_link_can_be_withdrawn(studio):
    root = studio.studio_page("Root")
    open_people(root)
    link = invite(root, "admin", "Wrong One")
    root.get_by_role("button", name="Withdraw the link for Wrong One").click()
    expect(root.locator("#people")).not_to_contain_text("Wrong One", timeout=WAIT)
    assert studio.page().goto(link).status == 410


def test_wrong_passwords_lock_a_name_until_an_admin_unlocks_it(studio):
    invited(studio, "Max")
    page = studio.page()
    for _ in range(TRIES):
        sign_in(page, studio, "Max", "not the password")
        expect(page.get_by_role("alert")).to_contain_text("do not go together", timeout=WAIT)
        expect(page.get_by_label("Name")).to_have_value("Max")
        expect(page.get_by_label("Password")).to_be_focused()
        expect(page.get_by_label("Password")).to_have_value("")
    sign_in(page, studio, "Max", PASSWORD)
    expect(page.get_by_role("alert")).to_be_visible(timeout=WAIT)
    root = studio.studio_page("Root")
    open_people(root)
    root.get_by_role("button", name="Unlock: Max").click()
    expect(root.get_by_role("button", name="Unlock: Max")).to_have_count(0, timeout=WAIT)
    sign_in(page, studio, "Max", PASSWORD)
    expect(page.locator("#who")).to_contain_text("Max annotator", timeout=WAIT)


def test_a_lost_password_is_replaced_by_a_link(studio):
    invited(studio, "Nia")
    root = studio.studio_page("Root")
    open_people(root)
    root.get_by_role("button", name="New password: Nia").click()
    field = root.get_by_label("Send this link to them")
    expect(field).to_be_focused(timeout=WAIT)
    page = studio.page()
    page.goto(field.input_value())
    page.get_by_label("New password").fill("a password of Nia's")
    page.keyboard.press("Enter")
    expect(page.locator("#who")).to_contain_text("Nia", timeout=WAIT)


def test_signing_out_ends_the_sign_in_on_the_server(studio):
    page = invited(studio, "Uma")
    kept = next(one for one in page.context.cookies() if one["name"] == COOKIE)
    assert kept["httpOnly"] and kept["sameSite"] == "Lax"
    open_people(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#who")).to_have_text("Sign in", timeout=WAIT)
    assert COOKIE not in {one["name"] for one in page.context.cookies()}
    page.context.add_cookies([kept])
    assert ask(page, "show_people")["title"] == "Sign in"


def test_signing_in_again_in_a_tab_of_its_own_leaves_the_first_as_it_was(studio):
    page = invited(studio, "Ida")
    page.context.clear_cookies()
    assert ask(page, "show_people")["title"] == "Sign in"
    page.evaluate("window.typed = 'h 6 12c'")
    other = page.context.new_page()
    other.goto(f"{studio.address}sign-in?again")
    other.get_by_label("Name").fill("Ida")
    other.get_by_label("Password").fill(PASSWORD)
    other.keyboard.press("Enter")
    expect(other.get_by_role("status")).to_contain_text("go on in the other one", timeout=WAIT)
    assert "html" in ask(page, "show_people")["data"][0] and page.evaluate("window.typed") == "h 6 12c"


def test_all_of_it_by_keyboard(studio):
    root = studio.studio_page("Root")
    root.locator("#who").focus()
    root.keyboard.press("Enter")
    expect(root.locator("#people h2")).to_be_focused(timeout=WAIT)
    reached = set()
    for _ in range(12):
        root.keyboard.press("Tab")
        reached.add(root.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert {"×", "Sign out", "invite-role", "invite-name", "invite-days", "invite-make"} <= reached
    root.keyboard.press("Escape")
    expect(root.locator("#people")).to_be_hidden()
    expect(root.locator("#who")).to_be_focused()


def overlaps(page: Page) -> list[str]:
    """Pairs of things in the top line that lie over each other, or stick out of it."""
    return page.evaluate(
        """() => {
            const parts = document.querySelectorAll('#top .brand, #top .chip, #tabs [role=tablist] button');
            const shown = [...parts]
                .filter((one) => one.offsetWidth)
                .map((one) => [one.textContent.trim(), one.getBoundingClientRect()]);
            const wrong = shown
                .filter(([, box]) => box.right > innerWidth + 0.5 || box.left < -0.5)
                .map(([name]) => name);
            const meet = (a, b, low, high) => a[low] < b[high] - 0.5 && b[low] < a[high] - 0.5;
            shown.forEach(([name, a], n) => shown.slice(n + 1).forEach(([other, b]) => {
                if (meet(a, b, 'left', 'right') && meet(a, b, 'top', 'bottom')) wrong.push(name + other);
            }));
            return wrong;
        }"""
    )


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("width", [1440, 1280, 1024, 900, 768, 600, 390, 320])
def test_nothing_in_the_top_line_lies_over_anything_else(studio, width, busy):
    page = studio.studio_page("Root", viewport={"width": width, "height": 800})
    page.evaluate(
        """(busy) => {
            const last = document.querySelector('#tabs [role=tablist] button:last-of-type');
            const runs = last.cloneNode();
            runs.removeAttribute('id');
            runs.textContent = 'Runs';
            last.before(runs);
            if (busy) {
                document.getElementById('top-study').textContent = 'Study pilot-2 · blind, then revise';
                document.getElementById('top-progress').textContent = '128 of 500 · 12 today';
                document.getElementById('top-saved').textContent = 'saved 14:02';
            }
        }""",
        busy,
    )
    page.wait_for_function("document.documentElement.dataset.fit")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert overlaps(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(studio, scheme, width):
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"}
    root = studio.studio_page("Root", **look)
    assert serious(root) == []
    open_people(root)
    link = invite(root, "reviewer")
    assert serious(root) == []
    page = studio.page(**look)
    page.goto(link)
    assert serious(page) == []
    page.get_by_label("Name").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("called Root already", timeout=WAIT)
    assert serious(page) == []
    sign_in(page, studio, "root", "not the password")
    expect(page.get_by_role("alert")).to_be_visible(timeout=WAIT)
    assert serious(page) == []
    with_role = studio.studio_page("Root", **look)
    with_role.goto(f"{studio.address}sign-in")
    assert serious(with_role) == []


def test_nothing_is_asked_of_another_host(studio):
    page = studio.page("Root")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(studio.address)
    open_people(page)
    page.goto(f"{studio.address}sign-in")
    assert asked and [url for url in asked if not url.startswith((studio.address, "data:", "blob:"))] == []
