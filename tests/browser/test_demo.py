"""The Demo tab in a real browser, with the real mini model: what a person sees and does."""

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from model.facs import FABA
from model.tasks import TASKS
from tests.browser.axe import serious

pytestmark = pytest.mark.browser

EMOTIONS = TASKS["emotion"].labels
ANSWERED = 30_000  # ms, for a model on a loaded machine


def give(page: Page, path: str) -> None:
    page.locator("#tools input[type=file]").set_input_files(path)


def read(page: Page, path: str) -> None:
    """Give a picture and wait until the answer is complete."""
    give(page, path)
    page.wait_for_selector(".stage[data-state=ready]", timeout=ANSWERED)
    answered(page)


def answered(page: Page) -> None:
    page.wait_for_selector(".card.units:not([aria-busy]) .bar", timeout=ANSWERED)


def lit(page: Page, selector: str) -> bool:
    return (
        page.locator(selector).first.evaluate("e => getComputedStyle(e).getPropertyValue('--lit').trim()")
        == "1"
    )


def wait_lit(page: Page, code: str) -> None:
    page.wait_for_selector(f'html[data-lit="{code}"]')


def paste(page: Page, path: str, name: str = "pasted.png") -> None:
    page.evaluate(
        """([data, name]) => {
            const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
            const parcel = new DataTransfer();
            parcel.items.add(new File([bytes], name, { type: 'image/png' }));
            const event = new ClipboardEvent('paste', { clipboardData: parcel, bubbles: true });
            document.body.dispatchEvent(event);
        }""",
        [base64.b64encode(Path(path).read_bytes()).decode(), name],
    )


def test_nothing_is_asked_of_another_host(page, studio):
    elsewhere = [url for url in page.asked if not url.startswith((studio, "data:", "blob:"))]
    assert elsewhere == []
    assert page.failed == []


def test_a_drawn_smile_is_read_as_happiness_with_its_units(page, pictures):
    read(page, pictures["smile"])
    expect(page.locator(".card.answer h2")).to_have_text("Happiness")
    expect(page.locator(".sure")).to_contain_text("%, shown expression, not felt emotion")
    assert page.locator('.bar[data-au="AU12"][data-present]').count() == 1
    assert page.locator(".card.emotions .bar").count() == len(EMOTIONS)
    assert page.locator(".card.units .bar").count() == len(FABA)
    expect(page.locator("#found")).to_have_text(re.compile(r"1 face found · \d+\.\d\d s"))


def test_a_photograph_is_read_and_mini_says_what_it_is(page, pictures):
    read(page, pictures["astronaut"])
    assert page.locator(".card.answer h2").inner_text().lower() in EMOTIONS
    dots = page.locator(".dots").evaluate(
        "e => { const b = e.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; }"
    )
    assert 150 < dots[0] < dots[2] < 310 and 40 < dots[1] < dots[3] < 230, "the landmarks are not on her face"
    expect(page.locator("#top")).to_contain_text(
        "demonstration model, trained on drawn faces; load EmoLA weights for photographs"
    )


