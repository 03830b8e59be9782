"""The paper's scorer: FABA-Bench's published metric, number for number (paper 2404.05052, section 4).

S_re = 100 x accuracy (emotion) or 100 x mean F1 over the scored AUs; S_ge = 100 x mean ROUGE-L F against
the reference text; S_rege = S_re + S_ge. Reading rules and their defects are told in `paper_emotion`,
`paper_au` and `paper_rouge`. Where the reference crashes on an answer, that answer counts as wrong (its
text leaves the ROUGE mean) and scoring goes on. The reference's resume defect (a second run over one
folder counts 0 for each text) belongs to its script, not to the metric, and has no place here.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from train.bench import paper_au
from train.bench.errors import BenchError
from train.bench.outcome import Outcome, align, confusion, counts, indicator, mean_rouge
from train.bench.paper_au import f1_and_accuracy, read_action_units, read_label
from train.bench.paper_emotion import read_emotion, without_negated_sentences
from train.bench.paper_rouge import rouge_l
from train.bench.structured import text_of
from train.bench.tables import EMOTIONS, columns_for

__all__ = [
    "f1_and_accuracy",
    "figures",
    "outcome",
    "read_action_units",
    "read_emotion",
    "read_emotion_label",
    "read_label",
    "rouge_l",
    "score",
    "without_negated_sentences",
]


def read_emotion_label(label: str | int) -> str:
    """Return the emotion of a truth's label: an index, as a number or digits, or a name. Else BenchError."""
    text = str(label).strip()
    if text.isascii() and text.isdigit() and int(text) < len(EMOTIONS) and not isinstance(label, bool):
        return EMOTIONS[int(text)]
    if text.lower() in EMOTIONS:
        return text.lower()
    raise BenchError(f"Emotion label {label!r} is not in the table: 0 to 6 for {', '.join(EMOTIONS)}.")


def outcome(task: str, dataset: str, truth: Sequence[Mapping], answers: Mapping[str, str]) -> Outcome:
    """Read every answer by the paper's rules; arguments as for `score`."""
    columns = columns_for(task, dataset)
    ids, given, groups = align(truth, answers)
    texts = [_text(answer) for answer in given]
    scores = [rouge_l(_text(entry.get("gpt4")), text) for entry, text in zip(truth, texts, strict=True)]
    crashed = {name for name, score in zip(ids, scores, strict=True) if score is None}
    if task == "au":
        wanted = indicator([read_label(entry["label"], dataset) for entry in truth], columns)
        said = indicator([read_action_units(text, dataset) for text in texts], columns)
    else:
        wanted = np.array([EMOTIONS.index(read_emotion_label(entry["label"])) for entry in truth])
        emotions = [read_emotion(text) for text in texts]
        said = np.array([-1 if emotion is None else EMOTIONS.index(emotion) for emotion in emotions])
        crashed |= {name for name, emotion in zip(ids, emotions, strict=True) if emotion is None}
    return Outcome(
        scorer="paper",
        task=task,
        dataset=dataset,
        ids=ids,
        columns=columns,
        truth=wanted,
        said=said,
        rouge=np.array([np.nan if score is None else score for score in scores]),
        groups=groups,
        missing=tuple(name for name, answer in zip(ids, given, strict=True) if answer is None),
        crashed=tuple(name for name in ids if name in crashed),
    )


def figures(read: Outcome, weights: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Return the headline figures, each (B,), under B weightings of the faces, (1,) without weights.

    NaN where nothing is left to average: every AU dropped.
    """
    if weights is None:
        weights = np.ones((1, len(read.ids)))
    if read.task == "au":
        tn, fp, fn, tp = counts(read, weights)
        kept = ~paper_au.dropped(tn, fp, fn, tp)
        total = np.where(kept, paper_au.f1(fp, fn, tp), 0.0).sum(axis=1)
        recognition = 100 * total / np.where(kept.any(axis=1), kept.sum(axis=1), np.nan)
    else:
        recognition = 100 * (weights @ (read.truth == read.said)) / weights.sum(axis=1)
    generation = 100 * mean_rouge(read, weights)
    return {"S_re": recognition, "S_ge": generation, "S_rege": recognition + generation}


def score(task: str, dataset: str, truth: Sequence[Mapping], answers: Mapping[str, str]) -> dict:
    """Score answers (id -> text) against the evaluation JSON's entries (`id`, `label`, `gpt4`).

    task: "au" or "emotion"; dataset: a name of `tables.DATASETS`. A face without an answer is scored as an
    empty one. Figures are 0..100; S_re and S_rege are None where every AU is dropped. Raises BenchError for
    a label outside the table, a duplicate id, and an answer for a face that isn't in the truth.
    """
    return summary(outcome(task, dataset, truth, answers))


def summary(read: Outcome) -> dict:
    """Return `score`'s result for an outcome of this scorer."""
    headline = {name: _number(values[0]) for name, values in figures(read).items()}
    result = {
        "scorer": "paper",
        "task": read.task,
        "dataset": read.dataset,
        **headline,
        "faces": len(read.ids),
        "missing": list(read.missing),
        "crashed": list(read.crashed),
        "n_rouge": int((~np.isnan(read.rouge)).sum()),
    }
    if read.task == "au":
        return result | _per_au(read)
    return result | {"accuracy": headline["S_re"] / 100, "confusion": confusion(read).tolist()}


def _per_au(read: Outcome) -> dict:
    table, kept = {}, []
    tallies = counts(read)
    dropped = paper_au.dropped(*tallies)[0]
    for i, code in enumerate(read.columns):
        tn, fp, fn, tp = (int(each[0, i]) for each in tallies)
        matrix = [[tn, fp], [fn, tp]]
        if dropped[i]:
            table[code] = {"dropped": True, "confusion": matrix}
            continue
        f1, accuracy = f1_and_accuracy(matrix)
        table[code] = {"F1": f1, "accuracy": accuracy, "confusion": matrix}
        kept.append(code)
    return {
        "per_AU": table,
        "dropped": [code for code in read.columns if code not in kept],
        "mean_F1": sum(table[code]["F1"] for code in kept) / len(kept) if kept else None,
        "mean_accuracy": sum(table[code]["accuracy"] for code in kept) / len(kept) if kept else None,
        # The reference prints its F1s beside the first names of the list, whichever were dropped.
        "as_printed": {code: table[of]["F1"] for code, of in zip(read.columns, kept, strict=False)},
    }


def _text(value: object) -> str:
    """What the paper's rules read: an answer's text, "" where there is none."""
    text = text_of(value) if isinstance(value, Mapping) else value
    if text is None:
        return ""
    if not isinstance(text, str):
        raise BenchError(f"{text!r} is not a text. Answers and reference texts (gpt4) are strings.")
    return text


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
