"""The Review tab in a real browser, over a study that three people have annotated: what a lead sees
and does.
"""

import json
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from db import gold
from db.session import open_database
from tests.browser.axe import serious
from tests.browser.conftest import running
from tests.browser.reviewed import STUDY, fill
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

WAIT = 30_000  # ms, on a loaded machine
_seeds = count(1)


class Desk:
    """A running studio, one of its studies and the ids of that study's faces."""

    def __init__(self, address, folder, study, faces):
        self.address, self.folder, self.study, self.faces = address, folder, study, faces

    def gold(self, face):
        """Return all decisions about a face, the oldest first."""
        database = open_database(f"sqlite:///{self.folder}/emola.db")
        try:
            with database.reads.begin() as session:
                return list(gold.history(session, face))
        finally:
            database.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """An annotated study for tests that only look."""
    folder = tmp_path_factory.mktemp("review")
    faces = fill(folder)
    with running(folder) as address:
        yield Desk(address, folder, STUDY, faces)


@pytest.fixture
def desk(shared):
    """An annotated study of a test's own, since decisions stay."""
    seed = next(_seeds)
    study = f"study {seed}"
    return Desk(shared.address, shared.folder, study, fill(shared.folder, study, seed=seed))


@pytest.fixture
def sit(browser):
    """Opens the Review tab in a study and waits until it is ready."""
    visits = Visits(browser)

    def sit_(desk, **options) -> Page:
        chosen = f"sessionStorage.setItem('emola-review-study', {json.dumps(desk.study)})"
        page = visits.page(first=chosen, **options)
        page.goto(desk.address)
        page.get_by_role("tab", name="Review", exact=True).click(timeout=WAIT)
        page.wait_for_selector("#review .review[data-state=ready]", timeout=WAIT)
        return page

    yield sit_
    visits.close()


def row(page: Page, label: str):
    return page.locator(f'#review tr[data-row="{label}"]')


def face_shown(page: Page, face: int) -> None:
    expect(page.locator("#review .from")).to_contain_text(f"Face {face} ", timeout=WAIT)


def numbers(page: Page) -> None:
    page.get_by_role("tab", name="Numbers").click()
    page.wait_for_selector("#review .cards .card", timeout=WAIT)


def test_the_most_disputed_face_is_open_with_its_answers_side_by_side(shared, sit):
    page = sit(shared)
    face_shown(page, shared.faces[0])
    expect(page.locator("#review .face-item")).to_have_count(8)
    heads = page.locator("#review .matrix").first.locator("thead th")
    assert [head.split("\n")[0].split()[-1] for head in heads.all_inner_texts()] == [
        "Label", "ann", "bob", "cy", "mini", "Decision",
    ]  # fmt: skip
    disputed = page.locator("#review tr[data-group=disputed] th b").all_inner_texts()
    assert disputed == ["Emotion", "AU17"]
    expect(row(page, "emotion").locator(".answer").nth(2)).to_contain_text("neutral")
    expect(page.locator("#review [data-part=left]")).to_have_text("To decide: Emotion, AU17")
    expect(page.locator("#review ins").first).to_be_visible()
    assert page.failed == []
    assert not [url for url in page.asked if not url.startswith((shared.address, "data:", "blob:"))]


def test_a_label_under_the_cursor_lights_up_on_the_face(shared, sit):
    page = sit(shared)
    row(page, "au/AU12").hover()
    expect(page.locator('#review .region[data-au="AU12"]')).to_have_class("region is-lit")
    expect(page.locator("#review .portrait .tag")).to_have_text("AU12 lip corner puller")


