"""A study from its first invitation to gold labels read back, in a studio with accounts: two annotators and a
reviewer in browsers of their own, by keyboard alone.
"""

import json
from collections import Counter

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from db.annotations import select_in_force
from db.gold_in_force import gold_in_force
from db.imports.run import run
from db.imports.wishes import Wishes
from db.migrate import migrate
from db.models import Annotation, Annotator, Assignment, Face, GoldLabel, QueueEntry, Study
from db.session import open_database
from db.store import PictureStore
from studio.exporting import words
from studio.importing import readers
from tests.browser.conftest import running
from tests.browser.desk import enter, field, keys, picture, sent, settle
from tests.browser.faces import EXPRESSIONS, put_faces
from tests.browser.keyboard import enter_studio, open_by_keys, reach
from tests.browser.people import WAIT, Studio, ask

pytestmark = pytest.mark.browser

STUDY, FACES = "pilot", 10
LETTERS = {"happiness": "h", "surprise": "u", "anger": "a", "sadness": "s", "disgust": "d", "neutral": "n"}
OTHERWISE = {2: "s 4 7 23", 5: "n 17", 7: "u 1 2 5 25 26?"}
"""Where Ben differs from Ada: in emotion, in an AU, in whether one can be seen."""


@pytest.fixture
def studio(tmp_path, browser):
    """A studio with ten faces in a study of which each is to be annotated twice; nobody is in it yet."""
    with running(tmp_path, EMOLA_ACCOUNTS="yes") as address:
        made = Studio(address, tmp_path, browser)
        made.faces = put_faces(tmp_path, FACES, name=STUDY, overlap=2)
        yield made
        made.tidy()


def test_a_study_by_keyboard_alone_from_the_first_link_to_gold_read_back(studio, tmp_path):
    links = invitations(studio)
    ada, ben, rei = studio.page(), studio.page(), studio.page()
    sit_down(ada, links["Ada"], "Ada")
    sit_down(ben, links["Ben"], "Ben")
    annotate(ada, range(0, 3))
    correct_by_undo(ada, 3)
    annotate(ben, range(0, 6), OTHERWISE)
    lose_the_connection_and_reload(ada, 4)
    annotate(ada, range(7, FACES))
    annotate(ben, range(6, FACES), OTHERWISE)
    for page in (ada, ben):
        expect(page.get_by_role("heading", name="That was the last one")).to_be_visible(timeout=WAIT)
        sent(page)
    each_face_was_annotated_exactly_twice(studio)

    enter_studio(rei, links["Rei"], "Rei")
    resolve(rei, studio)
    accept_what_is_agreed(rei)
    gold = gold_of(f"sqlite:///{tmp_path}/emola.db")
    assert len(gold) == FACES
    for form in ("faba", "parquet"):
        compare(form, gold, read_back(export(rei, form, tmp_path), tmp_path / form))


# ---- Who is there ----
def invitations(studio: Studio) -> dict[str, str]:
    """The first admin joins and invites the others; return their links."""
    page = studio.join(studio.first_link, "Root")
    roles = {"Ada": "annotator", "Ben": "annotator", "Rei": "reviewer"}
    made = {name: ask(page, "invite_person", role, "", 7)["data"][0] for name, role in roles.items()}
    return {name: studio.address + answer["link"] for name, answer in made.items()}


def sit_down(page: Page, link: str, name: str) -> None:
    """Join, which leads to the Annotate tab, and choose the study: what everybody begins with is empty."""
    enter_studio(page, link, name)
    expect(page.get_by_role("heading", name="No faces yet")).to_be_visible(timeout=WAIT)
    reach(page, "#annotate .state[data-for=empty] [data-do=studies]")
    keys(page, "Enter")
    expect(page.get_by_role("dialog", name="Studies")).to_be_visible()
    expect(page.get_by_role("radio", name=STUDY)).to_be_focused()
    keys(page, "Enter")
    settle(page)
    expect(page.locator("#top-study")).to_contain_text(STUDY)
    expect(field(page)).to_be_focused()


