"""The corrected scorer: what the answers say, read with care, under FABA-Bench's figures.

The same function names as `train.bench.paper`, never mixed with it. Emotions and AUs are read by
`model.tasks`: negation by words with its scope, AUs in any spelling, None where no emotion is said; a
structured answer's labels are taken as they stand. An AU counts in the mean wherever its F1 is defined
(it is in the truth or in an answer), a label's F1 is 2TP / (2TP + FP + FN), ROUGE-L comes from the
maintained package `rouge-score`, and an empty answer counts 0 there. Not covered: whether a rationale is
true of the picture; ROUGE sees words only.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from model.tasks import TASKS, ActionUnits
from model.tasks.au_codes import asserted
from model.tasks.negation import denied_before
from train.bench import labels
from train.bench.outcome import Outcome, align, confusion, counts, indicator, mean_rouge
from train.bench.paper import read_emotion_label
from train.bench.structured import Absent, Answer, flat, labels_of, text_of
from train.bench.tables import EMOTIONS, columns_for, dataset_for

__all__ = [
    "figures",
    "outcome",
    "read_action_units",
    "read_emotion",
    "read_emotion_label",
    "read_label",
    "rouge_l",
    "score",
    "summary",
    "without_negated_sentences",
]

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\s*\n\s*")


def without_negated_sentences(text: str) -> str:
    """Return the text less each sentence that denies something and asserts no label, joined by blanks."""
    return " ".join(each for each in _SENTENCE_END.split(text) if each and not _only_denies(each))


def _only_denies(sentence: str) -> bool:
    return denied_before(sentence) and read_emotion(sentence) is None and not asserted(sentence)


def read_emotion(answer: Answer) -> str | None:
    """Return the emotion that an answer says, None where it says none."""
    said = labels_of(answer, "emotion")
    if isinstance(said, Absent):
        return TASKS["emotion"].parse(text_of(answer))
    return TASKS["emotion"].parse(said) if isinstance(said, str) else None


def read_action_units(answer: Answer, dataset: str) -> list[str]:
    """Return the data set's AUs that an answer says are there, in the order of its columns."""
    columns = dataset_for("au", dataset).columns
    said = labels_of(answer, "au")
    if isinstance(said, Absent):
        return list(ActionUnits(columns).parse(text_of(answer)))
    # What a model calls an AU and isn't one is its mistake, not the file's: it says nothing.
    present = {code for each in flat(said) for code in ActionUnits(columns).parse(each)}
    return [code for code in columns if code in present]


def read_label(label: object, dataset: str) -> list[str]:
    """Return the data set's AUs in a truth label, in column order; BenchError for what is no AU."""
    present = set(labels.action_units(label))
    return [code for code in dataset_for("au", dataset).columns if code in present]


def rouge_l(reference: str, answer: Answer) -> float | None:
    """Return ROUGE-L F in 0..1 as `rouge-score` has it, without stemming; None without a reference text."""
    if not reference.strip():
        return None
    return _scorer().score(reference, text_of(answer))["rougeL"].fmeasure


@cache
def _scorer():
    # Imported on first use: it loads nltk, which reading labels alone does not need.
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"])


def outcome(task: str, dataset: str, truth: Sequence[Mapping], answers: Mapping[str, Answer]) -> Outcome:
    """Read every answer; arguments as for `score`."""
    columns = columns_for(task, dataset)
    ids, given, groups = align(truth, answers)
    pairs = list(zip(truth, ["" if answer is None else answer for answer in given], strict=True))
    scores = [rouge_l(entry.get("gpt4") or "", answer) for entry, answer in pairs]
    if task == "au":
        wanted = indicator([read_label(entry["label"], dataset) for entry in truth], columns)
        said = indicator([read_action_units(answer, dataset) for _, answer in pairs], columns)
    else:
        wanted = np.array([EMOTIONS.index(read_emotion_label(entry["label"])) for entry in truth])
        read = [read_emotion(answer) for _, answer in pairs]
        said = np.array([-1 if emotion is None else EMOTIONS.index(emotion) for emotion in read])
    return Outcome(
        scorer="corrected",
        task=task,
        dataset=dataset,
        ids=ids,
        columns=columns,
        truth=wanted,
        said=said,
        rouge=np.array([np.nan if each is None else each for each in scores]),
        groups=groups,
        missing=tuple(name for name, answer in zip(ids, given, strict=True) if answer is None),
    )


