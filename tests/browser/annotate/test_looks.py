"""The face large, studies and states, telephones, and what axe finds."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import serious
from tests.browser.desk import WAIT, enter, field, keys, open_tab, picture, row, sent, settle
from tests.browser.faces import put_faces

pytestmark = pytest.mark.browser


def test_zoom_light_and_neutral_change_what_is_seen(office):
    page = office.sit(office.study(1))
    view, stage = page.locator(".face-picture"), page.locator("[data-part=stage]")
    home = view.get_attribute("viewBox")
    stage.hover()
    page.mouse.wheel(0, -300)
    page.wait_for_function(
        "h => document.querySelector('.face-picture').getAttribute('viewBox') !== h", arg=home
    )
    keys(page, "Alt+0")
    expect(view).to_have_attribute("viewBox", home)
    keys(page, "Alt+c")
    page.get_by_label("Brightness").fill("180")
    assert stage.evaluate("e => e.style.getPropertyValue('--brightness')") == "1.8"
    keys(page, "Escape")
    page.keyboard.down("Alt")
    page.keyboard.down("v")
    expect(stage).to_have_class(re.compile("is-neutral"))
    page.keyboard.up("v")
    page.keyboard.up("Alt")
    expect(stage).not_to_have_class(re.compile("is-neutral"))
    expect(field(page)).to_have_value("")


def test_a_wrong_box_is_drawn_anew_by_keyboard_and_the_landmarks_move(office):
    page = office.sit(office.study(1))
    before = page.locator("#annotate .dots").get_attribute("d")
    keys(page, "Alt+b")
    expect(page.locator("[data-part=stage]")).to_be_focused()
    keys(page, "ArrowUp", "Shift+ArrowDown", "Shift+ArrowDown", "Enter")
    page.wait_for_function(
        "d => document.querySelector('#annotate .dots').getAttribute('d') !== d", arg=before, timeout=WAIT
    )
    expect(field(page)).to_be_focused()


def test_each_unit_has_its_guideline_with_an_example(office):
    page = office.sit(office.study(1))
    page.keyboard.type("12")
    keys(page, "Alt+g")
    guide = page.get_by_role("complementary", name="Guideline")
    expect(guide).to_contain_text("The lip corners are pulled up and back.")
    expect(guide.get_by_role("img", name="AU12")).to_be_visible(timeout=WAIT)
    page.keyboard.type(" 43")
    expect(guide).to_contain_text("The eyes are closed.")
    keys(page, "Escape")
    expect(guide).to_be_hidden()
    expect(field(page)).to_be_focused()


def test_a_study_that_asks_for_units_only_shows_no_emotion(office):
    name = office.study(2, tasks=["au"])
    page = office.sit(name)
    expect(page.locator(".emotions")).to_be_hidden()
    expect(page.locator('[data-text="emotion"]')).to_be_hidden()
    enter(page, "6 12")
    sent(page)
    assert list(office.saved(name)[0].labels) == ["au"]


def test_another_study_is_chosen_by_keyboard(office):
    name, other = office.study(1), office.study(2)
    page = office.sit(name)
    page.locator("#top-study button").focus()
    keys(page, "Enter")
    page.get_by_role("radio", name=other).focus()
    keys(page, "Space", "Enter")
    expect(page.locator("#top-study")).to_contain_text(other)


def test_no_faces_leads_to_the_data_tab(office):
    page = office.sit(office.study(0, name="nothing yet"), state="empty")
    expect(page.get_by_role("heading", name="No faces yet")).to_be_visible()
    page.get_by_role("button", name="Open the Data tab").click()
    expect(page.get_by_role("tab", name="Data")).to_have_attribute("aria-selected", "true")


def test_the_last_face_leads_to_new_ones_or_to_another_study(office):
    name, other = office.study(1), office.study(2)
    page = office.sit(name)
    enter_last(page)
    expect(page.get_by_role("heading", name="That was the last one")).to_be_visible()
    expect(page.locator(".strip .is-done")).to_have_count(1)
    assert serious(page) == []
    put_faces(office.folder, 1, seed=4321, name=name)
    keys(page, "Enter")  # on "Look for new faces"
    settle(page)
    expect(field(page)).to_be_focused()
    enter_last(page)
    page.get_by_role("button", name="Choose another study").click()
    page.get_by_role("radio", name=other).check()
    keys(page, "Enter")
    settle(page)
    expect(page.locator("#top-study")).to_contain_text(other)


def test_a_study_that_is_closed_says_so_and_keeps_ones_own_faces_at_hand(office):
    name, other = office.study(3), office.study(2)
    page = office.sit(name)
    enter(page, "h 6 12")
    sent(page)
    office.close(name)
    page.reload()
    open_tab(page)  # what is held already may be finished
    while page.locator('.annotate[data-state="face"]').count():
        before = picture(page)
        page.keyboard.type("n")
        keys(page, "Enter")
        page.wait_for_function(
            """before => document.querySelector('.annotate').dataset.state !== 'face'
                || document.querySelector('[data-part=picture]').getAttribute('href') !== before""",
            arg=before,
        )
    expect(page.get_by_role("heading", name="This study is closed")).to_be_visible(timeout=WAIT)
    assert serious(page) == []
    page.locator(".strip .is-done button").first.click()
    settle(page)
    expect(field(page)).to_have_value("h 6 12 ")
    page.locator("#top-study button").click()
    dialog = page.get_by_role("dialog", name="Studies")
    expect(dialog.locator("label", has_text=name)).to_contain_text("closed")
    dialog.get_by_role("radio", name=other).check()
    keys(page, "Enter")
    expect(page.locator("#top-study")).to_contain_text(other, timeout=WAIT)


@pytest.mark.parametrize("width", [1024, 768, 390])
def test_another_study_can_be_chosen_on_narrow_screens_too(office, width):
    name = office.study(1)
    page = office.sit(name, viewport={"width": width, "height": 844})
    page.locator("#top-study").get_by_role("button").click()
    expect(page.get_by_role("dialog", name="Studies").get_by_role("radio", name=name)).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_an_unreachable_studio_is_told_and_comes_back_by_itself(office):
    page = office.sit(office.study(4))
    for name in ("next_assignment", "my_progress", "view_assignment"):
        page.route(f"**/run/{name}", lambda route: route.abort())
    for _ in range(3):
        page.keyboard.type("n")
        keys(page, "Enter")
    expect(page.get_by_role("heading", name="The studio cannot be reached")).to_be_visible(timeout=WAIT)
    for name in ("next_assignment", "my_progress", "view_assignment"):
        page.unroute(f"**/run/{name}")
    settle(page)


def test_nothing_is_asked_of_another_host_and_nothing_fails(office):
    page = office.sit(office.study(2))
    enter(page, "h 12")
    elsewhere = [url for url in page.asked if not url.startswith((office.address, "data:", "blob:"))]
    assert elsewhere == [] and page.failed == []


def test_a_telephone_shows_all_of_it_without_scrolling_sideways(office):
    page = office.sit(office.study(2), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("radio", name="happiness").tap()
    row(page, "AU12").get_by_role("button", name="present", exact=True).tap()
    row(page, "AU12").get_by_role("button", name="intensity C").tap()
    expect(page.locator("[data-part=understood]")).to_contain_text("C marked")


def test_reduced_motion_is_respected(office):
    page = office.sit(office.study(1), reduced_motion="reduce")
    moves = "all => all.filter((each) => getComputedStyle(each).animationName !== 'none').length"
    assert page.locator("#annotate *").evaluate_all(moves) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(office, scheme, width):
    name = office.study(2, mode="blind_then_revise")
    page = office.sit(
        name, color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    field(page).focus()
    page.keyboard.type("h 6 12c 99")
    assert serious(page) == [], "unclear"
    keys(page, "Backspace", "Backspace", "Enter")
    expect(page.locator("[data-part=said]")).to_contain_text("AU12", timeout=WAIT)
    keys(page, "Alt+a", "Alt+g")
    page.keyboard.type(" 4")
    expect(page.locator("[data-part=fit]")).to_contain_text("AU4")
    assert serious(page) == [], "revision, guideline and text at odds"
    keys(page, "F1")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert serious(page) == [], "keys"


def enter_last(page: Page) -> None:
    """Save what is the last face of the study."""
    page.keyboard.type("n")
    keys(page, "Enter")
    page.wait_for_selector('.annotate[data-state="finished"]', timeout=WAIT)
