"""The whole way from seeds to weights that answer, at toy size."""

import json

import numpy as np
import pytest
import torch

from model import manifest
from model.load import load
from model.mini.faces import face
from model.mini.pretrain import main, parser
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
    assert args.out == MINI and not args.without_prior and args.device == "cpu"
