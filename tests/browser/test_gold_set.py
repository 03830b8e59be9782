"""The Data tab's gold set in a real browser: refused while it is too small, then frozen and told; and a face
that is erased.
"""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from db import gold
from db.faces import add_face
from db.session import open_database
from db.store import PictureStore
from tests.browser.axe import serious
from tests.browser.conftest import running
from tests.db.imports.conftest import picture

pytestmark = pytest.mark.browser

LONG = 60_000  # ms, on a loaded machine


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("gold")


@pytest.fixture(scope="module")
def studio(place):
    """A studio of these tests' own, with 60 faces that have gold labels."""
    with running(place) as address:
        database = open_database(f"sqlite:///{place}/emola.db")
        try:
            store = PictureStore(place / "pictures")
            with database.sessions.begin() as session:
                for number in range(60):
                    face, _ = add_face(session, store.put(picture(number, side=48)), source="test")
                    labels = {"emotion": "fear"}
                    gold.decide(session, face.id, uuid=uuid4(), kind="imported", labels=labels)
        finally:
            database.close()
        yield address


@pytest.fixture
def data(page) -> Page:
    page.get_by_role("tab", name="Data").click()
    page.wait_for_selector("#data .data[data-state=ready]", timeout=LONG)
    return page


def test_a_set_that_is_too_small_is_refused_and_a_larger_share_is_frozen(data):
    card = data.locator("#data [data-part=gold]")
    expect(card).to_contain_text("These faces measure models and are never trained on.")
    expect(card).to_contain_text("60 faces with gold labels, 60 of them new")
    expect(card).to_contain_text("None is frozen yet")
    freeze = card.get_by_role("button", name="Freeze gold set")
    freeze.click()
    expect(card.get_by_role("alert")).to_contain_text("it takes 30 faces of 8 people")
    card.get_by_label("Share of the gold labels").fill("50")
    freeze.click()
    expect(card).to_contain_text("30 faces frozen since")
    expect(card).to_contain_text("60 faces with gold labels, 30 of them new")
    expect(card.get_by_role("alert")).to_be_hidden()
    expect(data.locator("#data [data-part=announce]")).to_have_text("The gold set is frozen: 30 faces.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_a_refusal(open_page, scheme):
    page = open_page(color_scheme=scheme, viewport={"width": 390, "height": 900}, reduced_motion="reduce")
    page.get_by_role("tab", name="Data").click()
    card = page.locator("#data [data-part=gold]")
    card.locator("form").evaluate("form => { form.noValidate = true; }")  # refused in any state of the set
    card.get_by_label("Share of the gold labels").fill("200")
    card.get_by_role("button", name="Freeze gold set").click()
    expect(card.get_by_role("alert")).to_have_text(
        "A share of 2 cannot be set aside. Give more than 0, and at most 1 (all)."
    )
    assert serious(page, "#data [data-part=gold]") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_face_is_erased_once_it_is_named_again_with_a_reason(open_page):
    page = open_page(color_scheme="dark", viewport={"width": 390, "height": 900}, reduced_motion="reduce")
    page.get_by_role("tab", name="Data").click()
    card = page.locator("#data [data-part=erase]")
    card.get_by_label("Whom").select_option("face")
    card.get_by_label("Code or number", exact=True).fill("7")
    card.get_by_role("button", name="See what it touches").click()
    expect(card.get_by_role("img", name="Face 7")).to_be_visible()
    expect(card).to_contain_text("1 gold label")
    card.get_by_label("Type the code or number again").fill("8")
    card.get_by_label("Reason").fill("asked for by letter")
    erase = card.get_by_role("button", name="Erase for good")
    erase.click()
    expect(card.get_by_role("alert")).to_contain_text("'8' is not '7'")
    assert serious(page, "#data [data-part=erase]") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    card.get_by_label("Type the code or number again").fill("7")
    erase.click()
    expect(card.locator(".job[data-state=finished]")).to_contain_text("1 face erased", timeout=LONG)
    expect(card).to_contain_text("Backups and exports made before still hold them")
    expect(erase).to_be_hidden()
    expect(page.locator("#data [data-part=gold]")).to_contain_text("59 faces with gold labels")
