"""The model's answer: open, blind, revealed; and the texts beside the labels."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import WAIT, enter, field, keys, row, sent

pytestmark = pytest.mark.browser


def test_in_an_open_study_one_may_start_from_the_models_answer_but_not_its_intensity(office):
    page = office.sit(office.study(2))
    expect(page.locator("[data-part=said]")).to_contain_text("happiness · AU6 AU12 AU25")
    expect(field(page)).to_have_value("")
    keys(page, "Alt+m")
    expect(field(page)).to_have_value("h 6 12 25 ")
    assert page.locator("[data-intensity][aria-pressed=true]").count() == 0
    expect(page.locator("#an-text-au")).to_have_value(re.compile("AU12 - Lip Corner Puller"))


def test_blind_then_revise_hides_reveals_and_keeps_both(office):
    name = office.study(3, mode="blind_then_revise")
    page = office.sit(name)
    said = page.locator("[data-part=said]")
    expect(said).to_contain_text("Hidden until you have saved your own answer")
    assert page.locator(".with-odds").count() == 0
    page.keyboard.type("s 1 4")
    keys(page, "Enter")
    expect(said).to_contain_text("happiness · AU6 AU12 AU25", timeout=WAIT)
    expect(field(page)).to_have_value("s 1 4")
    expect(page.get_by_role("button", name="Keep as it was")).to_be_visible()
    page.get_by_role("radio", name="happiness").click()
    expect(page.get_by_role("button", name="Save revision")).to_be_visible()
    enter(page, "")
    page.keyboard.type("u 1")
    keys(page, "Enter")
    expect(said).to_contain_text("surprise", timeout=WAIT)
    enter(page, "")  # unchanged: kept as it was
    sent(page)
    first, second, third, fourth = office.saved(name)
    assert (first.labels["emotion"], first.prediction_id) == ("sadness", None)
    assert second.labels["emotion"] == "happiness" and second.supersedes_id == first.id
    assert second.prediction_id is not None
    assert third.labels == fourth.labels and fourth.prediction_id is not None


def test_a_blind_study_never_shows_the_models_answer(office):
    name = office.study(2, mode="blind")
    page = office.sit(name)
    answers = []
    page.on("response", lambda answer: answers.append(answer.text()) if "/run/" in answer.url else None)
    enter(page, "h 12")
    sent(page)
    keys(page, "Alt+m")
    expect(field(page)).to_have_value("")
    expect(page.locator("[data-part=said]")).to_contain_text("Hidden: in this study people answer without it")
    assert not [text for text in answers if "probabilities" in text]


def test_the_text_follows_the_labels_when_asked(office):
    page = office.sit(office.study(2))
    page.keyboard.type("h 6 12 ")
    text, fit = page.locator("#an-text-au"), page.locator("[data-part=fit]")
    expect(fit).to_contain_text("Write a line for each")
    keys(page, "Alt+a")
    expect(text).to_have_value(re.compile(r"1\. AU6 - Cheek Raiser: .*\n2\. AU12 - Lip Corner Puller: "))
    expect(fit).to_contain_text("Text and labels agree: AU6, AU12.")
    page.keyboard.type("4 -6 ")
    expect(fit).to_contain_text("Labelled, but not in the text: AU4.")
    expect(fit).to_contain_text("In the text, but not labelled: AU6.")
    fit.get_by_role("button", name="Add AU4’s line").click()
    expect(text).to_have_value(re.compile(r"1\. AU4 - .*\n2\. AU6 - .*\n3\. AU12 - "))
    fit.get_by_role("button", name="Take AU6 out").click()
    expect(text).to_have_value(re.compile(r"1\. AU4 - .*\n2\. AU12 - [^\n]*$"))


def test_text_and_labels_cannot_differ_silently(office):
    name = office.study(2)
    page = office.sit(name)
    page.locator("#an-text-au").fill("AU9 wrinkles the nose.")
    field(page).focus()
    page.keyboard.type("d 10")
    keys(page, "Enter")
    expect(page.locator("[data-part=refused]")).to_contain_text("Enter again saves it as it is")
    assert office.saved(name) == []
    enter(page, "")
    sent(page)
    assert office.saved(name)[0].rationales == {"au": "AU9 wrinkles the nose."}


def test_what_differs_from_the_models_text_is_seen(office):
    page = office.sit(office.study(1))
    keys(page, "Alt+m")
    text = page.locator("#an-text-emotion")
    text.fill(text.input_value().replace("AU12 is seen", "AU12 is plain"))
    paper = page.locator('[data-text="emotion"]')
    expect(paper.locator("ins")).to_contain_text("plain")
    expect(paper.locator("del")).to_contain_text("seen")


def test_pointing_at_a_unit_in_any_text_lights_row_and_region(office):
    page = office.sit(office.study(1))
    page.locator('.said .code[data-au="AU12"]').first.hover()
    page.wait_for_selector('html[data-lit="AU12"]')
    expect(page.locator("[data-part=tag]")).to_contain_text("AU12 lip corner puller")
    lit = "e => getComputedStyle(e).getPropertyValue('--lit').trim()"
    assert (
        row(page, "AU12").evaluate(lit)
        == page.locator('#annotate .region[data-au="AU12"]').evaluate(lit)
        == "1"
    )
    keys(page, "Alt+m", "Alt+t")
    page.locator('.paper-marks .code[data-au="AU6"]').first.evaluate("e => e.scrollIntoView()")
    box = page.locator('.paper-marks .code[data-au="AU6"]').first.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.wait_for_selector('html[data-lit="AU6"]')


def test_emotion_and_units_at_odds_are_hinted_at_only(office):
    name = office.study(2)
    page = office.sit(name)
    page.keyboard.type("h 4 15")
    expect(page.locator("[data-part=fit]")).to_contain_text("A hint only.")
    enter(page, "")
    sent(page)
    assert office.saved(name)[0].labels["emotion"] == "happiness"