# ---- What they say ----
def typed(number: int) -> str:
    """What is typed for what a face shows."""
    emotion, units = EXPRESSIONS[number % len(EXPRESSIONS)]
    return " ".join([LETTERS[emotion], *(code.removeprefix("AU") for code in units)])


def annotate(page: Page, numbers: range, otherwise: dict[int, str] | None = None) -> None:
    """Say of each face what it shows, or otherwise; every second one begins with the model's answer."""
    for number in numbers:
        if number in (otherwise or {}):
            page.keyboard.type(otherwise[number])
            keys(page, "Alt+a")  # the text in step with the labels
        elif number % 2:
            keys(page, "Alt+m")
        else:
            page.keyboard.type(typed(number).replace("12", "12c"))
            keys(page, "Alt+a")
        expect(page.locator("[data-part=understood]")).not_to_be_empty()
        save(page, last=number == FACES - 1)


def save(page: Page, *, last: bool = False) -> None:
    if not last:
        enter(page, "")
        return
    keys(page, "Enter")
    page.wait_for_selector(".annotate[data-state=finished]", timeout=WAIT)


def correct_by_undo(page: Page, number: int) -> None:
    """Save something wrong, take it back, and say it right."""
    before = picture(page)
    enter(page, "f 1 2")
    keys(page, "Control+z")
    expect(field(page)).to_have_value("f 1 2")
    assert picture(page) == before
    keys(page, "Control+a")
    enter(page, typed(number))


def lose_the_connection_and_reload(page: Page, number: int) -> None:
    """Save two faces without a connection and begin a third; the page is reloaded before any of it could be
    sent.
    """
    sent(page)
    page.context.set_offline(True)
    enter(page, typed(number).replace("12", "12c"))
    enter(page, typed(number + 1))
    expect(page.locator("#top-saved")).to_contain_text("2 kept here", timeout=WAIT)
    begun = typed(number + 2)
    page.keyboard.type(begun)
    here = picture(page)
    page.route("**/run/save_annotation", lambda route: route.abort())
    page.context.set_offline(False)
    page.reload()
    page.unroute("**/run/save_annotation")
    open_by_keys(page, "annotate")
    settle(page)
    assert picture(page) == here
    expect(field(page)).to_have_value(begun)
    expect(field(page)).to_be_focused()
    sent(page)
    save(page)


def each_face_was_annotated_exactly_twice(studio: Studio) -> None:
    database = open_database(f"sqlite:///{studio.folder}/emola.db")
    with database.reads.begin() as session:
        said = session.scalars(select_in_force(Annotation.kind == "labels")).all()
        people = dict(session.execute(select(Annotator.id, Annotator.name)).all())
        kinds = Counter(session.scalars(select(Annotation.kind)))
        states = Counter(session.scalars(select(Assignment.state)))
        queue = select(QueueEntry.state, func.count()).join(Study).where(Study.name == STUDY)
        queue = dict(session.execute(queue.group_by(QueueEntry.state)).all())
    database.close()
    pairs = Counter((row.face_id, people[row.annotator_id]) for row in said)
    assert pairs == Counter((face, name) for face in studio.faces for name in ("Ada", "Ben"))
    assert states == {"done": 2 * FACES} and queue == {"full": FACES}
    assert kinds == {"labels": 2 * FACES + 1, "undo": 1}


# ---- What is made of it ----
def resolve(page: Page, studio: Studio) -> None:
    """Decide the disputed faces: Ada's answer, Ben's, and one made cell by cell, each with its reason."""
    open_by_keys(page, "review")
    items = page.locator("#review .face-item")
    expect(items).to_have_count(len(OTHERWISE), timeout=WAIT)
    disputed = {studio.faces[number] for number in OTHERWISE}
    reach(page, "#review .answers .matrix [tabindex='0']")
    for left in range(len(OTHERWISE), 0, -1):
        face = int(page.locator("#review .face-item[aria-current]").get_attribute("data-face"))
        disputed.remove(face)
        number = studio.faces.index(face)
        expect(page.locator("#review [data-part=left]")).to_contain_text("To decide")
        if number == 7:
            reach_row(page, "au/AU26")
            keys(page, "y", "b")
        else:
            keys(page, {2: "Shift+Digit1", 5: "Shift+Digit2"}[number])
        expect(page.locator("#review [data-part=left]")).to_have_text("All labels are decided")
        keys(page, "r")
        page.keyboard.type(f"Looked at face {number} again.")
        keys(page, "Enter")
        expect(items).to_have_count(left - 1, timeout=WAIT)
    assert disputed == set()


