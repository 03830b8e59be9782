"""The two chat templates, and what of a training conversation is learned."""

import pytest

from model.conversation import evaluation_prompt, training_prompt, training_turns


def turns(*texts):
    return [{"from": ("human", "gpt")[index % 2], "value": text} for index, text in enumerate(texts)]


def test_evaluation_prompt_is_the_references(facts):
    for task in ("au", "emotion"):
        told = facts["generation"][task]
        assert evaluation_prompt(told["question"]) == told["prompt"]


@pytest.mark.parametrize(
    "question",
    ["What?\n<image>", "<image>\nWhat?", "<image>What?", "  What? <image> ", "<image> What?<image>"],
)
def test_the_picture_moves_to_the_front(question):
    assert training_turns(turns(question, "That."))[0] == "<image>\nWhat?"


def test_learned_are_the_answers_with_their_ends():
    text, spans = training_prompt(turns("What?\n<image>", "Joy.", "Why?", "The lips."))
    assert text.endswith("USER: <image>\nWhat? ASSISTANT: Joy.</s>USER: Why? ASSISTANT: The lips.</s>")
    assert [text[start:end] for start, end in spans] == [" Joy.</s>", " The lips.</s>"]


def test_a_leading_answer_is_dropped():
    kept = turns("What?", "That.")
    assert training_turns([{"from": "gpt", "value": "Hello."}, *kept]) == ["What?", "That."]


@pytest.mark.parametrize("wrong", [[], turns("What?"), [*turns("What?", "That."), *turns("And?")]])
def test_turns_that_do_not_alternate_are_refused(wrong):
    with pytest.raises(ValueError, match="human, gpt, human, gpt"):
        training_prompt(wrong)
