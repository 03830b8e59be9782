"""The one model that answers, shared by all visitors, and how it is exchanged for another while the page
runs.

A choice names folders or hub ids; loading one either replaces the model as a whole or changes nothing.
Loading and answering share one queue on the page, so no answer is in progress while a model is exchanged.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from studio.page import ModelStatus


@dataclass(frozen=True)
class Choice:
    """Which model to load. Empty means: the built-in mini, no adapter, the expert that the adapter asks
    for.
    """

    base: str = ""
    adapter: str = ""
    adapter_au: str = ""
    adapter_emotion: str = ""
    expert: str = ""
    expert_model: str = ""
    device: str = "cpu"
    dtype: str = "float32"

    def stripped(self) -> "Choice":
        """The same choice without the blanks that pasting leaves around paths."""
        return Choice(**{field.name: str(getattr(self, field.name) or "").strip() for field in fields(self)})


class Serving:
    """Holds the predictor in use. `build` turns a Choice into a predictor and raises EmolaError where it
    cannot.
    """

    def __init__(self, build: Callable[[Choice], Any], choice: Choice):
        self._build = build
        self.choice = choice
        self.predictor = build(choice)

    def load(self, choice: Choice) -> ModelStatus:
        """Exchange the predictor; the one in use stays if the new one cannot be built."""
        choice = choice.stripped()
        self.predictor = self._build(choice)
        self.choice = choice
        return self.status

    @property
    def status(self) -> ModelStatus:
        """Who answers now."""
        mini = not self.choice.base
        # Two parts: the converter calls every base model's folder "base", and hub ids are owner/name.
        name = "mini" if mini else "/".join(self.choice.base.strip("/").split("/")[-2:])
        revision = str(self.predictor.revisions.get("base") or "")
        return ModelStatus(name, _short(revision), self.choice.device.upper(), demonstration=mini)


def _short(revision: str) -> str:
    """A revision as people read it aloud: "revision 3f9a2c1" of a long hash, nothing of nothing."""
    return f"revision {revision.rsplit('@', 1)[-1][:7]}" if revision else ""
