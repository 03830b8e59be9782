"""Publishes this checkout as a Hugging Face Space: the files that git tracks, in one commit.

    python -m deploy.space --repo owner/name
    python -m deploy.space --repo owner/name --variable EMOLA_HUB_DATA=owner/faces --secret HF_TOKEN
    python -m deploy.space --repo owner/name --dry-run

Through the hub's own library, since the hub refuses plain git pushes with binary files. A new Space is
private unless --public is given; one that is there must be the studio's, and what git no longer tracks is
removed from it. A secret's value is taken from the environment. Needs a token that may write: HF_TOKEN, or
`hf auth login`. Not covered: pausing a Space, or giving one that is there other hardware; its settings page
does both.
"""

import argparse
import os
from dataclasses import dataclass, field
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, get_token
from huggingface_hub.errors import RepositoryNotFoundError

from db.errors import DataError, HubRefused
from db.hub import PrivateRepository
from deploy import checkout

KIND = "space"
MARK = "studio/serve.py"
"""A file by which a Space is known to be a studio."""

THE_HUBS = (".gitattributes",)
MADE_BY_THE_HUB = (*THE_HUBS, "README.md")
"""What a Space has that was just made."""


@dataclass(frozen=True)
class Wishes:
    """How to publish. `hardware`: of a new Space, empty for the hub's default; `variables` are public."""

    public: bool = False
    hardware: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What publishing does: files to send, files to remove, the commit it follows ("" for a new Space)."""

    send: list[str]
    remove: list[str]
    parent: str


class Space(PrivateRepository):
    """A Space, `owner/name`, there or to be made."""

    def __init__(self, name: str, token: str, *, endpoint: str | None = None):
        super().__init__(name, token, KIND, endpoint=endpoint)

    def plan(self, tracked: list[str], ever: set[str], public: bool) -> Plan:
        """Return what is to be done. Raises HubRefused where the Space is something else, or more open than
        asked for, HubError where the hub cannot be asked.
        """
        with self.talking():
            try:
                info = self.api.repo_info(self.name, repo_type=KIND)
            except RepositoryNotFoundError:
                return Plan(tracked, [], "")
            if not (info.private or public):
                raise HubRefused(
                    f"The Space {self.name} is public. Make it private in its settings, or publish with "
                    "--public; it is left as it is."
                )
            there = {file.path for file in self.files(info.sha)}
        self._require_ours(there, {*tracked, *ever})
        return Plan(tracked, sorted(there - {*tracked, *THE_HUBS}), info.sha)

    def publish(self, plan: Plan, wishes: Wishes, root: Path, message: str) -> str:
        """Do it and return the Space's newest commit. Raises HubMoved where somebody was faster, HubError."""
        with self.talking():
            if not plan.parent:
                self._make(wishes)
            # Before the files, so that the first start has them.
            for name, value in wishes.variables.items():
                self.api.add_space_variable(self.name, name, value)
            for name, value in wishes.secrets.items():
                self.api.add_space_secret(self.name, name, value)
            return self.api.create_commit(
                self.name,
                [
                    *(CommitOperationAdd(path, root / path) for path in plan.send),
                    *(CommitOperationDelete(path) for path in plan.remove),
                ],
                commit_message=message,
                repo_type=KIND,
                parent_commit=plan.parent or None,
            ).oid

    def _make(self, wishes: Wishes) -> None:
        more = {"space_hardware": wishes.hardware} if wishes.hardware else {}
        self.api.create_repo(self.name, repo_type=KIND, space_sdk="gradio", private=not wishes.public, **more)

    def _require_ours(self, there: set[str], ours: set[str]) -> None:
        strange = sorted(there - ours - {*THE_HUBS})
        if there - {*MADE_BY_THE_HUB} and MARK not in there:
            strange = strange or sorted(there - {*MADE_BY_THE_HUB})
        if strange:
            raise HubRefused(
                f"The Space {self.name} holds {len(strange)} files that are not EmoLA Studio's, such as "
                f"{strange[0]}. Publish under another name, or remove them there; it is left as it is."
            )


def publish(
    space: Space,
    wishes: Wishes,
    root: Path = checkout.ROOT,
    *,
    dry_run: bool = False,
    dirty: bool = False,
) -> list[str]:
    """Publish a checkout, and return what was done in sentences. Raises DataError."""
    changed = checkout.changed(root)
    if changed and not (dirty or dry_run):
        raise checkout.CheckoutError(
            f"{len(changed)} files differ from the last commit, {changed[0]} first. Commit them, so that it "
            "can be told what is published, or give --dirty."
        )
    plan = space.plan(checkout.tracked(root), checkout.ever_tracked(root), wishes.public)
    message = f"EmoLA Studio at {checkout.commit(root)[:12]}{' with changes' if changed else ''}"
    where = "there already" if plan.parent else f"to be made, {'public' if wishes.public else 'private'}"
    removed = f", {len(plan.remove)} to remove ({', '.join(plan.remove[:5])})" if plan.remove else ""
    lines = [f"{space.name}, {where}: {message}, {len(plan.send)} files{removed}."]
    if dry_run:
        return [*lines, "Nothing was changed."]
    done = space.publish(plan, wishes, root, message)
    lines.append(
        f"Published as {done[:12]}; it is built and started: {space.api.endpoint}/spaces/{space.name}"
    )
    if "EMOLA_HUB_DATA" not in wishes.variables:
        lines.append("Unless EMOLA_HUB_DATA is set there, its disk forgets everything at each restart.")
    return lines


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    import settings

    parser = argparse.ArgumentParser(prog="python -m deploy.space", description=__doc__.splitlines()[0])
    parser.add_argument("--repo", required=True, metavar="OWNER/NAME", help="the Space")
    parser.add_argument("--public", action="store_true", help="let everybody see it (a new Space is private)")
    parser.add_argument("--hardware", default="", help="of a new Space, such as zero-a10g or t4-small")
    parser.add_argument("--variable", action="append", default=[], metavar="NAME=VALUE", help="set it there")
    parser.add_argument("--secret", action="append", default=[], metavar="NAME", help="from the environment")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    parser.add_argument("--dirty", action="store_true", help="publish what differs from the last commit too")
    options = parser.parse_args(arguments)
    try:
        wishes = Wishes(
            options.public, options.hardware, _variables(options.variable), _secrets(options.secret)
        )
        token = settings.read()["hub_token"] or get_token() or ""
        space = Space(options.repo, token)
        print("\n".join(publish(space, wishes, dry_run=options.dry_run, dirty=options.dirty)))
    except DataError as error:
        raise SystemExit(str(error)) from error


def _variables(given: list[str]) -> dict[str, str]:
    if wrong := [one for one in given if "=" not in one.strip("=")]:
        raise DataError(f"--variable {wrong[0]} has no value. Give NAME=VALUE.")
    return dict(one.split("=", 1) for one in given)


def _secrets(names: list[str]) -> dict[str, str]:
    if missing := [name for name in names if not os.environ.get(name)]:
        raise DataError(
            f"The environment has no {missing[0]}, whose value --secret is to take. Set it first."
        )
    return {name: os.environ[name] for name in names}


if __name__ == "__main__":
    main()
