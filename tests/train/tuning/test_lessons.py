"""What is learned of a row: the answer, seen as if it were asked alone, and nothing else."""

import pytest
import torch

from model.conversation import evaluation_prompt
from model.emola import EmolaProcessor
from model.load import load
from model.tasks import TASKS
from model.tokens import IGNORED
from tests.train.tuning.squares import options, pictures, rows
from train.tuning.answering import Answering
from train.tuning.batches import collate
from train.tuning.features import Features, tower_vectors
from train.tuning.lessons import LessonMaker
from train.tuning.start import start


@pytest.fixture(scope="module")
def begun(taught, tmp_path_factory):
    return start(options(taught, tmp_path_factory.mktemp("begun"), dropout=0.0))


def maker(processor, **more) -> LessonMaker:
    return LessonMaker(
        processor, **{"template": "evaluation", "label_weight": 1.0, "max_length": 2048, **more}
    )


def learned_text(processor: EmolaProcessor, lesson) -> str:
    return processor.tokenizer.decode([token for token in lesson.targets if token != IGNORED])


def test_only_the_answers_and_their_ends_are_learned(begun):
    (lesson,) = maker(begun.processor).lessons(rows()[:2])
    first, second = rows()[:2]
    assert learned_text(begun.processor, lesson) == f" {first.answer}</s> {second.answer}</s>"
    assert all(
        weight == 0 for weight, target in zip(lesson.weights, lesson.targets, strict=True) if target < 0
    )


def test_the_prompt_is_the_one_of_evaluation_token_for_token(begun):
    (lesson,) = maker(begun.processor).lessons(rows()[:1])
    prompt = begun.processor.encode(evaluation_prompt(TASKS["emotion"].question))
    expanded = begun.processor.expand(torch.tensor([prompt]))["input_ids"][0].tolist()
    assert lesson.ids[: len(expanded)] == expanded


def test_the_authors_template_is_that_of_the_processors_training_conversations(begun):
    (lesson,) = maker(begun.processor, template="training").lessons(rows()[:1])
    told = begun.processor.encode_conversation(rows()[0].conversation())
    assert lesson.ids == told["input_ids"]
    assert lesson.targets == [*told["labels"][1:], IGNORED]


def test_tokens_that_decide_a_label_weigh_more(begun):
    row = next(row for row in rows() if row.task == "au" and "AU6" in row.answer)
    (lesson,) = maker(begun.processor, label_weight=5.0).lessons([row])
    heavy = begun.processor.tokenizer.decode(
        [target for target, weight in zip(lesson.targets, lesson.weights, strict=True) if weight == 5.0]
    )
    assert all(code in heavy.replace(" ", "") for code in ("AU6", "AU12", "AU25"))
    assert "narrow" not in heavy


def test_what_nobody_said_is_not_learned(begun):
    from dataclasses import replace

    row = rows()[0]
    start_of = row.answer.index("happiness") if "happiness" in row.answer else 4
    blank = replace(row, unlearned=((start_of, start_of + 9),))
    whole, less = (maker(begun.processor).lessons([one])[0] for one in (row, blank))
    assert whole.ids == less.ids
    assert 0 < sum(a != b for a, b in zip(whole.targets, less.targets, strict=True)) <= 9


def test_packed_answers_cost_what_they_cost_alone(begun, tmp_path):
    features = Features(tmp_path, begun, _expert())
    features.prepare(rows(), pictures)
    model = Answering(begun.model).eval()
    made = maker(begun.processor)
    pad = begun.processor.tokenizer.pad_token_id

    def loss(lessons) -> float:
        with torch.no_grad():
            entries = [features.entry(one.row) for one in lessons]
            return float(model(collate(lessons, entries, pad)))

    packed = loss(made.lessons(rows()))
    alone = sum(loss(made.lessons([row])) for row in rows())
    assert packed == pytest.approx(alone, rel=1e-4)


def test_the_loss_is_the_models_own(begun, taught, tmp_path):
    features = Features(tmp_path, begun, _expert())
    row = rows()[1]
    features.prepare([row], pictures)
    (lesson,) = maker(begun.processor).lessons([row])
    with torch.no_grad():
        ours = float(Answering(begun.model).eval()(collate([lesson], [features.entry(row)], 0)))
    model, processor = load(taught)
    face = _expert().detect(_open(row))[0]
    with torch.no_grad():
        theirs = model(
            input_ids=torch.tensor([lesson.ids]),
            pixel_values=processor.pixels([_expert().crop(_open(row), face)]),
            landmarks=torch.from_numpy(face.vector)[None],
            labels=torch.tensor([[IGNORED, *lesson.targets[:-1]]]),
        ).loss
    assert ours / lesson.weight == pytest.approx(float(theirs), rel=1e-4)


def test_the_tower_is_read_as_the_model_reads_it(begun, tmp_path):
    model = begun.model.get_base_model()
    pixels = begun.processor.pixels([_open(rows()[0])])
    with torch.no_grad():
        projected = model.model.multi_modal_projector(tower_vectors(model, pixels))[0]
        prior = torch.zeros(1, begun.processor.landmark_width)
        expected = model.model.get_image_features(pixels, landmarks=prior, vision_feature_layer=-1,
                                                  vision_feature_select_strategy="default")  # fmt: skip
    assert torch.allclose(projected, expected.pooler_output[0][:-1], atol=1e-6)


def _expert():
    from tests.model.taught import SquareExpert

    return SquareExpert()


def _open(row):
    from io import BytesIO

    from PIL import Image

    return Image.open(BytesIO(pictures(row.picture)))
