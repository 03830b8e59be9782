"""The Runs tab in a real browser, over a studio that has learned: what a lead sees, what an admin decides.

The bundles really load: a promotion in the page exchanges the model of the running studio.
"""

import json
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from db.migrate import migrate
from db.models import Promotion, TrainingRun
from db.session import open_database
from tests.browser.axe import serious
from tests.browser.conftest import running
from tests.browser.learned import fill
from tests.browser.until import until
from tests.browser.visits import Visits

pytestmark = pytest.mark.browser

WAIT = 60_000  # ms, on a loaded machine


class Lab:
    """A running studio and its folder."""

    def __init__(self, address, folder):
        self.address, self.folder = address, folder

    def all(self, table, **which):
        database = open_database(f"sqlite:///{self.folder}/emola.db")
        try:
            with database.reads.begin() as session:
                return session.query(table).filter_by(**which).order_by(table.id).all()
        finally:
            database.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A studio that has learned, for tests that only look."""
    folder = tmp_path_factory.mktemp("learned")
    fill(folder)
    with running(folder) as address:
        yield Lab(address, folder)


@pytest.fixture
def own(tmp_path):
    """A studio that has learned, of a test's own, since decisions stay."""
    fill(tmp_path)
    with running(tmp_path) as address:
        yield Lab(address, tmp_path)


@pytest.fixture
def visit(browser):
    """Opens the Runs tab and waits until it is ready."""
    visits = Visits(browser)

    def visit_(lab, **options) -> Page:
        page = visits.page(**options)
        page.goto(lab.address)
        page.get_by_role("tab", name="Runs", exact=True).click(timeout=WAIT)
        page.wait_for_selector("#runs .runs[data-state=ready]", timeout=WAIT)
        return page

    yield visit_
    visits.close()


def revision(page: Page, number: int):
    return page.locator("#runs tbody tr:not(.why)").filter(has=page.locator(f"th b:text-is('{number}')"))


def decide(page: Page, act: str, number: int, reason: str) -> None:
    revision(page, number).get_by_role("button", name=act).click()
    page.locator("#runs dialog input").fill(reason)
    page.locator("#runs dialog button[value=yes]").click()
    expect(page.locator("#runs dialog")).not_to_be_visible(timeout=WAIT)


def serves(page: Page, number: int) -> None:
    """Wait until a revision serves, and until the running studio answers with it."""
    expect(revision(page, number).locator("th")).to_contain_text("serving", timeout=WAIT)
    here = "said.serving.state === 'serving' && said.serving.tasks.every((task) => task.here)"
    until(page, "runs_overview", [], here, WAIT)


def test_the_line_and_the_table_tell_every_revision_with_its_doubt(shared, visit):
    page = visit(shared)
    line = page.locator("#runs .picture svg")
    assert "rev 4: REGE 93.4 (95 % interval 91.3 to 95.5), serving" in line.get_attribute("aria-label")
    assert page.locator("#runs .point").count() == 5
    expect(page.locator("#runs .point.is-rejected")).to_contain_text("rejected")
    cells = revision(page, 4).locator("td").all_inner_texts()
    assert cells[0].startswith("8 faces, 2 new, with replay")
    assert cells[1:4] == ["93.4 [91.3, 95.5]", "+4.7 [3.3, 6.1]", "−0.1"]
    expect(page.locator("#runs tbody tr").first).to_contain_text("failed")
    expect(page.locator("#runs [data-part=changed]")).to_contain_text("AU6")
    assert page.failed == []


def test_pointing_at_a_dot_lights_its_row_and_the_other_way_round(shared, visit):
    page = visit(shared)
    page.locator("#runs .point").nth(2).locator("circle").hover()
    expect(revision(page, 2)).to_have_class("is-lit")
    revision(page, 3).hover()
    expect(page.locator("#runs .point.is-lit")).to_contain_text("rev 3")


def test_a_verdict_says_why(shared, visit):
    page = visit(shared)
    revision(page, 3).get_by_role("button", name="why").press("Enter")
    expect(page.locator("#runs tr.why")).to_contain_text("REGE went from 88.70 to 85.10")
    expect(revision(page, 3).get_by_role("button", name="why")).to_be_focused()
    page.get_by_role("button", name="story run 5").click()
    expect(page.locator("#runs tr.why").first).to_contain_text("The loss is not a number from step 12 on")


def test_two_revisions_stand_side_by_side_on_the_same_faces(shared, visit):
    page = visit(shared)
    page.locator("#runs [data-part=changed] .link").click()
    words = page.locator("#runs [data-part=compare-words]")
    expect(words).to_contain_text("On the same 12 gold faces: 6 better, 0 worse", timeout=WAIT)
    pair = page.locator("#runs .pair").first
    expect(pair.locator(".side").first.locator(".is-wrong").first).to_be_visible()
    expect(pair.locator(".side").last.locator(".is-right").first).to_be_visible()
    expect(pair.locator(".side").last.locator(".text").first).to_contain_text(
        "The emotion shown by this face is"
    )
    assert pair.locator("img").evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") > 0
    page.locator("#runs [data-part=first]").select_option("4")
    page.locator("#runs [data-part=second]").select_option("1")
    expect(words).to_contain_text("0 better, 9 worse", timeout=WAIT)
    page.get_by_role("button", name="All labels").click()
    expect(page.locator("#runs .all-labels th[scope=row]").first).to_be_visible()


