"""The whole way from seeds to weights that answer, at toy size."""

import json

import numpy as np
import pytest
import torch

from model import manifest
from model.load import load
from model.mini.faces import face
from model.mini.fresh import fresh_config, fresh_model
from model.mini.pretrain import blindfold, main, parser
from model.predict import MINI, Predictor
from model.tasks import TASKS


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of weights that the command wrote."""
    folder = tmp_path_factory.mktemp("pretrain")
    threads = torch.get_num_threads()
    sizes = "--faces 64 --checked 4 --eye-steps 2 --speech-steps 2 --threads 1"
    main(parser().parse_args([*sizes.split(), "--out", f"{folder}/out", "--work", f"{folder}/work"]))
    torch.set_num_threads(threads)
    return folder / "out"


def test_it_leaves_a_folder_that_loads_in_half_precision(made):
    model, processor = load(made)
    assert model.config.landmark_expert == processor.landmark_expert == "mini"
    assert (made / "model.safetensors").stat().st_size < 2.2 * sum(p.numel() for p in model.parameters())
    assert manifest.verify(made, "base")["landmark_width"] == 136


def test_it_calibrates_both_tasks(made):
    assert set(json.loads((made / "calibration.json").read_text())) == set(TASKS)


def test_what_it_made_answers(made):
    prediction = Predictor(made, max_new_tokens=24).predict(face("test", 0).picture)
    assert set(prediction.rationales) == set(TASKS)
    assert np.isclose(sum(prediction.emotion_probabilities.values()), 1)
    assert len(prediction.au_probabilities) == 20


def test_each_stage_is_kept_so_that_a_killed_command_goes_on(made):
    work = made.parent / "work"
    assert {path.name for path in work.glob("*.pt")} == {"eyes.pt", "speech.pt"}
    assert list(work.glob("train-64-*.npz")) and list(work.glob("validation-4-*.npz"))


def test_the_defaults_make_the_shipped_weights():
    args = parser().parse_args([])
    assert args.out == MINI and not args.without_prior and not args.without_picture and args.device == "cpu"


def test_a_blindfolded_model_is_told_nothing_by_a_picture(tokenizer):
    model = fresh_model(fresh_config(tokenizer))
    blindfold(model)
    landmarks = torch.randn(2, 136)
    here, there = (
        torch.stack(
            model.model.get_image_features(torch.randn(2, 3, 16, 16), landmarks=landmarks).pooler_output
        )
        for _ in range(2)
    )
    assert torch.equal(here, there) and not torch.equal(here[0, -1], here[1, -1])
    assert not model.model.multi_modal_projector.linear_2.weight.requires_grad


def test_the_twin_without_a_picture_stays_blind_and_keeps_its_own_checkpoints(made, tmp_path):
    work = made.parent / "work"
    sizes = "--faces 64 --checked 4 --eye-steps 2 --speech-steps 2 --threads 1"
    threads = torch.get_num_threads()
    main(
        parser().parse_args(
            [*sizes.split(), "--without-picture", "--out", f"{tmp_path}", "--work", str(work)]
        )
    )
    torch.set_num_threads(threads)
    model, _ = load(tmp_path)
    assert not model.model.multi_modal_projector.linear_2.weight.any()
    assert {path.name for path in (work / "without-picture").iterdir()} == {"eyes.pt", "speech.pt"}
