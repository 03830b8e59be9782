"""studio.annotate.page, form and windows: what the Annotate tab's HTML names, and the drawn examples."""

import base64
import io
import re

import pytest
from PIL import Image

from model.facs import ACTION_UNITS, FABA
from model.tasks import TASKS
from studio.annotate.arguments import BadArgument
from studio.annotate.exemplars import SIDE, exemplar
from studio.annotate.form import LETTERS, form
from studio.annotate.page import shell
from studio.annotate.rationale import line


def test_every_emotion_has_a_letter_of_its_own_that_no_unit_needs():
    letters = [*LETTERS.values(), "X"]
    assert set(LETTERS) == set(TASKS["emotion"].labels)
    assert len(set(letters)) == len(letters) == 8
    assert set(re.findall(r'data-key="(\w)"', form())) == set(letters)


def test_every_unit_has_one_row_in_its_half_of_the_face():
    upper, lower = form().split("Lower face", 1)
    for code in FABA:
        half = upper if ACTION_UNITS[code].region == "upper" else lower
        assert half.count(f'class="row" role="group" aria-label="{code} ') == 1
    assert form().count('class="row"') == len(FABA)


def test_a_row_offers_the_line_that_the_endpoint_offers():
    rows = dict(re.findall(r'data-au="(AU\d+)"[^>]*data-line="([^"]+)"', form()))
    assert rows == {code: line(code) for code in FABA}


def test_nothing_is_said_before_anybody_says_it():
    assert 'aria-checked="true"' not in form()
    pressed = re.findall(r'data-(\w+)="(\w+)" aria-pressed="true"', form())
    assert pressed == [("state", "absent")] * len(FABA)


def test_every_command_and_part_stands_once():
    parts = re.findall(r'data-part="([\w-]+)"', shell())
    assert len(parts) == len(set(parts))
    ids = re.findall(r'\bid="([\w-]+)"', shell())
    assert len(ids) == len(set(ids))


def test_the_page_asks_nothing_of_another_host():
    assert "http" not in shell()


def test_an_example_is_two_pictures_that_differ():
    drawn = exemplar(None, None, "AU12")
    pictures = [
        Image.open(io.BytesIO(base64.b64decode(drawn[name].split(",")[1]))) for name in ("rest", "shown")
    ]
    assert [picture.size for picture in pictures] == [(SIDE, SIDE)] * 2
    assert drawn["rest"] != drawn["shown"]


def test_there_is_an_example_of_every_unit():
    assert all(exemplar(None, None, code)["shown"].startswith("data:image/webp") for code in FABA)


@pytest.mark.parametrize("code", ["AU99", "12", None, ["AU12"]])
def test_what_has_no_example_is_refused(code):
    with pytest.raises(BadArgument, match="Drawn are: AU1"):
        exemplar(None, None, code)
