"""studio.render: percentages, marked action units, bars, and escaping."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.facs import FABA
from studio import render


@pytest.mark.parametrize(
    "probability, shown",
    [(0.964, "96 %"), (1.0, "100 %"), (0.9999, "> 99 %"), (0.0, "0 %"), (0.001, "< 1 %"), (0.5, "50 %")],
)
def test_percentages_do_not_round_doubt_away(probability, shown):
    assert render.percent(probability) == shown


@pytest.mark.parametrize("written", ["AU12", "AU 12", "au12", "AU-12"])
def test_a_unit_is_a_button_as_it_was_written(written):
    assert f'data-au="AU12">{written}</button>' in render.mark_codes(f"the {written} acts")


def test_a_padded_code_means_the_same_unit():
    assert 'data-au="AU6">AU06</button>' in render.mark_codes("AU06")


def test_a_unit_without_a_region_stays_text():
    assert render.mark_codes("AU18 and AU99") == "AU18 and AU99"


@given(st.text())
def test_no_markup_of_a_text_survives(text):
    for markup in (render.mark_codes(text), render.rationale(text), render.rationale(text, streaming=True)):
        bare = re.sub(r'</?(button|p|ol|li|span)( (type|class|data-au|aria-hidden)="[\w ]*")*>', "", markup)
        assert "<" not in bare and ">" not in bare


def test_numbered_lines_become_a_list_between_paragraphs():
    markup = render.rationale(
        "Seen:\n1. AU6 - Cheek Raiser: up.\n2. AU12 - Lip Corner Puller: up.\nThat is all."
    )
    assert re.fullmatch(
        r"<p>.*</p><ol><li data-au=\"AU6\">.*</li><li data-au=\"AU12\">.*</li></ol><p>.*</p>", markup
    )


@pytest.mark.parametrize("text", ["One line", "1. AU4 - Brow", "Intro\n1. AU4"])
def test_the_caret_stands_at_the_end_while_streaming(text):
    markup = render.rationale(text, streaming=True)
    assert re.search(r'<span class="caret" aria-hidden="true"></span></(p|li)>(</ol>)?$', markup)


def test_small_probabilities_are_folded_and_counted():
    chances = dict.fromkeys(FABA, 0.02) | {"AU12": 0.97, "AU7": 0.38, "AU4": 0.15}
    markup = render.units_card("", ("AU12",), chances, streaming=False)
    in_view, folded = markup.split("<details>")
    assert re.findall(r'class="bar" data-au="(AU\d+)"', in_view) == ["AU12", "AU7", "AU4"]
    assert "17 more under 15 %" in folded
    assert len(re.findall(r'class="bar" data-au', folded)) == 17


def test_what_the_answer_names_is_never_folded():
    markup = render.units_card("", ("AU43",), dict.fromkeys(FABA, 0.01), streaming=False)
    assert 'data-au="AU43" data-present' in markup.split("<details>")[0]


def test_the_percentage_stands_beside_what_it_means():
    markup = render.answer_card("happiness", {"happiness": 0.96}, "Text.", streaming=False)
    assert "<h2>Happiness</h2>" in markup
    assert "96 %, shown expression, not felt emotion" in markup


def test_an_answer_without_an_emotion_says_so():
    assert "No expression named" in render.answer_card(None, {}, "Text.", streaming=False)


def test_emotions_keep_their_order_and_the_answer_is_marked():
    markup = render.emotions_card("sadness", {"happiness": 0.1, "sadness": 0.9})
    assert markup.index("happiness") < markup.index("sadness")
    assert re.findall(r'<li class="bar" data-present><span class="bar-name">(\w+)', markup) == ["sadness"]


def test_no_card_where_emotion_was_not_asked():
    assert render.emotions_card(None, {}) == ""


def test_a_card_in_progress_is_busy():
    assert 'aria-busy="true"' in render.units_card("Half", (), None, streaming=True)