def per_label(read: Outcome, weights: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Return F1, precision, recall and balanced accuracy of each label: (B, K), 0..1, NaN where undefined."""
    tn, fp, fn, tp = counts(read, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, specificity = tp / (tp + fn), tn / (tn + fp)
        return {
            "F1": 2 * tp / (2 * tp + fp + fn),
            "precision": tp / (tp + fp),
            "recall": recall,
            "balanced_accuracy": (recall + specificity) / 2,
        }


def figures(read: Outcome, weights: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Return the headline figures, each (B,) in 0..100, under B weightings; NaN where nothing is left.

    Balanced accuracy: for AUs the mean over AUs of (recall + specificity) / 2, for emotions mean recall.
    """
    if weights is None:
        weights = np.ones((1, len(read.ids)))
    each = per_label(read, weights)
    macro = 100 * _mean(each["F1"])
    generation = 100 * mean_rouge(read, weights)
    if read.task == "au":
        _, fp, fn, tp = (tally.sum(axis=1) for tally in counts(read, weights))
        micro = 100 * 2 * tp / np.where(tp + fp + fn > 0, 2 * tp + fp + fn, np.nan)
        recognition, more = macro, {"micro_F1": micro}
        balanced = 100 * _mean(each["balanced_accuracy"])
    else:
        recognition = 100 * (weights @ (read.truth == read.said)) / weights.sum(axis=1)
        more = {"macro_F1": macro}
        balanced = 100 * _mean(each["recall"])
    return {
        "S_re": recognition,
        "S_ge": generation,
        "S_rege": recognition + generation,
        **more,
        "balanced_accuracy": balanced,
    }


def _mean(values: np.ndarray) -> np.ndarray:
    """The mean of each row's defined values, NaN where there is none."""
    defined = ~np.isnan(values)
    total = defined.sum(axis=1)
    return np.where(defined, values, 0).sum(axis=1) / np.where(total > 0, total, np.nan)


def score(task: str, dataset: str, truth: Sequence[Mapping], answers: Mapping[str, Answer]) -> dict:
    """Score answers (id -> text, or id -> mapping with labels) against the evaluation JSON's entries.

    Figures as of `figures`, None where undefined; `per_AU` or `per_emotion` with F1, precision, recall and
    support; for emotions the confusion, rows truth, last column "none said". Raises BenchError as the
    paper's scorer does, and for labels that are no AU.
    """
    return summary(outcome(task, dataset, truth, answers))


def summary(read: Outcome) -> dict:
    """Return `score`'s result for an outcome of this scorer."""
    each = per_label(read)
    tn, fp, fn, tp = (tally[0].astype(int) for tally in counts(read))
    table = {
        name: {key: _number(values[0, i]) for key, values in each.items()}
        | {"support": int(tp[i] + fn[i]), "confusion": [[int(tn[i]), int(fp[i])], [int(fn[i]), int(tp[i])]]}
        for i, name in enumerate(read.columns)
    }
    result = {
        "scorer": "corrected",
        "task": read.task,
        "dataset": read.dataset,
        **{name: _number(values[0]) for name, values in figures(read).items()},
        "faces": len(read.ids),
        "missing": list(read.missing),
        "n_rouge": int((~np.isnan(read.rouge)).sum()),
    }
    if read.task == "au":
        undefined = [name for name, row in table.items() if row["F1"] is None]
        return result | {"per_AU": table, "undefined": undefined}
    silent = [name for name, said in zip(read.ids, read.said, strict=True) if said < 0]
    return result | {"per_emotion": table, "confusion": confusion(read).tolist(), "none_said": silent}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
