"""studio.page: the quiet parts."""

import re
from pathlib import Path

from studio import page

ROOT = Path(__file__).resolve().parents[2]


def text_of(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", markup))


def test_the_way_to_the_weights_is_in_the_readme():
    file, anchor = page.HOW_TO.split("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert anchor in {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


def test_faces_are_counted():
    assert "1 face found · 0.14 s" in page.status_line(1, 0.14)
    assert "3 faces found" in page.status_line(3, None)


def test_a_single_face_has_no_strip_and_several_say_which_is_chosen():
    assert page.face_strip(["a"], 0) == ""
    assert page.face_strip(["a", "b"], 1).count('aria-pressed="true"') == 1


def test_the_note_names_the_ceiling_and_the_law():
    note = text_of(page.note())
    assert "about 60 %" in note and "EU AI Act" in note and "Art. 5(1)(f)" in note and "Art. 50" in note


def test_every_endpoint_is_named_where_the_page_explains_the_api():
    note = text_of(page.note())
    assert all(name in note for name in ("/predict", "/stream", "/faces", "/model"))
