"""What keeps a training from forgetting and from learning slips by heart: the anchor and the distrust."""

from dataclasses import replace

import pytest
import torch

from tests.model.taught import SquareExpert
from tests.train.tuning.squares import options, pictures, rows, tune
from train.errors import TrainingError
from train.tuning.answering import Answering
from train.tuning.batches import collate
from train.tuning.features import Features
from train.tuning.lessons import LessonMaker
from train.tuning.options import Options
from train.tuning.start import start


@pytest.fixture(scope="module")
def begun(taught, tmp_path_factory):
    return start(options(taught, tmp_path_factory.mktemp("begun"), dropout=0.0))


@pytest.fixture
def batch(begun, tmp_path):
    """Both answers about one face, other than the model would give them; its labels weigh 5."""
    features = Features(tmp_path, begun, SquareExpert())
    features.prepare(rows()[:2], pictures)
    maker = LessonMaker(begun.processor, template="evaluation", label_weight=5.0, max_length=2048)
    lessons = maker.lessons(rows()[:2])
    return collate(lessons, [features.entry(one.row) for one in lessons], 0)


def test_labels_that_look_like_slips_count_nothing_and_words_go_on_counting(begun, batch):
    model = Answering(begun.model).eval()
    words = replace(batch, weights=batch.weights.where(batch.weights <= 1, torch.zeros(())))
    with torch.no_grad():
        whole, doubted, only_words = model(batch), model(batch, 0.2), model(words)
        all_doubted = model(batch, 1.0)
        replayed = model(replace(batch, replayed=torch.tensor([[True]])), 1.0)
    assert only_words <= doubted < whole
    assert all_doubted == pytest.approx(float(only_words), rel=1e-5)
    assert replayed == pytest.approx(float(whole), rel=1e-5), "what is known to be right is not distrusted"


def test_an_anchor_of_the_whole_way_leaves_the_model_as_it_was(taught, tmp_path):
    still = {"schedule": "constant", "warmup": 0.0, "dropout": 0.0, "distrust": 0.0, "steps": 3}
    curve = tune(options(taught, tmp_path / "held", anchor=1.0, **still)).manifest["loss"]
    free = tune(options(taught, tmp_path / "free", anchor=0.0, **still)).manifest["loss"]
    assert curve["last"] == pytest.approx(curve["first"], rel=1e-4)
    assert free["last"] < 0.9 * free["first"]


def test_the_papers_recipe_has_neither_and_the_minis_has_both():
    paper, mini = Options().resolved(4096), Options().resolved(256)
    assert (paper.anchor, paper.distrust) == (0.0, 0.0)
    assert mini.anchor > 0 and mini.distrust > 0


def test_distrust_needs_labels_that_weigh_more_than_words():
    with pytest.raises(TrainingError, match="known by weighing more than 1"):
        Options(label_weight=1.0, distrust=0.2).resolved(256)
    assert Options(label_weight=1.0).resolved(256).distrust == 0.0
