"""A study's numbers: what is counted, what the page and the files say, and that no doubt is lost."""

import csv
import io
import json
import re

import pytest

from studio.annotate.arguments import BadArgument
from studio.review.dashboard import review_numbers, review_numbers_file
from studio.review.measure import Measure
from studio.review.numbers import numbers
from studio.review.quality import quality
from studio.review.report import report
from studio.review.study import needed_study
from studio.review.study_agreement import agreement
from tests.browser.reviewed import STUDY
from tests.studio.review.test_cases import decide


def found_in(work):
    with work.database.reads.begin() as session:
        return numbers(session, needed_study(session, STUDY))


def text_of(markup):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))


def test_progress_people_and_labels_are_counted(filled):
    found = found_in(filled[0])
    assert found["progress"]["states"] == {"full": 11, "started": 1, "check": 2}
    assert [(one["name"], one["done"], one["skipped"]) for one in found["people"]] == [
        ("ann", 14, 0),
        ("bob", 14, 0),
        ("cy", 13, 1),
    ]
    assert sum(number for _, number in found["throughput"]["day"]["all"]) == 42
    emotions = {one["name"]: round(one["share"].value * one["share"].n) for one in found["labels"]["emotion"]}
    assert emotions["surprise"] == 8 and emotions["fear"] == 0


def test_checks_measure_annotators_with_an_interval(filled):
    ann, bob, cy = found_in(filled[0])["people"]
    assert ann["checks"] == bob["checks"] == cy["checks"] == 2
    assert ann["emotion"].value == 1 and cy["emotion"].value == 0.5
    assert cy["emotion"].low < 0.1 and cy["emotion"].high > 0.9
    assert ann["units"].value == 1 and bob["units"].value < 1


def test_agreement_is_told_by_label_pair_and_set(filled):
    found = found_in(filled[0])["agreement"]
    labels = {one["name"]: one for one in found["labels"]}
    assert labels["AU12"]["fleiss"].value == 1 and labels["AU17"]["fleiss"].value < 0
    assert labels["AU27"]["fleiss"].value is None and labels["AU27"]["fleiss"].why
    assert labels["emotion"]["prevalence"] is None and 0 < labels["AU12"]["prevalence"] < 1
    assert [pair["people"] for pair in found["pairs"]] == [["ann", "bob"], ["ann", "cy"], ["bob", "cy"]]
    assert labels["emotion"]["cohen"][0].value == 1 and labels["emotion"]["cohen"][1].value < 1
    assert 0.5 < found["sets"]["emotion"].value < found["sets"]["au"].value < 1
    assert 0.9 < found["sets"]["intensity"].value < 1
    assert {unit["name"]: unit["annotators"] for unit in found["intensity"]}["AU12"] == 3


def test_corrections_say_which_way(filled):
    corrections = found_in(filled[0])["corrections"]
    units = {one["name"]: (one["added"], one["removed"]) for one in corrections["au"]}
    assert units["AU17"] == (5, 0) and units["AU14"] == (5, 0) and units["AU12"] == (0, 0)
    assert {"model": "happiness", "said": "neutral", "number": 3} in corrections["emotion"]


def test_nobodys_answers_have_no_agreement_and_say_why():
    found = agreement([], ("emotion", "au"), {})
    assert found["labels"] == found["pairs"] == [] and found["sets"]["au"].value is None


def test_quality_without_checks_is_none_and_says_so():
    assert quality([], ("emotion", "au"))["emotion"] == Measure(
        None, why="no gold face was slipped in to them yet"
    )


def test_the_page_has_every_card_with_its_meaning_and_no_nan(filled):
    work, person, _ = filled
    shown = review_numbers(work, person, STUDY)["html"]
    words = text_of(shown)
    for title in (
        "Progress",
        "Faces a day",
        "Annotators",
        "Krippendorff",
        "Agreement by label",
        "Cohen",
        "ICC(2,1)",
    ):
        assert title in words
    assert shown.count("What is this?") == shown.count("<section") >= 10
    assert "nan" not in words.lower() and "None" not in words


def test_an_empty_study_says_what_to_do(work):
    from db.studies import default_study

    with work.database.sessions.begin() as session:
        default_study(session)
    words = text_of(review_numbers(work, work.people.who(None))["html"])
    assert "Nobody was given a face yet" in words and "overlap of 2 or more" in words and "nan" not in words


def test_names_are_shown_as_text(filled):
    work, _, _ = filled
    found = found_in(work)
    found["people"][0]["name"] = "<img src=x>"
    assert "<img" not in report(found) and "&lt;img" in report(found)


def test_the_numbers_are_kept_until_something_is_decided(filled):
    work, person, _ = filled
    first = review_numbers(work, person, STUDY)
    assert review_numbers(work, person, STUDY) == first
    decide(filled)
    assert "3 with a gold label" in text_of(review_numbers(work, person, STUDY)["html"])


def test_files_hold_the_same_numbers(filled):
    work, person, _ = filled
    as_json = review_numbers_file(work, person, STUDY, "json")
    found = json.loads(as_json["text"])
    assert as_json["name"] == "pilot-2-numbers.json"
    emotion = found["agreement"]["labels"][0]
    rows = list(csv.DictReader(io.StringIO(review_numbers_file(work, person, STUDY, "csv")["text"])))
    (row,) = [one for one in rows if one["of"] == "labels / emotion" and one["number"] == "fleiss"]
    assert float(row["value"]) == pytest.approx(emotion["fleiss"]["value"])
    assert float(row["low"]) == pytest.approx(emotion["fleiss"]["low"])
    with pytest.raises(BadArgument, match="csv or json"):
        review_numbers_file(work, person, STUDY, "xml")
