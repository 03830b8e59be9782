"""What an annotator says of a face, checked and made complete: the one form in which labels are stored.

A complete set names each task that the study asks, and of the action units every label column:

    {"emotion": "happiness", "au": {"AU1": {"state": "absent"},
                                    "AU12": {"state": "present", "intensity": "C", "side": "left"},
                                    "AU43": {"state": "not_visible"}, ...}}

`complete` also takes shorter forms: a list of the AUs that are present, a state instead of an object, and AUs
left out, which are absent. Tasks come from `model.tasks`: an exclusive one has one label or CANT_TELL, any
other a state for each label.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from model.tasks import TASKS
from studio.annotate.arguments import BadArgument, text, told

CANT_TELL = "cant_tell"
STATES = ("present", "absent", "not_visible")
INTENSITIES = ("A", "B", "C", "D", "E")
SIDES = ("left", "right", "both")
_ABSENT = {"state": "absent"}


def complete(labels: Any, tasks: Sequence[str]) -> dict[str, Any]:
    """Return the complete labels of a study's tasks. Raises BadArgument, which says what is wrong."""
    if not isinstance(labels, Mapping):
        raise BadArgument(f'labels is {told(labels)}. Give an object: {{"emotion": ..., "au": ...}}.')
    _refuse_others("labels", labels, tasks)
    if missing := [task for task in tasks if labels.get(task) is None]:
        raise BadArgument(
            f"labels has no {' and no '.join(missing)}, which this study asks for. Add it"
            + ("; an empty list says that no action unit is present." if "au" in missing else ".")
        )
    return {task: _one(task, labels[task]) for task in TASKS if task in tasks}


def present(labels: Mapping[str, Any] | None) -> list[str]:
    """Return the AUs that labels, complete or not, say are present, in the order of the label columns."""
    units = (labels or {}).get("au") or {}
    if isinstance(units, Mapping):
        states = {
            code: said.get("state") if isinstance(said, Mapping) else said for code, said in units.items()
        }
        units = [code for code, state in states.items() if state == "present"]
    if not isinstance(units, list | tuple):
        return []
    return [code for code in TASKS["au"].labels if code in units]


def texts(rationales: Any, tasks: Sequence[str]) -> dict[str, str] | None:
    """Return the rationales by task without the empty ones, None where there is none. Raises BadArgument."""
    if rationales is None:
        return None
    if not isinstance(rationales, Mapping):
        raise BadArgument(
            f'rationales is {told(rationales)}. Give an object: {{"emotion": text, "au": text}}.'
        )
    _refuse_others("rationales", rationales, tasks)
    said = {task: text(f"The rationale of {task}", rationales.get(task)) for task in tasks}
    return {task: words for task, words in said.items() if words and words.strip()} or None


def _one(task: str, value: Any) -> Any:
    names = TASKS[task].labels
    if not TASKS[task].exclusive:
        return _states(task, value)
    if not isinstance(value, str) or value not in (*names, CANT_TELL):
        raise BadArgument(f"{task} is {told(value)}. Allowed: {', '.join(names)}, {CANT_TELL}.")
    return value


def _states(task: str, value: Any) -> dict[str, dict[str, str]]:
    """Return a state for each label of a task that has several."""
    names = TASKS[task].labels
    if isinstance(value, list | tuple):
        value = {name if isinstance(name, str) else told(name): "present" for name in value}
    if not isinstance(value, Mapping):
        raise BadArgument(f"{task} is {told(value)}. Give a list of labels, or an object: label to state.")
    _refuse_others(task, value, names)
    return {name: _state(name, value[name]) if name in value else _ABSENT for name in names}


def _state(name: str, said: Any) -> dict[str, str]:
    if isinstance(said, str):
        said = {"state": said}
    if not isinstance(said, Mapping):
        raise BadArgument(f"{name} is {told(said)}. Give a state: {', '.join(STATES)}.")
    given = {part: value for part, value in said.items() if value not in (None, "")}
    _refuse_others(name, given, ("state", "intensity", "side"))
    for part, allowed in (("state", STATES), ("intensity", INTENSITIES), ("side", SIDES)):
        if (part in given or part == "state") and given.get(part) not in allowed:
            raise BadArgument(f"{name}: {part} is {told(given.get(part))}. Allowed: {', '.join(allowed)}.")
    if len(given) > 1 and given["state"] != "present":
        raise BadArgument(
            f"{name} is {given['state']}, so it has no intensity and no side. Leave them out, or say present."
        )
    return {part: given[part] for part in ("state", "intensity", "side") if part in given}


def _refuse_others(what: str, given: Mapping[str, Any], allowed: Sequence[str]) -> None:
    """Raise BadArgument where something is said under names that nobody asked for."""
    if unknown := [name for name in given if name not in allowed and given[name] not in (None, "")]:
        named = ", ".join(told(name) for name in unknown[:5])
        raise BadArgument(f"{what}: {named} is not asked for here. Allowed: {', '.join(allowed)}.")
