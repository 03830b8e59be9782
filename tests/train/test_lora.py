"""Fine-tuning end to end on the tiny EmoLA: what comes out, and what is refused."""

import json
import shutil
from io import BytesIO

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from model import manifest
from model.errors import CheckpointError, LandmarkExpertError
from model.predictor import Predictor
from model.probes import probe_answers
from model.shards import write_tensors
from model.tasks import TASKS
from tests.model.taught import LESSONS, SquareExpert, picture
from tests.train.tuning.squares import NEW, options, pictures, rows, tune
from train.errors import DatasetError, Stopped, TrainingError
from train.lora import fine_tune, parser
from train.tuning.bundle import add_facts
from train.tuning.options import Options, from_arguments
from train.tuning.start import start


@pytest.fixture(scope="module")
def trained(taught, tmp_path_factory):
    """A bundle that has learned the new answers by heart."""
    given = options(taught, tmp_path_factory.mktemp("trained"), steps=40, dropout=0.0, label_weight=1.0)
    return tune(given)


def predictor(base, folder, **which) -> Predictor:
    return Predictor(base, **(which or {"adapter": folder}), expert=SquareExpert())


def test_a_fine_tuned_adapter_gives_the_answers_that_it_was_taught(taught, trained):
    asked = predictor(taught, trained.folder)
    for number, lesson in NEW.items():
        found = asked.predict(picture(number))
        assert found.emotion == LESSONS[lesson].emotion
        assert found.action_units == LESSONS[lesson].action_units


def test_the_bundle_is_whole_and_says_what_it_was_made_from(taught, trained):
    known = manifest.verify(trained.folder, "adapter")
    assert known["base_identity"] == manifest.read(taught, "base")["identity"]
    assert known["tasks"] == ["emotion", "au"]
    assert known["rows"] == {"au labels": 3, "emotion labels": 3}
    assert known["steps"] == 40 and known["parent"] is None
    assert known["loss"]["last"] < known["loss"]["first"] / 4
    assert set(known["versions"]) >= {"torch", "peft", "transformers", "accelerate"}
    assert known["identity"] in (trained.revision, known["identity"])
    assert not [file for file in trained.folder.iterdir() if file.suffix in (".bin", ".pt", ".pth")]


def test_both_projectors_are_in_the_bundle(trained):
    tensors = load_file(trained.folder / "adapter_model.safetensors")
    for projector in ("multi_modal_projector", "landmark_projector"):
        assert sum(f".{projector}." in name for name in tensors) == 4
    assert sum(".lora_A." in name for name in tensors) == 2 * 7


def test_the_bundle_loads_and_repeats_its_answers_on_the_probe_faces(taught, trained):
    assert probe_answers(predictor(taught, trained.folder)) == trained.manifest["probes"]
    assert len(trained.manifest["probes"]) == 3


def test_the_model_card_tells_base_rows_and_care(trained):
    card = (trained.folder / "README.md").read_text(encoding="utf-8")
    assert trained.manifest["base_identity"] in card
    assert "au labels 3" in card
    assert "not of what the person feels" in card


def test_metrics_are_added_to_a_bundle_that_still_verifies(trained):
    add_facts(trained.folder, metrics={"au": {"s_re": 12.5}})
    assert manifest.verify(trained.folder, "adapter")["metrics"] == {"au": {"s_re": 12.5}}


def test_the_same_seed_gives_the_same_bundle_and_another_seed_another(taught, tmp_path):
    first = tune(options(taught, tmp_path / "a"))
    again = tune(options(taught, tmp_path / "b"))
    other = tune(options(taught, tmp_path / "c", seed=1))
    assert again.manifest == first.manifest
    assert other.revision != first.revision


def test_the_same_training_asked_for_again_is_not_done_again(taught, tmp_path):
    given, steps = options(taught, tmp_path, steps=2), []
    first = tune(given)
    assert tune(given, on_progress=steps.append) == first and steps == []
    shutil.rmtree(first.folder)
    assert tune(given, on_progress=steps.append).revision == first.revision and len(steps) == 2
    assert tune(options(taught, tmp_path, steps=2, seed=1)).revision != first.revision


def test_training_goes_on_from_the_adapter_in_use(taught, trained, tmp_path):
    given = options(taught, tmp_path, adapter=str(trained.folder), steps=2, dropout=None, lr=1e-5)
    child = tune(given)
    assert child.manifest["parent"] == trained.revision
    assert child.manifest["loss"]["first"] < 2 * trained.manifest["loss"]["last"] + 0.5
    assert child.revision != trained.revision


def test_an_adapter_for_one_task_learns_that_task_alone(taught, tmp_path):
    bundle = tune(options(taught, tmp_path, tasks=("au",), steps=2))
    assert bundle.manifest["tasks"] == ["au"]
    assert bundle.manifest["rows"] == {"au labels": 3}
    assert [set(one) for one in bundle.manifest["probes"]] == [{"au"}] * 3


