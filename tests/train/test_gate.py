"""The gate's judgement: what is promoted, what is refused, and in which words."""

import json
from dataclasses import replace

import numpy as np
import pytest

from model.facs import FABA
from train.bench.tables import EMOTIONS
from train.gate import Answers, Terms, decide

WORDS = "the corners of the lips are pulled up".split()
REPLICATES = 400


class World:
    """Faces with labels, and models that are wrong about a share of them. rare: an AU that 5 faces show."""

    def __init__(self, faces: int, seed: int, tasks=("au", "emotion"), share: float = 0.3, rare=""):
        self.random = np.random.default_rng((seed, faces))
        self.units = self.random.random((faces, len(FABA))) < share
        if rare:
            self.units[:, FABA.index(rare)] = np.arange(faces) < 5
        self.emotions = self.random.integers(len(EMOTIONS), size=faces)
        entries = {
            "au": [{"label": ", ".join(self._codes(row)).replace("AU", "")} for row in self.units],
            "emotion": [{"label": EMOTIONS[i].capitalize()} for i in self.emotions],
        }
        self.entries = {
            task: [each | {"id": str(i), "gpt4": " ".join(WORDS)} for i, each in enumerate(entries[task])]
            for task in tasks
        }

    @staticmethod
    def _codes(row):
        return [code for code, there in zip(FABA, row, strict=True) if there]

    def answers(self, wrong: float, never: str | None = None):
        """Answers by task; `never`: an AU that this model does not say."""
        said = self.units ^ (self.random.random(self.units.shape) < wrong)
        if never:
            said[:, FABA.index(never)] = False
        missed = self.random.random(len(self.emotions)) < wrong
        emotions = np.where(missed, (self.emotions + 1) % len(EMOTIONS), self.emotions)
        found = {
            "au": [{"action_units": self._codes(row)} for row in said],
            "emotion": [{"emotion": EMOTIONS[i]} for i in emotions],
        }
        texts = [" ".join(word for word in WORDS if self.random.random() > wrong) for _ in self.emotions]
        return {
            task: {str(i): each | {"text": texts[i]} for i, each in enumerate(found[task])}
            for task in self.entries
        }

    def set(self, candidate: float, current: float, never: str | None = None):
        return Answers(self.entries, self.answers(candidate, never), self.answers(current))


def judge(gold, original=None, **terms):
    return decide(gold, original or gold, Terms(**terms), REPLICATES)


def test_a_clear_rise_is_promoted_and_the_words_say_by_how_much():
    decision = judge(World(200, 0).set(candidate=0.05, current=0.2))
    assert decision.promoted
    assert decision.reason.startswith("Promoted: On the 200 gold faces REGE went from ")
    assert "95 % interval +" in decision.reason and "No action unit or emotion collapsed." in decision.reason
    json.dumps(decision.report, allow_nan=False)
    gold = decision.report["sets"]["gold"]
    assert gold["rege"]["low"] > 0 and gold["candidate"] - gold["current"] == pytest.approx(
        gold["rege"]["difference"]
    )
    low, high = gold["intervals"]["candidate"]
    assert low < gold["candidate"] < high and gold["intervals"]["current"][1] < low
    assert (
        gold["tasks"]["au"]["candidate"]["S_rege"]["value"]
        > gold["tasks"]["au"]["current"]["S_rege"]["value"]
    )


def test_equal_answers_are_refused():
    world = World(60, 1)
    same = world.answers(0.1)
    decision = judge(Answers(world.entries, same, same))
    assert not decision.promoted and "did not rise (+0.00" in decision.reason


def test_a_rise_that_may_be_chance_is_refused_and_told_what_the_set_can_show():
    decision = judge(World(20, 2).set(candidate=0.18, current=0.2))
    assert not decision.promoted
    assert "asked is an interval above 0" in decision.reason and "show rises from about" in decision.reason


def test_a_loss_on_the_original_set_is_refused_though_gold_rises():
    gold, original = World(200, 3).set(0.05, 0.2), World(200, 4).set(0.16, 0.1)
    decision = judge(gold, original)
    assert not decision.promoted
    assert (
        "REGE on the original set fell by" in decision.reason and "at most 1 may be lost" in decision.reason
    )
    assert "did not rise" not in decision.reason
    assert judge(gold, original, max_loss=30, collapse=100).promoted


@pytest.mark.parametrize("code", ["AU12", "AU9"])
def test_an_action_unit_that_collapses_is_refused_scored_or_not(code):
    gold = World(200, 5).set(candidate=0.05, current=0.2)
    decision = judge(gold, World(200, 6).set(0.05, 0.2, never=code))
    assert not decision.promoted
    assert f"{code} collapsed on the original set: its F1 fell from" in decision.reason
    assert decision.report["sets"]["original"]["labels"][code]["candidate"] == 0
    assert len(decision.report["reasons"]) == 1


def test_a_label_that_few_faces_show_is_not_judged():
    gold = World(200, 5).set(candidate=0.05, current=0.2)
    original = World(200, 7, rare="AU12").set(0.05, 0.05, never="AU12")
    assert judge(gold, original, max_loss=20).promoted
    assert "AU12 collapsed" in judge(gold, original, max_loss=20, support=1).reason


def test_one_task_alone_is_judged_by_itself():
    decision = judge(World(150, 8, tasks=("au",)).set(0.05, 0.2))
    assert decision.promoted and list(decision.report["sets"]["gold"]["tasks"]) == ["au"]


def test_faces_of_one_subject_count_together():
    world = World(120, 9, tasks=("emotion",))
    gold = world.set(candidate=0.1, current=0.3)
    alone = judge(gold).report["sets"]["gold"]["rege"]
    entries = [entry | {"subject": f"s{number % 4}"} for number, entry in enumerate(world.entries["emotion"])]
    together = judge(replace(gold, entries={"emotion": entries}))
    assert together.report["sets"]["gold"]["rege"]["p"] > alone["p"]
    assert not together.promoted, "four people are too few to tell"


def test_a_gold_set_without_any_scored_label_is_refused():
    world = World(30, 10, tasks=("au",), share=0)
    nothing = {"au": {str(i): "" for i in range(30)}}
    decision = judge(Answers(world.entries, nothing, nothing))
    assert not decision.promoted and "REGE is not defined on the gold set" in decision.reason
    json.dumps(decision.report, allow_nan=False)


def test_of_fifty_candidates_that_are_no_better_two_at_most_pass():
    passed = sum(
        judge(World(60, seed).set(0.15, 0.15), max_loss=200, collapse=200).promoted for seed in range(50)
    )
    assert passed <= 2