def reach_row(page: Page, row: str) -> None:
    """Go down the matrix to a row."""
    for _ in range(30):
        if page.evaluate("document.activeElement.closest('tr')?.dataset.row") == row:
            return
        keys(page, "ArrowDown")
    raise AssertionError(f"{row} is not reached by arrows")


def accept_what_is_agreed(page: Page) -> None:
    reach(page, "#review [data-list=agreed]")
    keys(page, "Enter")
    reach(page, "#review [data-do=accept]")
    keys(page, "Enter")
    agreed = FACES - len(OTHERWISE)
    expect(page.get_by_role("dialog", name="Accept what all agree on?")).to_contain_text(f"{agreed} faces")
    keys(page, "Enter")
    expect(page.locator("#review [data-part=toast]")).to_contain_text(
        f"{agreed} gold labels accepted", timeout=WAIT
    )


def export(page: Page, form: str, folder):
    """Export in a form, fetch the file, and return where it is."""
    if page.locator("#tab-data-button").get_attribute("aria-selected") != "true":
        open_by_keys(page, "data")
    made = page.locator("#data [data-part=made] a")
    page.wait_for_selector("#data .data[data-state=ready]", timeout=WAIT)
    before = made.count()
    reach(page, "#data [data-part=take] [name=form]")
    for _ in range(3):
        if page.evaluate("document.activeElement.value") != form:
            keys(page, "ArrowDown")
    reach(page, "#data [data-part=take] [type=submit]")
    keys(page, "Enter")
    expect(made).to_have_count(before + 1, timeout=WAIT)
    reach(page, f"#data [data-part=made] a[download*={form}]")
    with page.expect_download() as download:
        keys(page, "Enter")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


# ---- What comes back ----
def gold_of(url: str) -> dict[str, tuple[dict, dict]]:
    """Labels and rationales of the gold labels in force, by picture."""
    database = open_database(url)
    found = select(Face.sha256, GoldLabel.labels, GoldLabel.rationales).join(GoldLabel).where(gold_in_force())
    with database.reads.begin() as session:
        rows = {picture: (labels, texts or {}) for picture, labels, texts in session.execute(found)}
    database.close()
    return rows


def read_back(path, folder) -> dict[str, tuple[dict, dict]]:
    """Import an export into a new database, and return the gold labels in it."""
    folder.mkdir()
    database = open_database(f"sqlite:///{folder}/emola.db")
    migrate(database)
    _, done = run(database, PictureStore(folder / "pictures"), path, Wishes(), read=readers())
    database.close()
    assert (done.added, done.skipped) == (FACES, 0)
    return gold_of(f"sqlite:///{folder}/emola.db")


def compare(form: str, gold: dict, back: dict) -> None:
    """Parquet gives back all; FABA-Instruct says of an AU only that it is there, and labels in words only."""
    assert back.keys() == gold.keys()
    for key, (labels, texts) in gold.items():
        if form == "parquet":
            assert back[key] == (labels, texts), key
            continue
        present = [code for code, unit in labels["au"].items() if unit["state"] == "present"]
        assert back[key][0]["emotion"] == labels["emotion"]
        assert [code for code, unit in back[key][0]["au"].items() if unit["state"] == "present"] == present
        said = {"emotion": labels["emotion"], "au": present}
        expected = {task: words(task, said[task], texts.get(task, "")) for task in said}
        assert back[key][1] == expected, json.dumps([back[key][1], expected], indent=1)
        assert all(expected[task] == text for task, text in texts.items())
