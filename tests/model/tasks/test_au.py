"""What the AU task reads out of texts, and that it reads back what it writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.facs import ACTION_UNITS, FABA, LIST_ORDER, codes
from model.tasks import TASKS, ActionUnits

AU = TASKS["au"]
SETS = st.sets(st.sampled_from(FABA))
MANNERS = (
    "AU12",
    "AU 12",
    "au12",
    "Au12",
    "AU012",
    "AU-12",
    "AU_12",
    "AU #12",
    "AU: 12",
    "A.U. 12",
    "AU(12)",
    "[AU12]",
)
MORE_MANNERS = (
    "**AU12**",
    "Action Unit 12",
    "action units 12",
    "Action-Unit 12",
    "AU12C",
    "AU12 (C)",
    "AUL12",
    "AU１２",
)


def read(text: str) -> str:
    return " ".join(label.removeprefix("AU") for label in AU.parse(text))


@pytest.mark.parametrize("code", MANNERS + MORE_MANNERS)
def test_a_code_is_read_however_it_is_written(code):
    assert read(f"The face shows {code}.") == "12"
    assert read(code) == "12"


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("AU1+2", "1 2"),
        ("AU12+25", "12 25"),
        ("AU1 + 2", "1 2"),
        ("AU1+AU2+AU4", "1 2 4"),
        ("AU12C+25B", "12 25"),
        ("AU1/AU2", "1 2"),
        ("AU6 & AU12", "6 12"),
        ("AU1-2", "1 2"),
        ("AU25-26", "25 26"),
        ("AU-12/AU-25", "12 25"),
        ("AU12AU25", "12 25"),
        ("AU6,12", "6 12"),
        ("AU6, 12, 25", "6 12 25"),
        ("AU 1, AU 2, and AU 5", "1 2 5"),
        ("action units 1, 2 and 4", "1 2 4"),
        ("AUs: 1, 2", "1 2"),
        ("AUs 1 2 4", "1 2 4"),
        ("AUs present: 1, 2", "1 2"),
        ("The AUs are 1, 2 and 4.", "1 2 4"),
        ("AUs 12 and 25 are shown", "12 25"),
        ("AU4, 2. AU6", "4 6"),
        ("AU4 and AU7. AU12 is clear.", "4 7 12"),
        ("AUs: 1. AU4 2. AU6", "4 6"),
        ("1, 2, 25", "1 2 25"),
        ("12", "12"),
    ],
)
def test_several_codes_are_read_however_they_are_joined(text, wanted):
    assert read(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "none",
        "25 years",
        "AU100 AU0 AU13 AU1212",
        "The nose is wrinkled.",
        "1. Brow\n2. Lips",
        "AU",
        "caution 12 steps",
    ],
)
def test_numbers_that_are_no_codes_are_not_read(text):
    assert read(text) == ""


def test_counting_words_do_not_go_on_with_a_list():
    assert read("AU12 and 2 deep folds") == "12"


@pytest.mark.parametrize(
    "text",
    [
        "no AU4",
        "not AU1+2",
        "No AU1, AU2 or AU4.",
        "neither AU1 nor AU2",
        "neither AU1, AU2, nor AU4",
        "without AU12",
        "without AU12, AU6, or AU7 the face is still",
        "AU4 is not present",
        "AU4 isn't visible",
        "AU4 isn’t present",
        "AU4 is absent",
        "AU4 (absent)",
        "AU4 (Brow Lowerer) is not present",
        "AU4 does not appear",
        "AU4 is neither present nor active",
        "AU4 can't be coded",
        "AU12 is lacking",
        "AU12 seems absent",
        "AU12, AU4 are absent",
        "AU1 and AU2 are both absent",
        "AUs 1 and 2 are absent",
        "All of AU1, AU2 and AU4 are inactive.",
        "AU9's absence is clear",
        "AU17 - Chin Raiser: no movement",
        "2. AU7 - Lid Tightener: not present.",
        "AU2=0",
        "AU2: no",
        "Absent: AU1, AU2.",
        "The face doesn't show AU4.",
        "There isn't any AU4.",
        "There is no evidence that AU4 is active.",
        "There is no AU4 or 7.",
        "I do not think AU4 is present",
        "Nothing suggests AU4.",
        "fails to show AU12",
        "a lack of AU12",
        "no smile (AU12)",
        "no tension in the brows (AU4)",
        "no sign of AU1 or 2",
        "AU4 would lower the brows",
        "AU4 was considered, but AU4 is absent",
        "AU24 never appears.",
        "AU5 is hardly likely.",
        "AU25 therefore not.",
        "No AU12, nor is there AU6.",
        "AU4 is not among the units shown.",
        "not AU1 and not AU2",
    ],
)
def test_what_a_text_denies_is_not_read(text):
    assert read(text) == ""


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("AU4 is absent, but AU12 is clear", "12"),
        ("AU12 but no AU6", "12"),
        ("AU12 without AU6", "12"),
        ("AU12 (but not AU6)", "12"),
        ("AU12 (no AU6)", "12"),
        ("AU1, not AU2", "1"),
        ("AU1 and not AU2, AU4", "1"),
        ("No AU1, AU2 or AU4 is visible, but AU25 is.", "25"),
        ("No AU1, no AU2, AU4 present", "4"),
        ("Without AU12, AU6 is present", "6"),
        ("without AU12 or AU6 being present, AU4 is active", "4"),
        ("In the absence of AU6, AU12 looks posed", "12"),
        ("The absence of AU6 suggests AU12 is posed", "12"),
        ("AU12, AU4 is absent", "12"),
        ("AU1, AU2 present; AU4, AU5 absent", "1 2"),
        ("AU1+2 absent, AU4 present", "4"),
        ("AU1 is present, AU2 is not, AU4 is.", "1 4"),
        ("AU12 is visible and AU4 is not.", "12"),
        ("AU4 cannot be seen, AU7 can", "7"),
        ("AU4 and AU7 are not present, whereas AU12 is", "12"),
        ("While AU1 is missing, AU2 is not missing", "2"),
        ("AU4, which is not present, and AU6", "6"),
        ("Absent: AU1, AU2. Present: AU4.", "4"),
        ("AU4: absent\nAU12: present", "12"),
        ("1) AU4: no\n2) AU6: yes", "6"),
        ("AU1=1, AU2=0", "1"),
        ("not AU4 but AU7", "7"),
        ("This is not AU4, it is AU7", "7"),
        ("AU12 rather than AU14", "12"),
        ("instead of AU14, the face shows AU12", "12"),
        ("It lacks AU6, yet AU12 is there", "12"),
        ("No smile, AU15 is seen", "15"),
        ("Instead of AU9, AU10 raises the lip.", "10"),
        ("Not AU14: rather AU12 with AU6.", "6 12"),
        ("Other than AU17 nothing is active.", "17"),
        ("Except for AU12, no unit is active.", "12"),
    ],
)
def test_a_denial_ends_where_its_scope_ends(text, wanted):
    assert read(text) == wanted


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("not only AU12 but also AU6", "6 12"),
        ("It isn't only AU12", "12"),
        ("AU25 and not only AU26", "25 26"),
        ("AU12 is not only present, but strong", "12"),
        ("AU4 is not strong", "4"),
        ("AU4 is hardly visible", "4"),
        ("AU4 is not absent", "4"),
        ("No action units except AU12", "12"),
        ("no AUs other than AU12", "12"),
        ("nothing but AU12", "12"),
        ("no doubt AU12", "12"),
        ("can't miss AU12", "12"),
        ("nose AU9", "9"),
        ("annoyed AU4. noticeable AU7", "4 7"),
        ("The nose is not wrinkled and AU12 is present", "12"),
        ("The eyes do not close fully because of AU5", "5"),
    ],
)
def test_words_that_look_like_a_denial_deny_nothing(text, wanted):
    assert read(text) == wanted


@given(SETS)
def test_what_is_written_is_read_back(units):
    assert AU.parse(AU.format(units)) == tuple(unit for unit in FABA if unit in units)


@given(SETS, st.text())
def test_a_description_without_codes_changes_nothing(units, text):
    seen = {unit: "The skin moves there." for unit in units}
    assert set(AU.parse(AU.format(units, seen, closing="Shown, not felt."))) == units


@given(st.text() | st.text(alphabet="AUau 0123456789+-,./()not\n"))
def test_any_text_can_be_read(text):
    found = AU.parse(text)
    assert set(found) <= set(FABA) and list(found) == sorted(found, key=FABA.index)


@given(st.text(alphabet="AU 12345\n.:,nobut") | SETS.map(AU.format))
def test_slots_hold_what_is_read_and_put_every_label(text):
    slots = AU.slots(text)
    written = [slot.written for slot in slots if slot.written]
    assert len(set(written)) == len(written) and set(written) <= set(AU.parse(text))
    assert slots[-1].written is None
    assert all(set(slot.continuations) == set(FABA) for slot in slots)


@given(SETS)
def test_a_list_has_a_slot_for_each_item_and_one_for_its_end(units):
    slots = AU.slots(AU.format(units))
    assert [slot.written for slot in slots[:-1]] == [unit for unit in LIST_ORDER if unit in units]
    text = AU.format(units)
    for slot in slots[:-1]:
        assert text.startswith(slot.prefix + slot.continuations[slot.written][0] + " ")


def test_the_end_of_a_list_and_an_empty_one_offer_the_next_number():
    end = AU.slots("Seen:\n1. AU4 - Brow Lowerer: Low.\nShown, not felt.")[-1]
    assert (end.prefix, end.continuations["AU7"]) == ("Seen:\n1. AU4 - Brow Lowerer: Low.", ("\n2. AU7",))
    (only,) = AU.slots("This face shows the following action units: none.\nAll at rest.")
    assert (only.prefix, only.continuations["AU7"]) == (
        "This face shows the following action units:",
        ("\n1. AU7",),
    )


def test_codes_in_a_sentence_have_slots_too():
    first, second, end = AU.slots("The face shows AU12 and AU6.")
    assert (first.prefix, first.written, second.prefix, second.written) == (
        "The face shows", "AU12", "The face shows AU12 and", "AU6",
    )  # fmt: skip
    assert (end.prefix, end.continuations["AU1"]) == ("The face shows AU12 and AU6", (", AU1",))


def test_other_label_sets_have_their_own_columns():
    gft = ActionUnits(codes(1, 12, 18))
    assert gft.parse("AU12, AU18 and AU25") == ("AU12", "AU18")
    assert AU.parse("AU18") == ()


def test_an_unknown_label_cannot_be_written():
    with pytest.raises(ValueError, match="AU99"):
        AU.format(["AU99"])


def test_the_list_order_holds_every_au_once():
    assert sorted(LIST_ORDER) == sorted(ACTION_UNITS)
