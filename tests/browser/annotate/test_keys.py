"""The key field: its grammar, its words, and how it stays in step with the form."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.desk import field, keys, row

pytestmark = pytest.mark.browser

GRAMMAR = json.loads((Path(__file__).parents[2] / "data" / "key_grammar.json").read_text())


def test_each_input_of_the_grammar_means_what_the_table_says(office):
    page = office.sit(office.study(1))
    found = page.evaluate(
        """async (table) => {
            const base = new URL(document.querySelector('script[src*="annotate/main.js"]').src);
            const { read, said } = await import(new URL('keys.js', base));
            const { vocabularyOf } = await import(new URL('page.js', base));
            const vocabulary = vocabularyOf(document.querySelector('.annotate'));
            return table.map(({ keys }) => {
                const items = read(keys, vocabulary);
                const { emotion, au } = said(items);
                const parts = (unit) => [unit.state, unit.intensity, unit.side];
                const shown = (unit) => parts(unit).filter(Boolean).join(" ");
                const spoken = ([code, unit]) => [code, shown(unit)];
                const unclear = items.filter((item) => item.kind === 'unclear').map((item) => item.text);
                return { keys, emotion, au: Object.fromEntries(Object.entries(au).map(spoken)), unclear };
            });
        }""",
        GRAMMAR,
    )
    assert len(GRAMMAR) >= 60
    assert found == GRAMMAR


def test_what_was_understood_and_what_not_is_said_in_words(office):
    page = office.sit(office.study(1))
    page.keyboard.type("h 12cl -4 43? 99")
    understood = page.locator("[data-part=understood]")
    expect(understood).to_contain_text("happiness · AU12 lip corner puller, C marked, on their left")
    expect(understood).to_contain_text("AU4 brow lowerer, not present · AU43 eyes closed, not visible")
    expect(understood).to_contain_text("there is no AU99 here")
    expect(page.locator("[data-part=announce]")).to_contain_text("there is no AU99 here")
    keys(page, "Enter")
    expect(page.locator("[data-part=refused]")).to_contain_text("Not saved yet")
    assert office.saved(page.locator("#top-study b").inner_text()) == []


def test_backspace_takes_back_what_the_field_said(office):
    page = office.sit(office.study(1))
    page.keyboard.type("h 12")
    expect(row(page, "AU12")).to_have_attribute("data-value", "present")
    keys(page, "Backspace")
    expect(row(page, "AU12")).to_have_attribute("data-value", "absent")
    expect(row(page, "AU1")).to_have_attribute("data-value", "present")
    keys(page, "Backspace", "Backspace", "Backspace")
    expect(page.locator(".emotion[aria-checked=true]")).to_have_count(0)


def test_field_and_form_stay_in_step_both_ways(office):
    page = office.sit(office.study(1))
    page.keyboard.type("h 6 12c")
    row(page, "AU12").get_by_role("button", name="intensity D").click()
    expect(field(page)).to_have_value("h 6 12d ")
    row(page, "AU12").get_by_role("button", name="left side").click()
    row(page, "AU12").get_by_role("button", name="right side").click()
    expect(field(page)).to_have_value("h 6 12dlr ")
    row(page, "AU6").get_by_role("button", name="not present").click()
    row(page, "AU25").get_by_role("button", name="not visible").click()
    page.get_by_role("radio", name="surprise").click()
    expect(field(page)).to_have_value("u 12dlr 25? ")
    page.keyboard.type("1")
    expect(row(page, "AU1")).to_have_attribute("data-value", "present")


def test_no_command_eats_a_code_and_no_code_a_command(office):
    page = office.sit(office.study(1))
    page.keyboard.type("43")
    keys(page, "?")
    expect(field(page)).to_have_value("43?")
    keys(page, "Space", "?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys(page, "Escape", "Alt+l", "Alt+r")
    expect(page.locator('.tool[data-do="landmarks"]')).to_have_attribute("aria-pressed", "false")
    expect(page.locator('.tool[data-do="regions"]')).to_have_attribute("aria-pressed", "true")
    keys(page, "Alt+Equal", "Alt+Equal")
    page.keyboard.type("12lr s")
    expect(field(page)).to_have_value("43? 12lr s")
    zoomed = page.locator(".face-picture").get_attribute("viewBox")
    page.locator("[data-part=stage]").focus()
    keys(page, "l", "-", "-", "-")
    expect(page.locator('.tool[data-do="landmarks"]')).to_have_attribute("aria-pressed", "true")
    assert page.locator(".face-picture").get_attribute("viewBox") != zoomed
    page.keyboard.type("7")
    expect(field(page)).to_have_value(re.compile("7$"))
