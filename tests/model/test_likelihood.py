"""Scores from the trie's one forward pass are those of running each continuation alone."""

import numpy as np
import pytest
import torch
from PIL import Image

from model.answers import GreedyAnswers, read_faces, tail_ids
from model.conversation import evaluation_prompt
from model.likelihood import score_slots
from model.tasks import TASKS, LabelSlot

QUESTIONS = [task.question for task in TASKS.values()]


def faces(count):
    rng = np.random.default_rng(7)
    pictures = [Image.fromarray(rng.integers(0, 255, (60, 60, 3), dtype=np.uint8)) for _ in range(count)]
    return pictures, [rng.uniform(-1, 1, 212).astype(np.float32) for _ in range(count)]


def alone(model, processor, picture, vector, question, prefix, continuation):
    """The probability of a continuation, by an uncached forward of the whole text."""
    ids = [
        processor.encode(evaluation_prompt(question) + f" {text}") for text in (prefix, prefix + continuation)
    ]
    shared = next((i for i, (a, b) in enumerate(zip(*ids, strict=False)) if a != b), min(map(len, ids)))
    rows = processor.expand(torch.tensor([ids[1]]))
    with torch.inference_mode():
        logits = model(
            **rows, pixel_values=processor.pixels([picture]), landmarks=torch.from_numpy(vector)[None]
        ).logits[0]
    wide = len(rows["input_ids"][0]) - len(ids[1])
    logp = logits.log_softmax(-1)
    return sum(logp[i + wide - 1, ids[1][i]] for i in range(shared, len(ids[1]))).exp().item()


def test_a_slot_s_scores_are_those_of_each_continuation_alone(loaded):
    model, processor = loaded
    pictures, vectors = faces(2)
    prefix = read_faces(model, processor, pictures, vectors)
    slot = LabelSlot(
        "The face is", {"joy": (" happiness",), "fear": (" fear", " afraid"), "none": ("\n1. no",)}, None
    )
    rows = [[slot], [slot, LabelSlot("Units: AU1,", {"AU2": (" AU2",), "AU4": (" AU4",)}, "AU2")]] * 2
    found = score_slots(model, processor, prefix, QUESTIONS, rows)
    for row, of_row in enumerate(found):
        picture, vector, question = pictures[row // 2], vectors[row // 2], QUESTIONS[row % 2]
        for slot, masses in zip(rows[row], of_row, strict=True):
            for label, texts in slot.continuations.items():
                wanted = sum(
                    alone(model, processor, picture, vector, question, slot.prefix, text) for text in texts
                )
                assert masses[label] == pytest.approx(wanted, rel=1e-3, abs=1e-12)


def test_au1_does_not_get_the_probability_of_au12(loaded):
    model, processor = loaded
    pictures, vectors = faces(1)
    prefix = read_faces(model, processor, pictures, vectors)
    slot = LabelSlot("It shows", {"AU1": (" AU1",), "AU12": (" AU12",)}, None)
    ids = [tail_ids(processor, QUESTIONS[1], "It shows" + text) for (text,) in slot.continuations.values()]
    assert ids[1][: len(ids[0])] == ids[0], "this tokenizer writes AU12 as AU1 and one more token"
    (masses,) = score_slots(model, processor, prefix, QUESTIONS[1:], [[slot]])[0:1][0]
    one, twelve = (
        alone(model, processor, pictures[0], vectors[0], QUESTIONS[1], slot.prefix, text)
        for text in (" AU1", " AU12")
    )
    assert masses["AU12"] == pytest.approx(twelve, rel=1e-3)
    assert masses["AU1"] == pytest.approx(one - twelve, rel=1e-3)


def test_greedy_answers_are_generate_s(loaded):
    model, processor = loaded
    pictures, vectors = faces(3)
    prefix = read_faces(model, processor, pictures, vectors)
    answers = GreedyAnswers(model, processor, prefix, QUESTIONS, 12).finish()
    for row, text in enumerate(answers):
        inputs = processor(pictures[row // 2], question=QUESTIONS[row % 2], landmarks=vectors[row // 2])
        ids = model.generate(**inputs, do_sample=False, max_new_tokens=12)[0, inputs["input_ids"].shape[1] :]
        assert text == processor.decode(ids)


def test_the_prefix_is_left_as_it_was(loaded):
    model, processor = loaded
    prefix = read_faces(model, processor, *faces(1))
    before = prefix.cache.get_seq_length()
    first = GreedyAnswers(model, processor, prefix, QUESTIONS, 8).finish()
    assert prefix.cache.get_seq_length() == before == prefix.length
    assert GreedyAnswers(model, processor, prefix, QUESTIONS, 8).finish() == first


def test_an_answer_s_last_streamed_text_is_its_whole_text(loaded):
    model, processor = loaded
    prefix = read_faces(model, processor, *faces(1))
    answers = GreedyAnswers(model, processor, prefix, QUESTIONS, 12)
    streamed = dict(answers.stream())
    assert [streamed.get(row, "") for row in range(2)] == [text.rstrip("\ufffd") for text in answers.finish()]
