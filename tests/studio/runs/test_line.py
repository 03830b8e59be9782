"""The picture of the history: what it joins, what it marks, and that its words are escaped."""

from studio.runs.figures import Rege, change, rege
from studio.runs.line import Point, history, loss


def point(name, value, kind="kept", asked="a", serving=False):
    return Point(name, Rege(value, value - 2, value + 2), kind, serving, asked, 1)


def test_a_rejected_candidate_is_not_joined():
    drawn = history([point("rev 1", 80), point("rev 2", 70, "rejected"), point("rev 3", 90, serving=True)])
    assert drawn.count('class="stroke"') == 1 and drawn.count("L", drawn.index('class="stroke"')) >= 1
    assert "rev 2: REGE 70.0 (95 % interval 68.0 to 72.0), rejected" in drawn
    assert "serving 90.0" in drawn


def test_other_gold_faces_part_the_line():
    drawn = history([point("1", 80), point("2", 81), point("3", 90, asked="b"), point("4", 91, asked="b")])
    assert drawn.count('class="stroke"') == 2 and drawn.count('class="fence"') == 1


def test_one_point_has_no_line_and_none_no_picture():
    assert 'class="stroke"' not in history([point("1", 80)]) and history([]) == ""


def test_names_are_escaped():
    assert "<b>" not in history([point("<b>", 80)])


def test_a_loss_falls_from_left_to_right():
    drawn = loss([[1, 3.0], [2, 0.3]], 4)
    assert 'd="M80.0 2.0L160.0 54.0"' in drawn and loss([[1, 3.0]], 4) == ""


def test_rege_has_the_interval_of_the_mean_over_the_tasks_and_none_where_the_report_has_none():
    sets = {"gold": {"candidate": 85, "current": 80, "intervals": {"candidate": [83, 87]}}}
    report = {"sets": sets}
    assert rege(report, "candidate") == Rege(85, 83, 87) and rege(report, "current") == Rege(80, None, None)
    assert rege(None, "candidate") is None and change({}) is None
