"""A private model repository on the hub: bundles, records of the rounds that made them, both models' answers.

    bundles/0a1b2c3d4e5f6071/           a bundle, by its revision: what it is, whatever was decided about it
    rounds/00000003-0a1b2c3d4e5f6071.json    see db.rounds.record
    answers/MODEL-QUESTIONS/answers.jsonl    what a model said about a set, as the Runs tab compares it
    README.md                           the card

Whoever trains writes, studios read. A bundle is there before the record that tells of it. Not covered:
repositories that are public or hold anything else; those are refused and left as they are.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import CommitOperationAdd

from db.errors import HubMoved, HubRefused
from db.hub import PrivateRepository
from db.rounds import record
from db.rounds.record import Record

KIND = "model"
TRIES = 5  # commits that others may make in between
_BUNDLE = r"bundles/[0-9a-f]{16}"
_PLACE = re.compile(rf"(?P<name>[\w.-]+/[\w.-]+)/{_BUNDLE}@[0-9a-f]{{40}}")
_KNOWN = re.compile(
    rf"{_BUNDLE}/[\w.-]+|answers/[0-9a-f]+-[0-9a-f]+/answers\.jsonl|README\.md|\.gitattributes"
)


@dataclass(frozen=True)
class Rounds:
    """What a repository holds at a commit: the names of its records, in order."""

    commit: str
    records: tuple[str, ...]


class ModelRepository(PrivateRepository):
    """One repository, `owner/name`. Raises HubRefused where the name or the token cannot be one."""

    def __init__(self, name: str, token: str, *, endpoint: str | None = None):
        super().__init__(name, token, KIND, endpoint=endpoint)

    def look(self, *, make: bool = False) -> Rounds:
        """Return what is there. make: the repository, where there is none. Raises HubRefused where it is
        public or holds foreign files, HubError where the hub cannot be asked.
        """
        commit = self.head(make=make)
        with self.talking():
            paths = [file.path for file in self.files(commit)]
        known = record.in_order(paths)
        strange = sorted(path for path in {*paths} - {*known} if not _KNOWN.fullmatch(path))
        if strange:
            raise HubRefused(
                f"{self.name} holds files that are not of EmoLA Studio's rounds, such as {strange[0]}. Name "
                "a repository that is empty or not there yet; this one is left as it is."
            )
        return Rounds(commit, tuple(known))

    def record(self, name: str, commit: str) -> Record:
        """Return a record. Raises SchemaError where it is not what it was, or of a newer version; HubRefused
        where its bundle is elsewhere.
        """
        found = record.read(self.read(name, commit), name)
        place = _PLACE.fullmatch(found.adapter.place) if found.adapter else None
        if found.adapter and (place is None or place["name"] != self.name):
            raise HubRefused(f"{name} names a bundle outside {self.name}. Nothing is taken over from it.")
        return found

    def put_bundle(self, folder: Path, revision: str) -> str:
        """Upload a bundle and return its place, a hub id that `model.hub` reads. Raises HubError."""
        inside = f"bundles/{revision[:16]}"
        files = {f"{inside}/{path.name}": path for path in sorted(folder.iterdir()) if path.is_file()}
        commit = self._add(lambda rounds: files, f"bundle {revision[:16]}")
        return f"{self.name}/{inside}@{commit}"

    def put_round(self, told: Record, answers: Mapping[str, Path], card: str) -> str:
        """Add a round's record, the answers by their places, and the card; return the record's name."""
        name = ""

        def files(rounds: Rounds) -> dict[str, Path | bytes]:
            nonlocal name
            if there := [one for one in rounds.records if record.is_of(one, told.data())]:
                name = there[0]  # the answer to an earlier try was lost
                return {}
            name = record.path(max(map(record.number, rounds.records), default=0) + 1, told.data())
            beside = {f"{place}/answers.jsonl": path for place, path in answers.items()}
            return {**beside, name: told.data(), "README.md": card.encode()}

        self._add(files, f"round: {told.state}")
        return name

    def _add(self, files: Callable[[Rounds], Mapping[str, Path | bytes]], message: str) -> str:
        """Add files in one commit onto what is there, whoever else commits; return the commit."""
        for tries_left in reversed(range(TRIES)):
            rounds = self.look(make=True)
            operations = [CommitOperationAdd(path, data) for path, data in files(rounds).items()]
            if not operations:
                return rounds.commit
            try:
                with self.talking():
                    done = self.api.create_commit(
                        self.name,
                        operations,
                        commit_message=message,
                        repo_type=KIND,
                        parent_commit=rounds.commit,
                    )
                return done.oid
            except HubMoved:
                if not tries_left:
                    raise
        raise AssertionError("the last try returns or raises")
