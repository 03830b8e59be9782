"""The Data tab in a real browser: faces in, what is told of them, predicted ahead, out, and in again."""

import json
import re
import zipfile
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.axe import serious
from tests.browser.conftest import drawn, running
from tests.db.datasets import trees

pytestmark = pytest.mark.browser

LONG = 60_000  # ms, for a job on a loaded machine


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """A studio of these tests' own."""
    with running(tmp_path_factory.mktemp("data")) as address:
        yield address


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A zip file: three faces, one of them twice, a wall, and a text that calls itself a picture."""
    folder = tmp_path_factory.mktemp("given")
    people = folder / "anna"
    people.mkdir()
    for number in range(3):
        Image.fromarray(drawn(400 + number, {"AU12": 0.9, "AU6": 0.8}, 240)).save(people / f"{number}.png")
    (folder / "again.png").write_bytes((people / "0.png").read_bytes())
    (folder / "broken.jpg").write_text("no picture")
    Image.fromarray(np.full((120, 120, 3), 140, np.uint8)).save(folder / "wall.png")
    with zipfile.ZipFile(folder / "faces.zip", "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            if path.suffix != ".zip":
                archive.write(path, path.relative_to(folder))
    return folder


def open_data(page: Page) -> None:
    page.get_by_role("tab", name="Data").click()
    page.wait_for_selector("#data .data:is([data-state=ready], [data-state=empty])", timeout=LONG)


def finished(page: Page, part: str, words: str | re.Pattern) -> None:
    """Wait until a job has ended well, saying so."""
    job = page.locator(f"#data [data-part={part}] .job[data-state=finished] .job-note")
    expect(job).to_contain_text(words, timeout=LONG)


def give(page: Page, *paths) -> None:
    page.locator("#data [data-part=files]").set_input_files([str(path) for path in paths])


@pytest.fixture
def data(page) -> Page:
    open_data(page)
    return page


def test_a_zip_is_brought_in_with_duplicates_and_bad_files_told(data, given):
    big = data.locator("#data .big")
    before = int(big.inner_text().split()[0]) if big.count() else 0
    give(data, given / "faces.zip")
    finished(data, "import-job", "4 new faces, 1 already here, 1 skipped.")
    expect(big).to_contain_text(str(before + 4))
    row = data.locator("#data .import", has_text="faces.zip").first
    row.locator("summary", has_text="skipped").click()
    expect(row.locator("li")).to_contain_text("broken.jpg")
    row.locator("summary", has_text="already").click()
    expect(row.locator(".same img")).to_have_js_property("naturalWidth", 240)


def test_dropped_files_are_brought_in_and_known_the_second_time(data, given):
    path = given / "anna" / "2.png"
    data.evaluate(
        """async ([bytes, name]) => {
            const parcel = new DataTransfer();
            parcel.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }));
            for (const kind of ['dragenter', 'dragover', 'drop'])
                document.querySelector('#data .drop').dispatchEvent(
                    new DragEvent(kind, { dataTransfer: parcel, bubbles: true, cancelable: true }));
        }""",
        [list(path.read_bytes()), "dropped.png"],
    )
    finished(data, "import-job", "already here")


def test_the_wishes_of_an_import_are_kept(data, given):
    data.locator("#data .wishes summary").click()
    form = data.locator("#data [data-part=wishes]")
    form.locator("[name=split]").select_option("test")
    form.locator("[name=subject_mode]").select_option("one")
    form.locator("[name=subject]").fill("P07")
    form.locator("[name=consent]").select_option("given")
    expect(data.locator("#data [data-part=wishes-say]")).to_have_text(
        "split test, one subject, consent given"
    )
    Image.fromarray(drawn(450, {"AU4": 0.9}, 200)).save(given / "one.png")
    give(data, given / "one.png")
    finished(data, "import-job", "1 new face")
    expect(data.locator("#data .now-bars")).to_contain_text("test 1")


def test_a_study_is_made_changed_closed_and_reopened_by_keyboard(data):
    data.locator("#data [data-do=new-study]").focus()
    data.keyboard.press("Enter")
    dialog = data.get_by_role("dialog", name="New study")
    expect(dialog.locator("[name=name]")).to_be_focused()
    data.keyboard.type("by keys")
    dialog.locator("[name=mode][value=blind]").focus()
    data.keyboard.press("Space")
    dialog.get_by_role("button", name="Save").focus()
    data.keyboard.press("Enter")
    study = data.locator("#data .study", has_text="by keys")
    expect(study).to_contain_text("blind · 2 annotators a face")
    study.get_by_role("button", name="Close").press("Enter")
    expect(study).to_contain_text("closed")
    study.get_by_role("button", name="Reopen").press("Enter")
    expect(study.locator(".state")).to_have_count(0)
    study.get_by_role("button", name="Change").press("Enter")
    changing = data.get_by_role("dialog", name="Change by keys")
    changing.locator("[name=name]").fill("All faces")
    changing.get_by_role("button", name="Save").press("Enter")
    expect(changing.get_by_role("alert")).to_contain_text("already")
    data.keyboard.press("Escape")
    expect(changing).to_be_hidden()


def test_the_model_looks_ahead_and_what_it_cannot_read_is_listed(data, given):
    give(data, given / "wall.png", given / "anna" / "1.png")
    finished(data, "import-job", "2")
    study = data.locator("#data .study", has_text="All faces").first
    study.get_by_role("button", name="Predict ahead").click()
    finished(data, "model-job", "1 could not be read")
    expect(study).to_contain_text("All but 1 predicted by mini")
    study.locator("summary").click()
    expect(study.locator("details li")).to_contain_text("No face was found")


def test_an_export_is_fetched_and_read_back(data, tmp_path):
    form = data.locator("#data [data-part=take]")
    form.locator("[name=unlabelled]").check()
    form.get_by_role("button", name="Export").click()
    link = data.locator("#data [data-part=made] a").first
    expect(link).to_be_visible(timeout=LONG)
    with data.expect_download() as fetched:
        link.click()
    fetched.value.save_as(tmp_path / "out.parquet")
    give(data, tmp_path / "out.parquet")
    finished(data, "import-job", re.compile(r"0 new faces, \d+ already here, 0 skipped"))


def test_faba_instruct_goes_out_as_it_came(data, tmp_path):
    folder = trees.faba(tmp_path / "set", train=3, test=2, indent=4)
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, path.relative_to(folder))
    give(data, tmp_path / "set.zip")
    finished(data, "import-job", "5 new faces")
    offer = data.locator("#data [data-part=as-imported]")
    expect(offer).to_contain_text("10 entries")
    links = data.locator("#data [data-part=made] a")
    before = links.count()
    offer.get_by_role("button", name="as imported").press("Enter")
    expect(links).to_have_count(before + 1, timeout=LONG)
    expect(data.locator("#data [data-part=made]")).to_contain_text("0 of them corrected")
    with data.expect_download() as fetched:
        data.locator("#data [data-part=made] a[download*=as-imported]").click()
    fetched.value.save_as(tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert len(archive.namelist()) == 4
        for name in archive.namelist():
            assert archive.read(name) == (folder / name).read_bytes()


def test_drawn_faces_are_there_within_seconds(data):
    data.locator("#data [data-do=drawn]").click()
    finished(data, "import-job", "24 new faces")
    expect(data.locator("#data .now-bars")).to_contain_text("drawn 24")
    expect(data.locator("#data [data-do=drawn]")).to_be_hidden()


def test_a_path_that_is_not_there_is_said(data):
    data.locator("#data [name=path]").fill("/nowhere/at/all")
    data.locator("#data [data-part=path] button").click()
    expect(data.locator("#data [data-part=import-job] [role=alert]")).to_contain_text("There is nothing at")


def test_nothing_is_asked_of_another_host_and_nothing_fails(data, studio):
    assert [url for url in data.asked if not url.startswith((studio, "data:", "blob:"))] == []
    assert data.failed == []


def test_every_endpoint_refuses_other_web_sites(studio):
    for name, arguments in (("data_overview", []), ("try_drawn_faces", []), ("create_study", [{}, True])):
        body = json.dumps({"data": arguments}).encode()
        headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(f"{studio}gradio_api/run/{name}", body, headers), timeout=20)
        assert json.loads(refused.value.read())["title"] == "Not allowed"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(open_page, scheme, width):
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce")
    open_data(page)
    page.locator("#data .wishes summary").click()
    for state in ("tab", "dialog"):
        if state == "dialog":
            page.locator("#data [data-do=new-study]").click()
        assert serious(page, "#data") == [], f"{state}, {scheme}, {width} px"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
