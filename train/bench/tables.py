"""The data sets of FABA-Bench: which AUs each codes, in label order, and over which its mean F1 is taken.

Source: paper 2404.05052, section 5, and the reference's tables. Emotion sets have FABA-Instruct's seven
labels in its order; that is also how the authors' evaluation files number RAF-DB's.
"""

from dataclasses import dataclass

from model.facs import FABA, codes
from model.tasks import TASKS
from train.bench.errors import BenchError

EMOTIONS = TASKS["emotion"].labels
TASK_NAMES = tuple(TASKS)


@dataclass(frozen=True)
class Dataset:
    """A data set: `columns` are the AUs that it codes, `scored` those in the mean; either may be empty."""

    name: str
    columns: tuple[str, ...] = ()
    scored: tuple[str, ...] = ()
    emotions: bool = False


_BP4D = codes(1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)
_DISFA = codes(1, 2, 4, 6, 9, 12, 25, 26)
_EMOTIONET = codes(1, 2, 4, 5, 6, 9, 12, 17, 20, 25, 26, 43)

DATASETS = {
    dataset.name: dataset
    for dataset in (
        Dataset("FABA", FABA, codes(1, 2, 4, 5, 6, 10, 12, 17, 24, 25, 26, 43), emotions=True),
        Dataset("BP4D", _BP4D, _BP4D),
        Dataset("DISFA", _DISFA, _DISFA),
        Dataset(
            "GFT",
            codes(1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 18, 20, 23, 24, 25, 26),
            codes(1, 2, 4, 6, 10, 12, 14, 15, 23, 24),
        ),
        Dataset("EmotioNet", _EMOTIONET, _EMOTIONET),
        Dataset("RAF-DB", emotions=True),
    )
}


def dataset_for(task: str, name: str) -> Dataset:
    """Return the data set; raises BenchError where there is none of that name or it lacks the task."""
    if task not in TASK_NAMES:
        raise BenchError(f"There is no task {task!r}. Allowed: {', '.join(TASK_NAMES)}.")
    allowed = [each.name for each in DATASETS.values() if (each.columns if task == "au" else each.emotions)]
    if name not in allowed:
        raise BenchError(f"Data set {name!r} has no labels for task {task}. Allowed: {', '.join(allowed)}.")
    return DATASETS[name]


def columns_for(task: str, dataset: str) -> tuple[str, ...]:
    """Return the labels over which the task's figure is taken: the scored AUs, or the emotions."""
    found = dataset_for(task, dataset)
    return found.scored if task == "au" else EMOTIONS