def test_an_answer_is_traced_back_to_the_labels_that_shaped_its_model(shared, visit):
    page = visit(shared)
    # The studio asks anew about faces in the background; wait until it has come to this one.
    until(page, "runs_lineage", [1, None], "said.prediction.serves", WAIT)
    page.get_by_label("Face number").fill("1")
    page.get_by_role("button", name="Trace").click()
    chain = page.locator("#runs .chain")
    expect(chain).to_contain_text("revision 4 answered emotion and au", timeout=WAIT)
    expect(chain).to_contain_text("revision 2, its parent")
    chain.locator("summary").first.click()
    expect(chain.locator(".taught li").first).to_contain_text("Face 1 annotated by ann")
    page.get_by_label("Face number").fill("9999")
    page.get_by_role("button", name="Trace").click()
    expect(page.locator("#runs [data-part=chain]")).to_contain_text("There is no face 9999")


def test_an_admin_rolls_back_and_promotes_and_the_running_studio_follows(own, visit):
    page = visit(own)
    revision(page, 4).get_by_role("button", name="roll back").click()
    page.locator("#runs dialog button[value=yes]").click()
    expect(page.locator("#runs dialog")).to_be_visible()  # a reason is required
    page.keyboard.press("Escape")
    decide(page, "roll back", 4, "It sees fear everywhere.")
    serves(page, 2)
    expect(revision(page, 4).locator("th")).to_contain_text("rolled back")
    decide(page, "serve", 4, "The gold set was wrong, not the model.")
    serves(page, 4)
    kinds = [(row.kind, row.reason) for row in own.all(Promotion)][-4:]
    assert [kind for kind, _ in kinds] == ["rolled_back", "rolled_back", "promoted", "promoted"]
    assert kinds[0][1] == "It sees fear everywhere."
    assert page.failed == []


def test_a_candidate_that_cannot_be_proven_leaves_the_old_one_and_says_why(own, visit):
    page = visit(own)
    decide(page, "overrule", 3, "We need it for the demonstration.")
    banner = page.locator("#runs [data-part=banner]")
    expect(banner).to_contain_text("The promoted adapter is not in use", timeout=WAIT)
    expect(banner).to_contain_text("The model before it goes on answering")
    expect(banner.get_by_role("button", name="Try again")).to_be_visible()
    decide(page, "roll back", 3, "Its folder is gone.")
    serves(page, 4)
    expect(banner).not_to_contain_text("not in use", timeout=WAIT)
    assert page.failed == []


def test_a_run_under_way_shows_its_loss_and_can_be_stopped(own, visit):
    database = open_database(f"sqlite:///{own.folder}/emola.db")
    with database.sessions.begin() as session:
        at = {"stage": "training", "step": 30, "steps": 120, "loss": 0.5, "eta_seconds": 200.0}
        curve = [[step, 3 / step] for step in range(1, 31)]
        session.add(TrainingRun(options={"tasks": ["au"]}, progress={**at, "curve": curve}))
    database.close()
    page = visit(own)
    card = page.locator("#runs [data-part=now]")
    expect(card).to_contain_text("training: 30 of 120. About 3 min left.")
    assert card.locator("svg.loss").get_attribute("aria-label") == "Loss from 3 to 0.1, logarithmic."
    card.get_by_role("button", name="Stop").click()
    page.locator("#runs dialog button[value=yes]").click()
    expect(page.locator("#runs tbody tr").first).to_contain_text("stopped", timeout=WAIT)
    assert own.all(TrainingRun)[-1].message == "Stopped by local."


def test_a_studio_that_has_learned_nothing_says_what_to_do(tmp_path, visit):
    database = open_database(f"sqlite:///{tmp_path}/emola.db")
    migrate(database)
    database.close()
    with running(tmp_path) as address:
        page = visit(Lab(address, tmp_path))
        blank = page.locator("#runs [data-part=blank]")
        expect(blank).to_contain_text("50 new labels are needed; 0 so far. Go on annotating")
        expect(blank).to_contain_text("No face is set aside to measure with.")
        page.locator("#runs [data-part=next-buttons] .main-button").click()
        page.locator("#runs dialog button[value=yes]").click()
        expect(page.locator("#runs [data-part=next]")).to_contain_text("Nothing was trained", timeout=120_000)
        assert page.failed == []


def test_annotators_and_visitors_are_refused_by_raw_http(tmp_path):
    with running(tmp_path, EMOLA_ACCOUNTS="yes") as address:
        for name, arguments in (
            ("runs_overview", []),
            ("runs_serve", [1, "because", {}]),
            ("runs_roll_back", [["au"], "because", {}]),
            ("runs_start", [1]),
        ):
            asked = urllib.request.Request(
                f"{address}gradio_api/run/{name}",
                json.dumps({"data": arguments}).encode(),
                {"Content-Type": "application/json"},
            )
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(asked)
            assert json.loads(refused.value.read())["title"] == "Sign in"


def test_a_telephone_shows_all_of_it_without_scrolling_sideways(shared, visit):
    page = visit(shared, viewport={"width": 390, "height": 844}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    revision(page, 4).get_by_role("button", name="compare").tap()
    expect(page.locator("#runs .pair").first).to_be_visible(timeout=WAIT)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(shared, visit, scheme, width):
    page = visit(
        shared, color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    revision(page, 3).get_by_role("button", name="why").click()
    revision(page, 4).get_by_role("button", name="compare").click()
    expect(page.locator("#runs .pair").first).to_be_visible(timeout=WAIT)
    until(page, "runs_lineage", [1, None], "said.prediction.serves", WAIT)
    page.get_by_label("Face number").fill("1")
    page.get_by_role("button", name="Trace").click()
    page.locator("#runs .chain summary").first.click(timeout=WAIT)
    for state in ("tab", "dialog"):
        if state == "dialog":
            revision(page, 4).get_by_role("button", name="roll back").click()
        assert serious(page, "#runs") == [], state
