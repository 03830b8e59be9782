"""studio.people.admission: who of the hub comes in by the settings' lists, and as what."""

import pytest

from studio.people.admission import Admission, AdmissionUnclear
from studio.people.huggingface import Login


def admission(admins="", reviewers="", annotators="") -> Admission:
    return Admission({"hub_admins": admins, "hub_reviewers": reviewers, "hub_annotators": annotators})


def login(name="ana", **organisations: str) -> Login:
    return Login("id", name, organisations, 3600)


def test_nobody_comes_in_where_nobody_is_named():
    assert admission().role_of(login(lab="admin")) is None


@pytest.mark.parametrize(
    "name, role", [("ana", "annotator"), ("ben", "reviewer"), ("cy", "admin"), ("di", None)]
)
def test_a_person_comes_in_by_name(name, role):
    assert admission("cy", " ben , cy", "ana,ben, ,cy").role_of(login(name)) == role


@pytest.mark.parametrize("there", ["", "read", "contributor", "write", "admin", "something new"])
def test_every_member_of_an_organisation_comes_in_by_its_name(there):
    assert admission(annotators="lab").role_of(login(lab=there)) == "annotator"
    assert admission(reviewers="lab").role_of(login(lab=there)) == "reviewer"
    assert admission(annotators="lab").role_of(login(labs=there)) is None


@pytest.mark.parametrize(
    "there, comes_in",
    [("", False), ("read", False), ("contributor", False), ("write", True), ("admin", True)],
)
def test_a_role_in_an_organisation_can_be_asked_for(there, comes_in):
    assert (admission(annotators="lab:write").role_of(login(lab=there)) is not None) == comes_in


@pytest.mark.parametrize("there, role", [("admin", "admin"), ("write", "annotator"), ("", "annotator")])
def test_of_an_organisation_that_owns_a_space_only_its_admins_are_admins(there, role):
    assert admission("lab", annotators="lab").role_of(login(lab=there)) == role
    assert admission("lab:write").role_of(login(lab="write")) == "admin"


def test_names_count_as_they_are_spelt():
    for other in ("Ana", "ana ", "an", "ana-k", "аna"):  # the last begins with a Cyrillic letter
        assert admission("ana").role_of(login(other)) is None


@pytest.mark.parametrize("text", ["ana ben", "lab:owner", "lab:", "@ana", "ana;ben", "https://hub.co/ana"])
def test_a_list_that_cannot_be_understood_is_refused(text):
    with pytest.raises(AdmissionUnclear, match="EMOLA_HUB_REVIEWERS holds"):
        admission(reviewers=text)


def test_the_mark_changes_with_the_lists_and_with_the_app():
    marks = {
        admission().mark("app"),
        admission().mark("other app"),
        admission("ana").mark("app"),
        admission("ben").mark("app"),
        admission(reviewers="ana").mark("app"),
        admission(reviewers="ana:admin").mark("app"),
    }
    assert len(marks) == 6
    assert admission("ben, ana").mark("app") == admission("ana,ben,ana").mark("app")