def test_the_answer_streams_in(page, pictures):
    page.evaluate(
        """() => {
            window.grew = new Set();
            new MutationObserver(() => {
                const text = document.querySelector('.card.units[aria-busy] .prose')?.innerText;
                if (text) window.grew.add(text.length);
            }).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    read(page, pictures["smile"])
    whole = len(page.locator(".card.units .prose").inner_text())
    assert page.evaluate("[...window.grew]") and page.evaluate("Math.min(...window.grew)") < whole


def test_pointing_at_a_unit_in_the_list_lights_face_list_and_text(page, pictures):
    read(page, pictures["smile"])
    page.hover('.bar[data-au="AU12"]')
    wait_lit(page, "AU12")
    for selector in ('.region[data-au="AU12"]', '.bar[data-au="AU12"]', '.prose [data-au="AU12"]'):
        assert lit(page, selector), f"{selector} is not lit"
    assert not lit(page, '.region[data-au="AU25"]')
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.region[data-au=AU12]')).fillOpacity > 0.2"
    )
    expect(page.locator(".tag")).to_have_text("AU12 lip corner puller")
    page.mouse.move(5, 5)
    expect(page.locator(".tag")).to_be_hidden()
    assert not lit(page, '.region[data-au="AU12"]')


def test_pointing_at_a_unit_in_the_text_lights_its_region(page, pictures):
    read(page, pictures["smile"])
    page.hover('.prose button[data-au="AU12"]')
    wait_lit(page, "AU12")
    assert lit(page, '.region[data-au="AU12"]') and lit(page, '.bar[data-au="AU12"]')


def test_pointing_at_the_face_lights_the_unit_that_shows_there(page, pictures):
    read(page, pictures["smile"])
    place = page.locator('.region[data-au="AU12"]').evaluate(
        """e => {
            const box = e.getBBox();
            const inside = new DOMPoint(box.x + 12, box.y + box.height / 2);
            const place = inside.matrixTransform(e.getScreenCTM());
            return [place.x, place.y];
        }"""
    )
    page.mouse.move(*place)
    wait_lit(page, "AU12")


def test_the_keyboard_does_all_of_it(page):
    page.locator('[data-sample="smile"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".stage[data-state=ready]", timeout=ANSWERED)
    answered(page)
    page.locator("#units .bar").first.focus()
    first = page.locator("#units .bar").first.get_attribute("data-au")
    wait_lit(page, first)
    page.keyboard.press("ArrowDown")
    second = page.locator("#units .bar").nth(1).get_attribute("data-au")
    wait_lit(page, second)
    page.keyboard.press("Escape")
    page.wait_for_selector("html:not([data-lit])")
    page.locator("#au-only input").focus()
    page.keyboard.press("Space")
    expect(page.locator(".card.emotions")).to_have_count(0)


def test_the_first_tab_stops_reach_every_tool(page):
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.innerText?.trim() || document.activeElement.type"))
    assert {"Demo", "Upload or paste", "Webcam", "Landmarks", "checkbox"} <= reached


def test_a_picture_without_a_face_says_so_and_what_next(page, pictures):
    give(page, pictures["wall"])
    expect(page.get_by_role("alert")).to_contain_text("No face found", timeout=ANSWERED)
    expect(page.get_by_role("alert")).to_contain_text("seen from the front")
    expect(page.locator(".card.units")).to_have_count(0)


def test_a_file_that_is_no_picture_says_so(page, pictures):
    give(page, pictures["letter"])
    expect(page.get_by_role("alert")).to_contain_text("This picture cannot be read", timeout=ANSWERED)
    expect(page.get_by_role("alert")).to_contain_text("letter.png is not a picture")


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(page, tmp_path):
    (tmp_path / "huge.png").write_bytes(bytes(21 * 1024 * 1024))
    give(page, str(tmp_path / "huge.png"))
    expect(page.get_by_role("alert")).to_contain_text(
        "huge.png has 21 MB; at most 20 MB are taken", timeout=ANSWERED
    )
    assert not [url for url in page.asked if "/upload" in url]


def test_after_a_failure_the_next_picture_is_read(page, pictures):
    give(page, pictures["wall"])
    expect(page.get_by_role("alert")).to_be_visible(timeout=ANSWERED)
    read(page, pictures["smile"])
    expect(page.locator(".card.answer h2")).to_have_text("Happiness")


def test_one_of_several_faces_can_be_picked(page, pictures):
    read(page, pictures["three"])
    faces = page.locator("#faces .thumb")
    expect(faces).to_have_count(3)
    expect(faces.first).to_have_attribute("aria-pressed", "true")
    before = page.locator(".stage svg").get_attribute("data-face")
    faces.nth(2).click()
    expect(faces.nth(2)).to_have_attribute("aria-pressed", "true", timeout=ANSWERED)
    answered(page)
    assert page.locator(".stage svg").get_attribute("data-face") != before


def test_the_whole_picture_shows_every_face_and_a_face_in_it_can_be_picked(page, pictures):
    read(page, pictures["three"])
    page.click("button[data-whole]")
    page.wait_for_function("document.querySelector('.stage svg').getAttribute('viewBox') === '0 0 1200 400'")
    page.locator(".face-box").nth(1).click()
    expect(page.locator("#faces .thumb").nth(1)).to_have_attribute("aria-pressed", "true", timeout=ANSWERED)


def test_au_only_hides_emotion_everywhere(page, pictures):
    page.locator("#au-only input").check()
    read(page, pictures["smile"])
    expect(page.locator(".card.answer")).to_have_count(0)
    expect(page.locator(".card.emotions")).to_have_count(0)
    said = page.locator("#demo").inner_text().split("Two people agree")[0].lower()
    assert not [word for word in (*EMOTIONS, "happy", "joy") if word in said]
    page.locator("#au-only input").uncheck()
    expect(page.locator(".card.answer h2")).to_have_text("Happiness", timeout=ANSWERED)


def test_a_pasted_picture_is_read(page, pictures):
    paste(page, pictures["smile"])
    page.wait_for_selector(".stage[data-state=ready]", timeout=ANSWERED)
    answered(page)


def test_a_picture_from_the_webcam_is_taken_and_looked_at(page):
    page.click("button[data-webcam]")
    expect(page.locator("dialog.webcam")).to_be_visible()
    page.wait_for_function("document.querySelector('dialog.webcam video').videoWidth > 0")
    page.click("[data-shoot]")
    expect(page.locator("dialog.webcam")).to_be_hidden()
    page.wait_for_selector(".stage:not([data-state=empty]):not([data-state=loading])", timeout=ANSWERED)
    assert page.evaluate("document.querySelector('dialog.webcam video').srcObject") is None


def test_landmarks_can_be_put_away(page, pictures):
    read(page, pictures["smile"])
    page.click("button[data-landmarks]")
    page.wait_for_function("getComputedStyle(document.querySelector('.dots')).opacity === '0'")
    page.click("button[data-landmarks]")
    page.wait_for_function("getComputedStyle(document.querySelector('.dots')).opacity === '1'")


def test_a_model_that_cannot_be_loaded_is_explained_and_mini_goes_on(page, pictures):
    page.click(".chip-model")
    page.get_by_label("Base model").fill("/no/such/folder")
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.locator("#load-said [role=alert]")).to_contain_text("/no/such/folder", timeout=ANSWERED)
    expect(page.locator("#load-said [role=alert]")).to_contain_text("goes on answering")
    page.keyboard.press("Escape")
    expect(page.locator("#settings")).to_be_hidden()
    read(page, pictures["smile"])


def test_the_notice_about_mini_opens_the_way_to_the_weights(page):
    page.get_by_role("link", name="load EmoLA weights").click()
    expect(page.locator("#settings")).to_contain_text("README.md#load-emola-weights")
    expect(page.locator("#settings")).to_contain_text("model.convert")


def test_the_page_follows_the_systems_light_and_the_switch_overrides_and_lasts(open_page):
    page = open_page(color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(21, 22, 21)"
    page.click("[data-theme-switch]")
    assert page.evaluate(paper) == "rgb(246, 245, 241)"
    page.reload()
    page.wait_for_selector(".stage")
    page.wait_for_function(f"{paper} === 'rgb(246, 245, 241)'")


def test_a_telephone_shows_all_of_it_without_scrolling_sideways(open_page, pictures):
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    read(page, pictures["smile"])
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    bar = page.locator('.bar[data-au="AU12"]')
    bar.scroll_into_view_if_needed()
    bar.tap()
    wait_lit(page, "AU12")


def test_reduced_motion_is_respected(open_page):
    page = open_page(reduced_motion="reduce")
    moving = (
        "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).animationName !== 'none').length"
    )
    assert page.evaluate(moving) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(open_page, pictures, scheme, width):
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    states = {
        "empty": lambda: None,
        "failed": lambda: failed(page, pictures),
        "answer": lambda: answer(page, pictures),
    }
    states["settings"] = lambda: page.click(".chip-model")
    for name, reach in states.items():
        reach()
        assert serious(page) == [], f"{name}, {scheme}, {width} px"


def failed(page: Page, pictures: dict[str, str]) -> None:
    give(page, pictures["letter"])
    expect(page.get_by_role("alert")).to_be_visible(timeout=ANSWERED)


def answer(page: Page, pictures: dict[str, str]) -> None:
    read(page, pictures["three"])
    page.locator(".card summary").first.click()
    page.locator("#units .bar").first.focus()
