"""The tasks: what can be asked of a face. Loads no torch: pages and data sets use labels too."""

from model.tasks.au import ActionUnits
from model.tasks.base import LabelSlot, Task
from model.tasks.emotion import Emotion

TASKS = {"emotion": Emotion(), "au": ActionUnits()}
"""Every task by name, in the order in which they are asked."""

__all__ = ["TASKS", "ActionUnits", "Emotion", "LabelSlot", "Task"]
