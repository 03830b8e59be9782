"""Labels and a person's rationale to the answer that the model shall give.

The person's text is learned where `TASKS[task].parse` reads the same labels in it; where it says others, or
names none, the answer is made from the labels by `TASKS[task].format`, and the row says so. An emotion that
is "cant_tell" gives no row. An action unit that is not visible, or that the data set never coded, is asserted
neither way: it is not in the text, and the place where the list goes on without it teaches nothing
(`train.corpus.decisions`). Intensity and side are not in the answers.
"""

from collections.abc import Mapping
from typing import Any

from model.tasks import TASKS
from train.corpus.decisions import undecided_spans
from train.corpus.rows import Row

CANT_TELL = "cant_tell"


def make_row(
    task: str,
    picture: str,
    labels: Mapping[str, Any],
    rationales: Mapping[str, str] | None = None,
    box: tuple[float, float, float, float] | None = None,
) -> Row | None:
    """Return the row of a task for a face's labels (as `Annotation.labels` has them), or None where the
    labels say nothing that can be learned about it.
    """
    text = str((rationales or {}).get(task) or "").strip()
    said = labels.get(task)
    if task == "emotion":
        if said not in TASKS[task].labels:
            return None
        written = TASKS[task].parse(text) == said
        answer = text if written else TASKS[task].format(said)
        return Row(picture, task, TASKS[task].question, answer, _how(written), box=box)
    present, unseen = split_states(said if isinstance(said, Mapping) else {})
    if len(unseen) == len(TASKS[task].labels):
        return None
    written = bool(text) and TASKS[task].parse(text) == present
    spans = undecided_spans(text, unseen) if written else None
    if spans is None:
        # Also where the person's text agrees, but has no place that decides against an unseen AU alone.
        written = written and not unseen
        answer = text if written else TASKS[task].format(present)
        spans = undecided_spans(answer, unseen) if unseen else ()
    else:
        answer = text
    return Row(picture, task, TASKS[task].question, answer, _how(written), spans or (), box)


def split_states(states: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (present, neither present nor absent) of {"AU12": {"state": "present"}, ...}, both of the
    task's labels and in their order; an AU that is not mentioned is neither.
    """
    said = {
        code: state.get("state") if isinstance(state, Mapping) else state for code, state in states.items()
    }
    labels = TASKS["au"].labels
    present = tuple(code for code in labels if said.get(code) == "present")
    return present, tuple(code for code in labels if said.get(code) not in ("present", "absent"))


def _how(written: bool) -> str:
    return "rationale" if written else "labels"
