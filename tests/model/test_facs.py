"""The AU table agrees with itself and with the reference's columns."""

import re

from model.facs import ACTION_UNITS, FABA, FABA_SCORED, LIST_ORDER, PROTOTYPES, codes
from model.tasks import TASKS


def test_codes_are_unpadded_and_in_numeric_order():
    numbers = [int(code.removeprefix("AU")) for code in ACTION_UNITS]
    assert numbers == sorted(numbers)
    assert all(code == f"AU{unit.number}" == unit.code for code, unit in ACTION_UNITS.items())


def test_the_columns_are_faba_instruct_s():
    assert len(FABA) == 20 and len(FABA_SCORED) == 12
    assert set(FABA_SCORED) < set(FABA) < set(ACTION_UNITS)
    assert TASKS["au"].labels == FABA


def test_prototypes_use_known_labels():
    assert set(PROTOTYPES) == set(TASKS["emotion"].labels) - {"neutral"}
    assert all(unit in FABA for units in PROTOTYPES.values() for unit in units)
    assert PROTOTYPES["happiness"] == codes(6, 12)


def test_every_au_is_described_by_one_sentence_that_names_no_code():
    for unit in ACTION_UNITS.values():
        assert re.fullmatch(r"The [a-z ]+\.", unit.description), unit.description
        assert unit.region in ("upper", "lower") and unit.name.istitle() and unit.plain.islower()


def test_lists_go_down_the_face_with_closed_eyes_among_the_eyes():
    assert LIST_ORDER.index("AU43") == LIST_ORDER.index("AU7") + 1
    assert LIST_ORDER[-1] == "AU17"
