"""studio.serving and studio.model_panel: which model answers, and changing it."""

import pytest

from model.errors import CheckpointError
from studio.model_panel import load
from studio.serve import build_predictor
from studio.serving import Choice, Serving
from tests.studio.fake import FakePredictor


def build(choice: Choice) -> FakePredictor:
    if choice.base == "broken":
        raise CheckpointError("broken <has> no config.json. Give a converted folder.")
    if choice.base == "bug":
        raise RuntimeError("internal")
    return FakePredictor()


@pytest.fixture
def serving() -> Serving:
    return Serving(build, Choice())


def test_mini_is_a_demonstration_and_says_its_revision(serving):
    assert serving.status.demonstration and serving.status.name == "mini"
    assert serving.status.revision == "revision 0123456"


def test_another_base_is_named_by_the_end_of_its_path(serving):
    status = serving.load(Choice(base=" /models/emola-7b/ ", device="cuda"))
    assert (status.name, status.device, status.demonstration) == ("models/emola-7b", "CUDA", False)


def test_a_model_that_cannot_be_loaded_changes_nothing(serving):
    before = serving.predictor
    with pytest.raises(CheckpointError):
        serving.load(Choice(base="broken"))
    assert serving.predictor is before and serving.choice == Choice()


def test_loading_says_that_it_is_done(serving):
    *_, last = load(serving, Choice(base="/models/emola"))
    assert 'data-state="done"' in last and "models/emola answers now" in last


def test_loading_says_our_error_escaped_and_that_the_model_before_stays(serving):
    *_, last = load(serving, Choice(base="broken"))
    assert 'role="alert"' in last and "broken &lt;has&gt; no config.json" in last
    assert "goes on answering" in last


def test_errors_that_are_not_ours_stay_in_the_log(serving, caplog):
    *_, last = load(serving, Choice(base="bug"))
    assert "RuntimeError" in last and "internal" not in last
    assert "internal" in caplog.text


@pytest.mark.parametrize(
    "choice, given",
    [
        (Choice(), {}),
        (Choice(base="b", adapter_au="a"), {"base": "b", "adapter_au": "a"}),
        (Choice(expert_model="2d106det.onnx"), {}),
        (
            Choice(base="b", expert_model="2d106det.onnx"),
            {"base": "b", "expert_options": {"model_path": "2d106det.onnx"}},
        ),
        (
            Choice(expert="insightface_106", expert_model="m"),
            {"expert": "insightface_106", "expert_options": {"model_path": "m"}},
        ),
        (Choice(expert="mini", base="b", expert_model="m"), {"expert": "mini", "base": "b"}),
    ],
)
def test_a_choice_gives_the_predictor_only_what_was_chosen(choice, given):
    assert build_predictor(dict, choice) == {"device": "cpu", "dtype": "float32", **given}
