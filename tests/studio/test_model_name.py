"""What the model that gave an answer is called."""

import pytest

from model import manifest
from model.predictor import MINI
from studio.model_name import model_name

MINIS = manifest.read(MINI, "base")["identity"]


@pytest.mark.parametrize(
    ("revisions", "name"),
    [
        ({"base": MINIS, "adapter_au": None, "expert": "mini-1"}, "mini"),
        ({"base": MINIS, "adapter_emotion": "b" * 64, "adapter_au": "a" * 64}, "mini aaaaaaa"),
        ({"base": "c" * 64}, "model ccccccc"),
        ({"base": "owner/emola-7b@0123456789abcdef"}, "emola-7b"),
        ({"base": "/weights/au/base/"}, "base"),
        ({"base": None}, "model"),
    ],
)
def test_a_model_is_called_by_what_people_know_of_it(revisions, name):
    assert model_name(revisions) == name
