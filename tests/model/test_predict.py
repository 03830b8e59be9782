"""From a picture to labels, probabilities and reasons, with a tiny model that has learned three faces by
heart.
"""

import numpy as np
import pytest
import torch
from peft import get_peft_model

from model.adapter import lora_config, save_adapter
from model.calibration import write_calibration
from model.errors import EmolaError, LandmarkExpertError, NoFaceFound
from model.load import load
from model.predict import MINI, PartialAnswer, Prediction, Predictor
from model.tasks import TASKS
from tests.model.taught import LESSONS, SquareExpert, picture


@pytest.fixture(scope="module")
def base(taught):
    return taught


@pytest.fixture(scope="module")
def predictor(base):
    return Predictor(base, expert=SquareExpert())


@pytest.fixture(scope="module")
def adapters(base, tmp_path_factory):
    """Two adapters on the base: "same" answers as it does, "other" does not."""
    found = {}
    for name, noise in (("same", 0.0), ("other", 0.3)):
        torch.manual_seed(1)
        model, processor = load(base)
        model = get_peft_model(model, lora_config(r=4, alpha=8, dropout=0.0))
        with torch.no_grad():
            for key, weight in model.named_parameters():
                if "lora_B" in key:
                    weight.normal_(0, noise) if noise else weight.zero_()
        found[name] = tmp_path_factory.mktemp(name)
        save_adapter(model, found[name], base_identity=processor.revisions["base"])
    return found


