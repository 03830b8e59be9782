"""studio.charts: what is drawn is told as well, and nothing gets out of its frame."""

import re

from studio.charts import Bar, Cell, bars, line, matrix


def spans(markup):
    return [tuple(map(float, pair)) for pair in re.findall(r"--from:([\d.]+);--to:([\d.]+)", markup)]


def test_a_bar_goes_from_zero_to_its_value_and_carries_its_interval():
    drawn = bars("Shares", [Bar("AU1", 0.5, "50 %", 0.25, 0.75)], ["AU", "", "Share"])
    assert spans(drawn) == [(0, 0.5), (0.25, 0.75)] and "50 %" in drawn


def test_a_negative_value_is_drawn_to_the_left_of_zero_and_ends_at_the_edge():
    drawn = bars("Kappa", [Bar("AU1", -0.5, "-0.50", -0.9, 2.0)], ["AU", "", "Kappa"], (-0.25, 1.0))
    assert spans(drawn) == [(0, 0.2), (0, 1)]


def test_a_value_that_is_not_defined_has_no_bar_and_says_why():
    drawn = bars("Kappa", [Bar("AU1", None, "–", why="all alike")], ["AU", "", "Kappa"])
    assert spans(drawn) == [] and "all alike" in drawn


def test_a_line_is_also_a_table():
    drawn = line("Faces", [("11-20", 3), ("11-21", 12)], "faces")
    assert drawn.count("<circle") == 2 and re.search(r"11-21</th><td>12<", drawn)
    assert line("Faces", [], "faces") == ""


def test_a_matrix_has_headers_and_strengths():
    drawn = matrix("Pairs", "Label", ["a and b"], [("AU1", [Cell("0.50", 0.5)])])
    assert 'scope="row">AU1' in drawn and "--strength:0.500" in drawn


def test_names_are_escaped():
    drawn = bars("<b>", [Bar("<i>", 0, "<u>", cells=("<s>",))], ["<a>"]) + matrix(
        "<b>", "", ["<a>"], [("<i>", [])]
    )
    assert not re.search(r"<[ausb]>|<i>", drawn.replace("<b style", ""))
