"""studio.top_line: which model answers, what it is good for, and who asks."""

import re

import pytest

from studio import top_line
from studio.page import ModelStatus
from studio.people.person import Person

MINI = ModelStatus("mini", "revision 12ab34c", "CPU", demonstration=True)
EMOLA = ModelStatus("emola", "", "CUDA", demonstration=False)


def text_of(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", markup))


def chips(status=MINI, person=None, accounts=True) -> str:
    return top_line.chips(status, person, accounts=accounts)


def test_it_says_that_mini_is_a_demonstration_and_how_to_load_emola():
    assert top_line.NOTICE in text_of(chips())
    assert 'data-opens="settings">load EmoLA weights</a>' in chips()


def test_the_whole_notice_is_told_where_only_its_short_form_is_seen():
    assert f'title="{top_line.NOTICE}"' in chips()
    assert f'aria-label="{top_line.NOTICE}">demo model</a>' in chips()


def test_other_models_carry_no_such_notice():
    assert "demonstration" not in chips(EMOLA) and "emola · CUDA" in text_of(chips(EMOLA))


def test_a_visitor_is_offered_to_sign_in():
    assert '<a class="chip chip-who" id="who" data-role="visitor" href="./sign-in">Sign in</a>' in chips()


@pytest.mark.parametrize("role", ["annotator", "reviewer", "admin"])
def test_who_is_signed_in_is_named_with_the_role(role):
    markup = chips(person=Person(7, "mk", role))
    assert f"Who you are: mk {role}" in text_of(markup) and f'data-role="{role}"' in markup


def test_who_vouches_for_somebody_is_named_too():
    assert "mk annotator · Hugging Face" in text_of(chips(person=Person(7, "mk", "annotator", "huggingface")))


def test_without_accounts_it_is_you_on_this_computer():
    markup = chips(person=Person(1, "local", "admin"), accounts=False)
    assert (
        "you on this computer" in text_of(markup) and "local" not in markup and 'data-role="admin"' in markup
    )


def test_names_are_escaped():
    status = ModelStatus("<i>", "", "CPU", demonstration=False)
    markup = chips(status, Person(1, '<b>"x"</b>', "admin"))
    assert "<i>" not in markup and '"x"' not in markup and "&lt;b&gt;" in markup


def test_the_annotate_tab_finds_its_places():
    assert [place in top_line.places() for place in ("top-study", "top-progress", "top-saved")] == [True] * 3


def test_a_disk_that_forgets_is_told_with_what_to_do():
    assert "top-disk" not in top_line.places()
    said = text_of(top_line.places(forgets=True))
    assert "not kept after a restart" in said and "EMOLA_HUB_DATA" in said and "HF_TOKEN" in said