def assert_alike(one: Prediction, other: Prediction):
    assert (one.emotion, one.action_units, one.rationales) == (
        other.emotion,
        other.action_units,
        other.rationales,
    )
    for name in ("emotion_probabilities", "au_probabilities"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert list(mine) == list(theirs)
        assert list(mine.values()) == pytest.approx(list(theirs.values()), abs=1e-4)


@pytest.mark.parametrize("number", range(len(LESSONS)))
def test_labels_are_what_the_answers_say(predictor, number):
    found = predictor.predict(picture(number))
    lesson = LESSONS[number]
    assert (found.emotion, found.action_units) == (lesson.emotion, lesson.action_units)
    assert TASKS["emotion"].parse(found.rationales["emotion"]) == found.emotion
    assert TASKS["au"].parse(found.rationales["au"]) == found.action_units


@pytest.mark.parametrize("number", range(len(LESSONS)))
def test_probabilities_side_with_the_labels(predictor, number):
    found = predictor.predict(picture(number))
    assert sum(found.emotion_probabilities.values()) == pytest.approx(1)
    assert max(found.emotion_probabilities, key=found.emotion_probabilities.get) == found.emotion
    assert tuple(found.au_probabilities) == TASKS["au"].labels
    assert {unit for unit, chance in found.au_probabilities.items() if chance > 0.5} == set(
        found.action_units
    )
    assert all(0 < chance < 1 for chance in found.au_probabilities.values())


def test_a_prediction_does_not_depend_on_its_batch(predictor):
    pictures = [picture(0), picture(2), picture(1, 0), picture(2)]
    for alone, together in zip(
        map(predictor.predict, pictures), predictor.predict_batch(pictures), strict=True
    ):
        assert_alike(alone, together)


def test_an_empty_batch_gives_no_predictions(predictor):
    assert predictor.predict_batch([]) == []


def test_the_same_picture_gives_the_same_prediction(predictor):
    assert_alike(predictor.predict(picture(1)), predictor.predict(picture(1)))


def test_the_face_that_was_asked_for_is_read(predictor):
    assert predictor.predict(picture(1, 0), face=0).emotion == LESSONS[1].emotion
    assert predictor.predict(picture(1, 0), face=1).emotion == LESSONS[0].emotion


def test_a_face_that_was_found_is_not_looked_for_again(predictor, monkeypatch):
    whole = picture(1, 0)
    face = predictor.expert.detect(whole)[1]
    monkeypatch.setattr(predictor.expert, "find", lambda picture: pytest.fail("looked for faces again"))
    assert predictor.predict(whole, face=face).emotion == LESSONS[0].emotion


@pytest.mark.parametrize("face", [1, -1, 99])
def test_a_face_that_is_not_there_is_refused_with_how_many_there_are(predictor, face):
    with pytest.raises(EmolaError, match="1 face was found"):
        predictor.predict(picture(0), face=face)


def test_a_picture_without_a_face_raises_before_anything_is_streamed(predictor):
    with pytest.raises(NoFaceFound):
        next(predictor.stream(picture()))


def test_answers_stream_and_end_in_the_prediction(predictor):
    *pieces, last = predictor.stream(picture(0))
    assert_alike(last, predictor.predict(picture(0)))
    assert all(isinstance(piece, PartialAnswer) for piece in pieces)
    for task, whole in last.rationales.items():
        texts = [piece.text for piece in pieces if piece.task == task]
        assert len(texts) > 10 and texts[-1] == whole
        assert all(whole.startswith(text) for text in texts)
    assert {piece.task for piece in pieces[:2]} == set(TASKS), "both answers grow at once"


def test_a_task_that_is_not_asked_says_nothing(predictor):
    *pieces, found = predictor.stream(picture(0), tasks=("au",))
    assert {piece.task for piece in pieces} == {"au"}
    assert found.emotion is None and found.emotion_probabilities == {} and list(found.rationales) == ["au"]
    assert_alike(found, predictor.predict(picture(0), tasks=["au"]))
    assert found.action_units == LESSONS[0].action_units


def test_an_unknown_task_is_refused(predictor):
    with pytest.raises(EmolaError, match="valence"):
        predictor.predict(picture(0), tasks=("valence",))


def test_the_picture_is_read_once_for_both_questions(predictor):
    calls = []
    hook = predictor.model.model.vision_tower.register_forward_hook(lambda *_: calls.append(1))
    predictor.predict(picture(0))
    hook.remove()
    assert len(calls) == 1


def test_each_question_is_answered_by_its_own_adapter(base, predictor, adapters):
    plain = predictor.predict(picture(0))
    both = Predictor(
        base, adapter_au=adapters["same"], adapter_emotion=adapters["other"], expert=SquareExpert()
    )
    found = both.predict(picture(0))
    assert found.rationales["au"] == plain.rationales["au"]
    assert found.rationales["emotion"] != plain.rationales["emotion"]
    revisions = found.revisions
    assert revisions["base"] == plain.revisions["base"]
    assert len({revisions["base"], revisions["adapter_au"], revisions["adapter_emotion"]}) == 3
    swapped = Predictor(base, adapters["other"], adapter_emotion=adapters["same"], expert=SquareExpert())
    assert swapped.predict(picture(0)).rationales["emotion"] == plain.rationales["emotion"]


def test_one_adapter_for_both_questions_reads_the_picture_once(base, predictor, adapters):
    one = Predictor(base, adapters["same"], expert=SquareExpert())
    calls = []
    hook = one.model.get_base_model().model.vision_tower.register_forward_hook(lambda *_: calls.append(1))
    assert_alike(one.predict(picture(1)), predictor.predict(picture(1)))
    hook.remove()
    assert len(calls) == 1


def test_without_an_adapter_of_its_own_a_question_is_not_asked(base, adapters):
    only = Predictor(base, adapter_au=adapters["same"], expert=SquareExpert())
    assert only.tasks == ("au",)
    found = only.predict(picture(0))
    assert found.emotion is None and found.action_units == LESSONS[0].action_units


def test_the_calibration_next_to_the_weights_is_applied(base, predictor, tmp_path):
    plain = predictor.predict(picture(0))
    folder = tmp_path / "calibrated"
    folder.mkdir()
    for path in base.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    write_calibration(folder, {"emotion": {"temperature": 4.0}, "au": {"temperature": 4.0}})
    calm = Predictor(folder, expert=SquareExpert()).predict(picture(0))
    assert (calm.emotion, calm.action_units) == (plain.emotion, plain.action_units)
    assert calm.emotion_probabilities[calm.emotion] < plain.emotion_probabilities[plain.emotion] - 0.01
    odds = [
        np.log(chance / (1 - chance))
        for chance in (plain.au_probabilities["AU12"], calm.au_probabilities["AU12"])
    ]
    assert odds[1] == pytest.approx(odds[0] / 4, rel=1e-3)
    assert calm.revisions["base"] == plain.revisions["base"], "a temperature is no other model"


def test_another_landmark_expert_is_refused_by_the_name_of_the_right_one(base):
    with pytest.raises(LandmarkExpertError, match="'squares'.*not 'face_alignment'"):
        Predictor(base, expert="face_alignment")


def test_an_expert_of_another_width_is_refused(base):
    class Wide(SquareExpert):
        width = 136

    with pytest.raises(LandmarkExpertError, match="136 numbers a face.*need 4"):
        Predictor(base, expert=Wide())


def test_a_prediction_goes_into_json_without_its_prior(predictor):
    import json

    facts = json.loads(json.dumps(predictor.predict(picture(0)).as_dict()))
    assert facts["emotion"] == "happiness" and facts["action_units"] == ["AU6", "AU12", "AU25"]
    assert "vector" not in facts["face"]
    assert facts["timings"]["total"] > 0


def test_the_default_is_the_mini_beside_the_code():
    assert MINI.parts[-3:] == ("model", "mini", "weights")
