"""Which adapters are promoted, and a predictor with them that has proven itself.

A bundle is taken as it was made or not at all: every file has the hash that its manifest lists, it is the
revision that was promoted, it belongs to the base in use, and, loaded, the model's answers on three drawn
faces are those that its training wrote down: word for word in the precision and on the kind of device in
which they were written, else label for label, within `model.probes`' tolerance. The base is loaded anew
beside the one in use, so memory is needed for both; nothing is ever loaded into weights that answer, merged
or not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from db.models import Adapter
from db.runs import serving
from model import hub, manifest
from model.errors import EmolaError
from model.tasks import TASKS
from studio.serving import Choice
from studio.turns import turn


class NotProven(EmolaError):
    """The promoted adapter is not what its training made, or does not belong here; the old one goes on."""


@dataclass(frozen=True)
class Bundle:
    """An adapter's row: its id, revision and place, and the base that it belongs to."""

    id: int
    revision: str
    place: str
    base: str


@dataclass(frozen=True)
class Wanted:
    """What the database says should answer. promotions: task -> the promotion's id; bundles: task -> its
    adapter, None for the base alone.
    """

    promotions: Mapping[str, int]
    bundles: Mapping[str, Bundle | None]


def wanted(session: Session) -> Wanted:
    """Return what is promoted now; tasks that never had a promotion are left out."""
    rows = serving(session)
    bundles: dict[str, Bundle | None] = {}
    for task, row in rows.items():
        one = session.get(Adapter, row.adapter_id) if row.adapter_id is not None else None
        bundles[task] = Bundle(one.id, one.revision, one.uri, one.base_revision) if one else None
    return Wanted({task: row.id for task, row in rows.items()}, bundles)


def has_them(predictor: Any, of: Wanted) -> bool:
    """Return whether a predictor answers with exactly the adapters that are promoted."""
    known = predictor.revisions
    asked = {f"adapter_{task}": bundle.revision if bundle else None for task, bundle in of.bundles.items()}
    return all(known.get(name) == asked.get(name) for name in (f"adapter_{task}" for task in TASKS))


def build_proven(build: Callable[[Choice], Any], choice: Choice, of: Wanted, base: str | None = None) -> Any:
    """Return a predictor of a choice with the promoted adapters, proven.

    base: the revision of the base in use, where one is. Raises EmolaError: NotProven, or why it could not be
    loaded.
    """
    facts = {task: _facts(bundle, base) for task, bundle in of.bundles.items() if bundle}
    places = {f"adapter_{task}": of.bundles[task].place for task in facts}
    predictor = build(replace(choice, **places))
    if not has_them(predictor, of):
        raise NotProven(f"What was loaded is not what was promoted: {predictor.revisions}.")
    _require_same_answers(predictor, facts)
    return predictor


def _facts(bundle: Bundle, base: str | None) -> dict[str, Any]:
    """Return the manifest of a bundle whose files are what it lists. Raises EmolaError."""
    facts = manifest.verify(hub.fetch(bundle.place), "adapter")
    if facts["identity"] != bundle.revision:
        raise NotProven(
            f"{bundle.place} holds the adapter {facts['identity'][:12]}, not the promoted "
            f"{bundle.revision[:12]}. Put the promoted bundle back, or roll back."
        )
    if base is not None and base != bundle.base:
        raise NotProven(
            f"Revision {bundle.id} belongs to the base {bundle.base[:12]}; the base in use is {base[:12]}. "
            "Load its base in the settings, or roll back."
        )
    return facts


def _require_same_answers(predictor: Any, facts: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise NotProven where the answers on the probe faces are not those of the bundles' manifests."""
    from model.probes import probe_answers, probed_in, unlike  # late: it draws, which few studios need

    if not facts:
        return
    for task, known in facts.items():
        if not all(task in answers for answers in known.get("probes") or [{}]):
            raise NotProven(
                f"The manifest of the bundle for {task} has no answers on the probe faces, so nothing shows "
                "that it works. Train it with this version of EmoLA Studio."
            )
    with turn():
        found = probe_answers(predictor)
    for task, known in facts.items():
        exact = known.get("probed_in") == probed_in(predictor)
        if other := unlike(task, known["probes"], found, exact=exact):
            raise NotProven(
                f"On probe face {other.number} the model answers about {task}: {_start(other.found)} Its "
                f"training wrote down: {_start(other.told)} Train it again, or roll back."
            )


def _start(text: str) -> str:
    """Return the beginning of an answer, as a quotation."""
    words = " ".join(text.split())
    return f"“{words[:90]}{'…' if len(words) > 90 else ''}”."