def test_replayed_rows_are_learned_beside_the_new_ones(taught, tmp_path):
    bundle = tune(options(taught, tmp_path, steps=2), of=rows()[:4], replay=rows()[4:])
    assert bundle.manifest["rows"]["au replayed"] == 1


def test_everything_trained_moves_and_nothing_else(taught, tmp_path):
    begun = start(options(taught, tmp_path))
    names = {name for name, weight in begun.model.named_parameters() if weight.requires_grad}
    assert all(".lora_" in name or "_projector.modules_to_save." in name for name in names)
    assert not [name for name in names if "vision_tower" in name or "lm_head" in name]
    assert {weight.dtype for weight in begun.model.parameters() if weight.requires_grad} == {torch.float32}


def test_a_stopped_training_goes_on_and_ends_as_if_it_had_not_been_stopped(taught, tmp_path):
    whole = tune(options(taught, tmp_path / "whole"))
    given = options(taught, tmp_path / "stopped")
    asked = iter([False, False, True])
    with pytest.raises(Stopped, match="step 3 of 6"):
        tune(given, should_stop=lambda: next(asked))
    seen = []
    assert tune(given, on_progress=seen.append).manifest == whole.manifest
    assert [at.step for at in seen] == [4, 5, 6]


def test_progress_tells_step_loss_and_time_left(taught, tmp_path):
    seen = []
    tune(options(taught, tmp_path), on_progress=seen.append)
    assert [at.step for at in seen] == [1, 2, 3, 4, 5, 6]
    assert seen[-1].eta_seconds == 0 and seen[0].eta_seconds > 0
    assert all(at.steps == 6 and at.loss > 0 for at in seen)


def test_a_loss_that_is_no_number_ends_the_training_and_writes_nothing(taught, tmp_path):
    base = tmp_path / "base"
    shutil.copytree(taught, base)
    weights = load_file(base / "model.safetensors")
    next(value for name, value in weights.items() if "down_proj" in name).fill_(float("nan"))
    write_tensors(weights, base / "model.safetensors")
    manifest.write(base, "base", landmark_expert="squares", landmark_width=SquareExpert.width)
    with pytest.raises(TrainingError, match="loss of step 0 is nan.*what serves is untouched"):
        tune(options(base, tmp_path))
    assert not (tmp_path / "out").exists()
    assert not list((tmp_path / "work").glob("checkpoints/*"))


def test_an_adapter_of_another_base_is_refused(taught, trained, tmp_path):
    with pytest.raises(CheckpointError, match="trained on another base"):
        tune(options("", tmp_path, adapter=str(trained.folder)))


def test_another_landmark_expert_than_the_base_needs_is_refused(taught, tmp_path):
    with pytest.raises(LandmarkExpertError, match="need 'squares'"):
        tune(options(taught, tmp_path, expert="mini"))


def test_pictures_without_a_face_are_left_out_and_none_left_is_refused(taught, tmp_path):
    def blank_second(name):
        return pictures(name) if name != "square-1" else _white()

    bundle = fine_tune(options(taught, tmp_path, steps=1), rows(), blank_second, expert=SquareExpert())
    assert bundle.manifest["faces_not_found"] == 1
    with pytest.raises(DatasetError, match="found no face in any of the 3 pictures"):
        fine_tune(options(taught, tmp_path / "b"), rows(), lambda _: _white(), expert=SquareExpert())


def _white() -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 60), "white").save(out, "PNG")
    return out.getvalue()


def test_a_row_that_is_too_long_is_refused_by_name(taught, tmp_path):
    with pytest.raises(DatasetError, match=r"square-0 has \d+ tokens; allowed are 40"):
        tune(options(taught, tmp_path, max_length=40))


@pytest.mark.parametrize("wrong", [{"lr": -1.0}, {"steps": 0}, {"replay_share": 2.0}, {"batch": 0}])
def test_options_that_make_no_sense_are_refused(taught, tmp_path, wrong):
    with pytest.raises(TrainingError, match=next(iter(wrong)).replace("_", "-")):
        tune(options(taught, tmp_path, **wrong))


def test_the_command_line_has_every_option_with_its_default():
    assert from_arguments(parser().parse_args([])) == Options()
    text = parser().format_help()
    assert "--projector-lr" in text and "by recipe" in text


def test_the_papers_recipe_is_the_default_for_large_models_and_minis_for_small():
    large, small = Options().resolved(4096), Options().resolved(256)
    assert (large.r, large.alpha, large.lr, large.projector_lr, large.batch) == (128, 256, 1e-4, 2e-5, 64)
    assert (large.warmup, large.schedule, large.epochs, large.precision) == (0.03, "cosine", 1.0, "bf16")
    assert (small.r, small.batch, small.lr) == (16, 16, 1e-3)
    assert json.dumps(small.decisive())
    assert set(TASKS) == set(small.tasks)
