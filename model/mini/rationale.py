"""The answers that the mini EmoLA learns: labels and a random generator in, texts like FABA-Instruct's out.

Wording varies a little, and emotion texts cite the cues of the AUs that are present, so that two faces
with one emotion read differently. The vocabulary is kept short for a small tokenizer. Every text names
its labels in a way that `model.tasks` reads back. A label always stands after the same words, whichever
label it is, and "none" after the same words as a first AU: only then is the likelihood of a label there a
fair probability.

Two random texts for the same labels agree only so far, which is the ceiling for any model that learns
them:

    python -m model.mini.rationale      # prints mean sentence-level ROUGE-L F over random labels

Not covered: intensity and side, which labels alone don't carry.
"""

from collections.abc import Iterable

import numpy as np

from model.facs import ACTION_UNITS, FABA, LIST_ORDER
from model.tasks import TASKS
from model.tasks.au import OPENING

CUES_CITED = 3
"""An emotion text of about 50 words has room for so many cues."""

SALIENCE = tuple(
    f"AU{n}" for n in (12, 9, 15, 4, 5, 20, 27, 1, 6, 24, 10, 23, 7, 26, 2, 17, 16, 14, 43, 18, 25)
)
"""Which cues are cited first: movements that tell emotions apart before those that come with any."""

_SEEN = {
    "AU1": ("the inner ends of the eyebrows are raised", "the inner ends of the eyebrows go up"),
    "AU2": ("the outer ends of the eyebrows are raised", "the outer ends of the eyebrows go up"),
    "AU4": ("the eyebrows are drawn together and lowered", "the eyebrows are pulled down and together"),
    "AU5": ("the upper eyelids are raised and the eyes look wide", "the eyes look wide under raised eyelids"),
    "AU6": ("the cheeks are raised and narrow the eyes", "the raised cheeks narrow the eyes from below"),
    "AU7": ("the eyelids are tightened", "the eyelids are tense and straight"),
    "AU9": ("the nose is wrinkled along its sides", "wrinkles appear along the nose"),
    "AU10": ("the upper lip is raised", "the upper lip is pulled up"),
    "AU12": ("the lip corners are pulled up and back", "the lip corners go up and back"),
    "AU14": ("the lip corners are pressed inwards", "the lip corners are tightened and form dimples"),
    "AU15": ("the lip corners are pulled down", "the lip corners go down"),
    "AU16": ("the lower lip is pulled down and shows the teeth", "the lowered lip shows the lower teeth"),
    "AU17": ("the chin is pushed up and looks wrinkled", "the chin goes up and pushes the lower lip"),
    "AU18": ("the lips are drawn together and pushed forward", "the lips are round and pushed forward"),
    "AU20": ("the lips are stretched sideways", "the mouth is stretched sideways"),
    "AU23": ("the lips are tightened and look narrow", "the lips look narrow and tense"),
    "AU24": ("the lips are pressed together", "the lips are pressed into a line"),
    "AU25": ("the lips are parted", "the lips are open"),
    "AU26": ("the jaw is dropped and the teeth are apart", "the jaw hangs down with the teeth apart"),
    "AU27": ("the mouth is stretched wide open", "the mouth is pulled wide open"),
    "AU43": ("the eyes are closed", "the eyelids are closed"),
}
"""What is seen where an AU acts, as a clause, in two wordings."""

_PARTS = (
    ("brows", ("AU1", "AU2", "AU4")),
    ("eyes", ("AU5", "AU7", "AU43")),
    ("cheeks", ("AU6",)),
    ("nose", ("AU9",)),
    ("mouth", ("AU10", "AU12", "AU14", "AU15", "AU16", "AU18", "AU20", "AU23", "AU24", "AU25")),
    ("jaw", ("AU26", "AU27")),
    ("chin", ("AU17",)),
)


def _pick(rng: np.random.Generator, *choices: str) -> str:
    return choices[int(rng.integers(len(choices)))]


def in_list_order(action_units: Iterable[str]) -> list[str]:
    """Return the AUs down the face, each once. Raises KeyError naming an AU that is not in `model.facs`."""
    present = {ACTION_UNITS[code].code for code in action_units}
    return [code for code in LIST_ORDER if code in present]


