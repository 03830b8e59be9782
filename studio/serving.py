"""The one model that answers, shared by all visitors, and how it is exchanged for another while the page
runs.

A choice names folders or hub ids; loading one either replaces the model as a whole or changes nothing. What
is in use is one value: whoever took it goes on with it to the end of an answer, whatever is exchanged
meanwhile. Which promoted adapter is to be in use: `studio.following`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from threading import Lock
from typing import Any

from db.predictions import revision_key
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

    @property
    def names_adapter(self) -> bool:
        """Whether somebody named an adapter, which then serves whatever is promoted."""
        return bool(self.adapter or self.adapter_au or self.adapter_emotion)


@dataclass(frozen=True)
class InUse:
    """The predictor that answers, the choice that led to it, and the promotions that it follows.

    promoted: task -> id of the promotion whose adapter (or base alone) answers it.
    """

    choice: Choice
    predictor: Any
    promoted: Mapping[str, int] = field(default_factory=dict)


class Serving:
    """Holds the predictor in use. `build` turns a Choice into a predictor and raises EmolaError where it
    cannot.
    """

    def __init__(self, build: Callable[[Choice], Any], choice: Choice, first: InUse | None = None):
        self.build = build
        self.now = first or InUse(choice, build(choice))
        self._lock = Lock()

    @property
    def predictor(self) -> Any:
        """What answers now. Take it once for an answer: it may be another the next time."""
        return self.now.predictor

    @property
    def revision(self) -> str:
        """The key of what answers now, as predictions are marked with it (`Prediction.revision`)."""
        return revision_key(self.now.predictor.revisions)

    @property
    def choice(self) -> Choice:
        """What somebody chose; promoted adapters are not in it."""
        return self.now.choice

    def load(self, choice: Choice) -> ModelStatus:
        """Exchange the predictor; the one in use stays if the new one cannot be built."""
        choice = choice.stripped()
        new = InUse(choice, self.build(choice))
        with self._lock:
            self.now = new
        return self.status

    def exchange(self, before: InUse, after: InUse) -> bool:
        """Put one model in another's place; False, and nothing changes, where that one is not in use any
        more.
        """
        with self._lock:
            if self.now is not before:
                return False
            self.now = after
            return True

    @property
    def status(self) -> ModelStatus:
        """Who answers now."""
        now = self.now
        mini = not now.choice.base
        # Two parts: the converter calls every base model's folder "base", and hub ids are owner/name.
        name = "mini" if mini else "/".join(now.choice.base.strip("/").split("/")[-2:])
        known = now.predictor.revisions
        adapters = [known.get(f"adapter_{task}") for task in now.promoted]
        revision = str(next(filter(None, adapters), None) or known.get("base") or "")
        return ModelStatus(name, _short(revision), now.choice.device.upper(), demonstration=mini)


def _short(revision: str) -> str:
    """A revision as people read it aloud: "revision 3f9a2c1" of a long hash, nothing of nothing."""
    return f"revision {revision.rsplit('@', 1)[-1][:7]}" if revision else ""
