"""Whole sessions: by keyboard, by mouse, without a connection; nothing is lost and nothing saved twice."""

import pytest
from playwright.sync_api import expect

from model.facs import FABA
from tests.browser.desk import WAIT, enter, field, keys, open_tab, picture, row, sent, settle, units

pytestmark = pytest.mark.browser


def test_a_session_by_keyboard_alone_with_undo_skip_and_flag(office):
    name = office.study(6)
    page = office.sit(name)
    first = picture(page)
    enter(page, "h 6 12c 25")
    enter(page, "u 1 2 5 26l")
    keys(page, "Control+z")  # nothing said of the third face yet, so this takes the last save back
    expect(field(page)).to_have_value("u 1 2 5 26l")
    enter(page, " 27")
    keys(page, "Shift+F")
    page.keyboard.type("odd light")
    keys(page, "Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    enter(page, "a 4 7 23")
    keys(page, "Shift+S")
    expect(page.get_by_role("dialog", name="Why skip this face?")).to_be_visible()
    before = picture(page)
    keys(page, "2", "Enter")
    page.wait_for_function(
        "b => document.querySelector('[data-part=picture]').getAttribute('href') !== b", arg=before
    )
    settle(page)
    page.keyboard.type("d 9")
    keys(page, "Control+z", "Control+z")
    expect(field(page)).to_have_value("")
    enter(page, "d 9 10")
    sent(page)
    page.keyboard.type("n")
    keys(page, "Enter")
    expect(page.get_by_role("heading", name="That was the last one")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("button", name="Look for new faces")).to_be_focused()
    sent(page)
    rows = office.saved(name)
    assert [one.kind for one in rows] == [
        "labels",
        "labels",
        "undo",
        "labels",
        "labels",
        "skip",
        "labels",
        "labels",
    ]
    assert rows[0].labels["emotion"] == "happiness" and units(rows[0]) == [
        "AU6 present",
        "AU12 present C",
        "AU25 present",
    ]
    assert set(rows[0].labels["au"]) == set(FABA)
    assert units(rows[3])[-2:] == ["AU26 present left", "AU27 present"]
    assert rows[4].flag == "odd light" and rows[5].reason == "too blurred or dark"
    assert all(one.seconds > 0 for one in rows if one.kind == "labels")
    assert first.endswith(f"/{rows[0].face_id}")
    assert page.failed == []


def test_the_next_face_is_there_before_one_asks(office):
    page = office.sit(office.study(4))
    expect(page.locator(".strip .is-next")).to_have_count(2)
    upcoming = page.locator(".strip .is-next img").first.get_attribute("src")
    page.wait_for_function("src => performance.getEntriesByName(src).length > 0", arg=upcoming)
    enter(page, "n")
    assert picture(page) == upcoming


def test_a_lost_connection_and_a_reload_lose_nothing(office):
    name = office.study(6)
    page = office.sit(name)
    enter(page, "h 6 12")
    sent(page)
    page.context.set_offline(True)
    enter(page, "u 1 2")
    enter(page, "a 4 7c")
    page.keyboard.type("s 15")
    expect(page.locator("#top-saved")).to_contain_text("offline: 2 kept here, will be sent")
    page.context.set_offline(False)
    # As if the connection came back and the page was reloaded before anything could be sent.
    page.route("**/run/save_annotation", lambda route: route.abort())
    page.reload()
    page.unroute("**/run/save_annotation")
    open_tab(page)
    sent(page)
    expect(page.locator("#top-saved")).to_contain_text("saved", timeout=WAIT)
    rows = office.saved(name)
    assert [one.labels["emotion"] for one in rows] == ["happiness", "surprise", "anger"]
    assert units(rows[2]) == ["AU4 present", "AU7 present C"]
    expect(field(page)).to_have_value("s 15")
    enter(page, " 17")
    sent(page)
    assert units(office.saved(name)[3]) == ["AU15 present", "AU17 present"]


def test_a_save_whose_answer_is_lost_is_saved_once(office):
    name = office.study(3)
    page = office.sit(name)
    lost = []

    def lose(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())  # the studio has it; the answer never arrives
        route.abort()

    page.route("**/run/save_annotation", lose)
    enter(page, "h 12")
    sent(page)
    assert len(lost) == 1 and [one.kind for one in office.saved(name)] == ["labels"]


def test_a_save_that_the_studio_refuses_is_told_and_kept(office):
    page = office.sit(office.study(3))
    sentence = {"error": "This face was erased &amp; is gone.", "title": "Not there"}
    page.route("**/run/save_annotation", lambda route: route.fulfill(status=500, json=sentence))
    enter(page, "h 12")
    expect(page.locator("#top-saved")).to_contain_text("1 not taken")
    page.locator("#top-saved button").click()
    expect(page.get_by_role("dialog", name="Not saved")).to_contain_text("This face was erased & is gone.")


def test_a_draft_survives_a_reload(office):
    page = office.sit(office.study(3))
    page.keyboard.type("h 6 12c")
    page.locator("#an-text-emotion").fill("A wide smile.")
    before = picture(page)
    page.reload()
    open_tab(page)
    assert picture(page) == before
    expect(field(page)).to_have_value("h 6 12c")
    expect(page.locator("#an-text-emotion")).to_have_value("A wide smile.")
    expect(row(page, "AU12").locator('[data-intensity="C"]')).to_have_attribute("aria-pressed", "true")


def test_one_goes_back_through_ones_own_faces_corrects_and_returns(office):
    name = office.study(4)
    page = office.sit(name)
    enter(page, "h 6 12")
    enter(page, "u 1 2")
    here = picture(page)
    page.keyboard.type("a 4")
    keys(page, "Alt+ArrowUp")
    expect(field(page)).to_have_value("u 1 2 ")
    keys(page, "Alt+ArrowUp")
    expect(field(page)).to_have_value("h 6 12 ")
    enter(page, "25")
    assert picture(page) == here
    expect(field(page)).to_have_value("a 4")
    sent(page)
    rows = office.saved(name)
    assert len(rows) == 3 and rows[2].supersedes_id == rows[0].id and "AU25 present" in units(rows[2])


def test_the_mouse_does_all_of_it_too(office):
    name = office.study(3)
    page = office.sit(name)
    page.get_by_role("radio", name="happiness").click()
    row(page, "AU6").locator(".row-name").click()
    row(page, "AU12").get_by_role("button", name="present", exact=True).click()
    row(page, "AU12").get_by_role("button", name="intensity C").click()
    page.get_by_role("button", name="Flag").click()
    page.get_by_label("Note").fill("nice")
    page.get_by_role("dialog").get_by_role("button", name="Flag").click()
    before = picture(page)
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_function(
        "b => document.querySelector('[data-part=picture]').getAttribute('href') !== b", arg=before
    )
    settle(page)
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("dialog").get_by_text("the face is covered").click()
    page.get_by_role("dialog").get_by_role("button", name="Skip").click()
    expect(page.locator(".strip .is-done")).to_have_count(2)
    settle(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".strip .is-done")).to_have_count(1)
    page.locator(".strip .is-done button").click()
    expect(field(page)).to_have_value("h 6 12c ")
    sent(page)
    rows = office.saved(name)
    assert [one.kind for one in rows] == ["labels", "skip", "undo"]
    assert units(rows[0]) == ["AU6 present", "AU12 present C"] and rows[0].flag == "nice"