def _join(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _parts(action_units: list[str]) -> str:
    return _join([part for part, units in _PARTS if any(unit in units for unit in action_units)])


def au_rationale(action_units: Iterable[str], rng: np.random.Generator) -> str:
    """Return an opening line, the numbered AUs with what is seen, one a line, and a closing line."""
    units = in_list_order(action_units)
    feels = _pick(rng, "does not tell", "cannot tell")
    if not units:
        at_rest = _pick(rng, "Every part is at rest", "All parts are at rest")
        return f"{OPENING} none.\n{at_rest}; this {feels} what the person feels."
    lines = [OPENING]
    for i, code in enumerate(units, 1):
        seen = _pick(rng, *_SEEN[code])
        lines.append(f"{i}. {code} - {ACTION_UNITS[code].name}: {seen[0].upper()}{seen[1:]}.")
    show = _pick(rng, "show", "can show")
    lines.append(f"This is what the {_parts(units)} {show}; it {feels} what the person feels.")
    return "\n".join(lines)


def emotion_rationale(emotion: str, action_units: Iterable[str], rng: np.random.Generator) -> str:
    """Return one paragraph of about 50 words: the emotion in its first sentence, then the telling cues."""
    units = in_list_order(action_units)
    cited = [code for code in SALIENCE if code in units][:CUES_CITED]
    cues = [_pick(rng, *_SEEN[code]) for code in cited]
    rest = _pick(rng, "The rest of the face is relaxed", "All other parts of the face are relaxed")
    text = f"The {_pick(rng, 'emotion', 'expression')} {_pick(rng, 'shown by', 'seen on')}"
    text += f" this face is {emotion}."
    if not cues:
        text += _pick(rng, " The brows are level,", " The brows rest,")
        text += _pick(rng, " the eyes are open", " the eyes look ahead") + " and the mouth is closed."
        text += _pick(rng, " Nothing pulls at", " There is no pull on") + " the cheeks, the nose or the chin."
    else:
        place = _parts(in_list_order(cited))
        text += _pick(rng, f" It is seen in the {place}:", f" The signs are in the {place}:") + f" {cues[0]}"
        if len(cues) == 1:
            text += f". {rest}, so these signs stand alone."
        elif len(cues) == 2:
            text += f"{_pick(rng, ', and', ', while')} {cues[1]}. {rest}."
        else:
            text += f"{_pick(rng, ', and', ', while')} {cues[1]}."
            text += f" {_pick(rng, 'In addition', 'Besides')}, {cues[2]}."
    named = "a neutral face" if emotion == "neutral" else emotion
    text += " Alone, these" if len(cues) == 1 else _pick(rng, " Together, these", " Taken together, these")
    text += f" {_pick(rng, 'cues', 'signs')} {_pick(rng, 'point to', 'suggest')} {named},"
    text += _pick(rng, " but they do not tell", " though they cannot tell")
    return text + _pick(rng, " what the person feels.", " how the person feels.")


def short_questions(
    action_units: Iterable[str], emotion: str, rng: np.random.Generator
) -> list[tuple[str, str]]:
    """Return easy (question, answer) pairs about the same labels: the first lessons."""
    units = in_list_order(action_units)
    parts = _parts(units) if units else "none"
    asked = LIST_ORDER[int(rng.integers(len(LIST_ORDER)))]
    return [
        ("List the AU codes of this face.", ", ".join(units) or "none"),
        ("Name the emotion of this face in one word.", emotion),
        ("Which parts of this face move?", parts),
        (f"Is {asked} shown by this face?", "yes" if asked in units else "no"),
    ]


def ceilings(n: int = 500, seed: int = 0) -> dict[str, float]:
    """Return task -> mean ROUGE-L F (rouge_score, 0..1) of two random texts for the same labels."""
    from rouge_score.rouge_scorer import RougeScorer

    rng, scorer = np.random.default_rng(seed), RougeScorer(["rougeL"])
    found: dict[str, list[float]] = {"au": [], "emotion": []}
    for _ in range(n):
        units = [code for code in FABA if rng.random() < 0.2]
        emotion = _pick(rng, *TASKS["emotion"].labels)
        for task, draw in (
            ("au", lambda u=units: au_rationale(u, rng)),
            ("emotion", lambda u=units, e=emotion: emotion_rationale(e, u, rng)),
        ):
            found[task].append(scorer.score(draw(), draw())["rougeL"].fmeasure)
    return {task: float(np.mean(values)) for task, values in found.items()}


if __name__ == "__main__":
    for task, value in ceilings().items():
        print(f"{task}: ROUGE-L between two random texts for the same labels {value:.3f}")
