"""How the paper's scorer reads AUs, and what it makes of a confusion matrix: as published, defects included.

Answers: "AU" and digits, case-sensitive, so that "AU 12", "au12" and "AU06" give nothing, "AU12+25" gives
12, and a denied AU counts as present. Labels: numbers between ", " exactly. F1 is 0 without a true
positive; an AU whose truth and answers are all one value is dropped from the mean.
"""

import re

import numpy as np

from train.bench.tables import dataset_for

_CODE = re.compile(r"AU(\d+)")


def read_action_units(text: str, dataset: str) -> list[str]:
    """Return the data set's AUs that the paper's rules read in an answer, in the order of its columns."""
    said = {f"AU{number}" for number in _CODE.findall(text)}
    return [code for code in dataset_for("au", dataset).columns if code in said]


def read_label(label: str, dataset: str) -> list[str]:
    """Return the AUs that the paper's rules read in a label string such as "1, 2, 25", in column order.

    What is not one of the data set's numbers between ", " is passed over in silence: "1,2" gives nothing.
    """
    present = {f"AU{number}" for number in str(label).split(", ")}
    return [code for code in dataset_for("au", dataset).columns if code in present]


def dropped(tn: np.ndarray, fp: np.ndarray, fn: np.ndarray, tp: np.ndarray) -> np.ndarray:
    """Return where truth and answers are all one value, of counts of any shape."""
    return (fp + fn == 0) & ((tp == 0) | (tn == 0))


def f1(fp: np.ndarray, fn: np.ndarray, tp: np.ndarray) -> np.ndarray:
    """Return F1 in 0..1, of counts of any shape; 0 where there is no true positive."""
    hits = np.where(tp == 0, 1, tp)
    precision, recall = hits / (hits + fp), hits / (hits + fn)
    return np.where(tp == 0, 0.0, 2 * precision * recall / (precision + recall))


def f1_and_accuracy(confusion: list[list[int]]) -> tuple[float, float]:
    """Return (F1, accuracy), in 0..1, of one AU's [[TN, FP], [FN, TP]]."""
    (tn, fp), (fn, tp) = confusion
    return float(f1(np.array(fp), np.array(fn), np.array(tp))), (tn + tp) / (tn + fp + fn + tp)
