"""studio.people.guard: a function's handler takes the request, checks the role, and tells our errors."""

import inspect
from types import SimpleNamespace

import gradio as gr
import pytest

from db import sign_ins
from model.errors import EmolaError
from studio.people.guard import guarded
from studio.people.identify import COOKIE
from studio.people.person import VISITOR, Person
from studio.workplace import Workplace


def greet(work: Workplace, person: Person | None, word: str, times: int = 1) -> list[str]:
    """Say a word."""
    return [f"{word} {person.name if person else 'visitor'}"] * times


def count(work: Workplace, person: Person, to: int):
    yield from range(to)


def fail(work: Workplace, person: Person | None) -> None:
    raise EmolaError("No <face> here.")


@pytest.fixture
def request_of(work, add):
    """Makes the request of somebody with a role; of nobody where there is none."""

    def request_of_(role: str | None = None, **headers):
        if role:
            row = add(role.title(), role)
            with work.database.sessions.begin() as session:
                headers["cookie"] = f"{COOKIE}={sign_ins.sign_in(session, row.id)}"
        return SimpleNamespace(headers=headers)

    return request_of_


@pytest.mark.parametrize(
    "role, asker", [("annotator", "annotator"), ("annotator", "admin"), ("admin", "admin")]
)
def test_who_has_the_role_or_more_is_answered(work, request_of, role, asker):
    assert guarded(work, role, greet)(request_of(asker), "hello", times=2) == [f"hello {asker.title()}"] * 2


def test_visitors_are_answered_where_it_is_open_and_people_by_their_name(work, request_of):
    handler = guarded(work, VISITOR, greet)
    assert handler(request_of(), "hello") == ["hello visitor"]
    assert handler(request_of("reviewer"), "hello") == ["hello Reviewer"]


def test_nobody_is_asked_to_sign_in_before_anything_is_done(work, request_of):
    with pytest.raises(gr.Error) as raised:
        guarded(work, "annotator", fail)(request_of())
    assert raised.value.title == "Sign in" and "What you have typed stays" in raised.value.message


def test_less_than_the_role_is_refused_with_both_named(work, request_of):
    with pytest.raises(gr.Error, match="you need the role admin; Reviewer is reviewer") as raised:
        guarded(work, "admin", greet)(request_of("reviewer"), "hello")
    assert raised.value.title == "Not allowed"


def test_another_web_site_is_told_so(work, request_of):
    with pytest.raises(gr.Error, match="another web site"):
        guarded(work, "annotator", greet)(
            request_of("admin", origin="https://evil.org", host="studio.org"), "hello"
        )


def test_a_generator_stays_one_and_checks_when_it_is_read(work, request_of):
    handler = guarded(work, "annotator", count)
    assert inspect.isgeneratorfunction(handler)
    assert list(handler(request_of("annotator"), 3)) == [0, 1, 2]
    with pytest.raises(gr.Error):
        next(handler(request_of(), 3))


def test_our_errors_are_told_escaped(work, request_of):
    with pytest.raises(gr.Error, match="No &lt;face&gt; here"):
        guarded(work, VISITOR, fail)(request_of())


def test_gradio_sees_the_functions_own_arguments_and_types(work):
    handler = guarded(work, VISITOR, greet)
    assert list(inspect.signature(handler).parameters) == ["request", "word", "times"]
    assert handler.__annotations__["request"] is gr.Request and handler.__annotations__["times"] is int
    assert handler.__doc__ == "Say a word." and handler.role == VISITOR