def test_a_face_is_settled_by_keyboard_alone(desk, sit):
    page = sit(desk)
    first = desk.faces[0]
    face_shown(page, first)
    row(page, "emotion").locator(".answer").first.focus()
    page.keyboard.press("1")
    expect(page.locator("#review [data-part=left]")).to_have_text("To decide: AU17")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("b")
    expect(row(page, "au/AU17").locator("[data-intensity=B]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("n")
    expect(page.locator("#review [data-part=left]")).to_have_text("All labels are decided")
    page.keyboard.press("r")
    page.keyboard.type("Two of three; the chin is smooth.")
    page.keyboard.press("Enter")
    face_shown(page, desk.faces[3])
    (label,) = desk.gold(first)
    assert label.labels["emotion"] == "happiness" and label.labels["au"]["AU17"] == {"state": "absent"}
    assert label.labels["au"]["AU12"] == {"state": "present", "intensity": "E"}
    assert label.reason == "Two of three; the chin is smooth." and len(label.annotation_ids) == 3
    assert label.rationales["emotion"] == "The face shows happiness, mostly around the mouth."
    page.keyboard.press("z")
    face_shown(page, first)
    assert [one.kind for one in desk.gold(first)] == ["adjudicated", "withdrawn"]
    page.keyboard.press("j")
    face_shown(page, desk.faces[3])
    assert page.failed == []


def test_a_decision_needs_every_label_and_a_reason(desk, sit):
    page = sit(desk)
    page.get_by_role("button", name="Save as gold").click()
    expect(page.locator("#review .toast")).to_contain_text("Decide Emotion, AU17 first.")
    page.keyboard.press("Shift+3")
    expect(page.locator("#review [data-part=left]")).to_have_text("All labels are decided")
    page.get_by_role("button", name="Save as gold").click()
    expect(page.locator("#review .toast")).to_contain_text("Write the reason")
    assert desk.gold(desk.faces[0]) == []


def test_an_unsaved_decision_outlives_a_reload(desk, sit):
    page = sit(desk)
    row(page, "emotion").locator(".answer").nth(2).click()
    page.locator("#review [data-part=reason]").fill("Not a smile")
    page.reload()
    page.get_by_role("tab", name="Review", exact=True).click(timeout=WAIT)
    expect(page.locator("#review select[data-emotion]")).to_have_value("neutral", timeout=WAIT)
    expect(page.locator("#review [data-part=reason]")).to_have_value("Not a smile")


def test_a_lost_connection_loses_no_decision(desk, sit):
    page = sit(desk)
    page.locator("#review .matrix").first.locator("[data-take='0']").click()
    page.locator("#review [data-part=reason]").fill("Two of three")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save as gold").click()
    expect(page.locator("#review .toast")).to_contain_text("Nothing is lost; send it again.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Save as gold").click()
    face_shown(page, desk.faces[3])
    assert len(desk.gold(desk.faces[0])) == 1


def test_what_all_agree_on_is_accepted_in_bulk_after_the_count_is_shown(desk, sit):
    page = sit(desk)
    page.locator("#review [data-list=agreed]").click()
    expect(page.locator("#review .bulk")).to_contain_text("All annotators agree on 4 faces.", timeout=WAIT)
    page.get_by_role("button", name="Accept all as gold").click()
    page.get_by_role("button", name="Accept 4 faces").click()
    expect(page.locator("#review .toast")).to_contain_text("4 gold labels accepted", timeout=WAIT)
    expect(page.locator("#review .blank")).to_contain_text("No face waits here")
    assert [one.kind for one in desk.gold(desk.faces[2])] == ["agreed"]


def test_a_gold_label_is_withdrawn_with_a_reason_and_its_history_stays(desk, sit):
    page = sit(desk)
    page.locator("#review [data-list=decided]").click()
    expect(page.locator("#review .history")).to_contain_text("In force: imported", timeout=WAIT)
    page.get_by_role("button", name="Withdraw gold").click()
    page.get_by_label("Reason", exact=True).fill("another face")
    page.get_by_role("button", name="Withdraw", exact=True).click()
    expect(page.locator("#review .toast")).to_contain_text("is withdrawn", timeout=WAIT)
    expect(page.locator("#review [data-count=decided]")).to_have_text("1")


def test_one_more_annotator_can_be_asked_for(desk, sit):
    page = sit(desk)
    page.get_by_role("button", name="One more annotator").click()
    expect(page.locator("#review .toast")).to_contain_text("4 in all", timeout=WAIT)
    expect(page.locator("#review .face-item").first).to_contain_text("3 answers of 4")


def test_names_can_be_hidden(shared, sit):
    page = sit(shared)
    page.get_by_role("button", name="Hide names").click()
    answers = page.locator("#review .answers")
    expect(answers.locator("thead").first).to_contain_text("A")
    assert "ann" not in answers.inner_text().split() and "cy" not in answers.inner_text().split()


def test_flagged_and_skipped_faces_say_why(shared, sit):
    page = sit(shared)
    notes = page.locator("#review .face-note")
    page.locator("#review [data-list=flagged]").click()
    expect(notes).to_have_count(1, timeout=WAIT)
    expect(notes).to_have_text("look at the brows")
    page.locator("#review [data-list=skipped]").click()
    expect(notes).to_have_text("the mouth is hidden", timeout=WAIT)
    expect(page.locator("#review .remark").first).to_contain_text("skipped: the mouth is hidden")


def test_the_numbers_are_shown_and_can_be_taken_along(shared, sit):
    page = sit(shared)
    numbers(page)
    cards = page.locator("#review .cards")
    for title in ("Progress", "Annotators", "Agreement by label", "Krippendorff", "Cohen", "intensity"):
        expect(cards).to_contain_text(title, ignore_case=True)
    expect(cards).to_contain_text("11 of 12 faces finished")
    assert "NaN" not in cards.inner_text()
    page.get_by_text("What is this?").first.click()
    expect(cards.locator(".what p").first).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download JSON").click()
    found = json.loads(taken.value.path().read_text())
    assert taken.value.suggested_filename == "pilot-2-numbers.json" and found["agreement"]["faces"] == 14
    assert page.failed == []


def test_a_studio_without_faces_says_what_to_do(tmp_path, sit):
    with running(tmp_path) as address:
        page = sit(Desk(address, tmp_path, "", []))
        expect(page.locator("#review .blank")).to_contain_text("Data tab", timeout=WAIT)
        numbers_tab = page.get_by_role("tab", name="Numbers")
        numbers_tab.click()
        expect(page.locator("#review [data-part=numbers-at]")).to_contain_text("Data tab", timeout=WAIT)


def test_a_telephone_shows_all_of_it_without_scrolling_sideways(shared, sit):
    page = sit(shared, viewport={"width": 390, "height": 844}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    row(page, "emotion").locator(".answer").nth(1).tap()
    expect(page.locator("#review [data-part=left]")).to_have_text("To decide: AU17")
    numbers(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(shared, sit, scheme, width):
    page = sit(shared, color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    states = {
        "cases": lambda: page.locator("#review .rest summary").click(),
        "decided": lambda: page.locator("#review .matrix").first.locator("[data-take='0']").click(),
        "agreed": lambda: page.locator("#review [data-list=agreed]").click(),
        "help": lambda: page.get_by_role("button", name="Keys").click(),
        "numbers": lambda: (page.keyboard.press("Escape"), numbers(page)),
    }
    for name, reach in states.items():
        reach()
        assert serious(page) == [], f"{name}, {scheme}, {width} px"
