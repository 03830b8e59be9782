"""What a scheduled job is to be: its image, its command, what it is told and which secrets it gets.

The job has nothing of this machine. Its command takes the code from the Space at one commit, installs what
that commit asks for, and does one round (`train.job`). Values of secrets never leave `secrets`.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from train.jobs.checks import next_runs

IMAGE = "python:3.11"
"""A plain one: PyTorch's wheels bring CUDA with them."""
LABEL = "emola-studio"
GRACE = 300
"""Seconds before its time is up at which a job ends by itself, so that it can still say so."""

_SCRIPT = """set -euo pipefail
pip install --quiet huggingface_hub=={hub}
hf download {space} --repo-type space --revision {revision} --local-dir studio --quiet
cd studio
apt-get update -qq && xargs -a packages.txt apt-get install -qq --yes --no-install-recommends
pip install --quiet -r requirements.txt -c constraints.txt
exec python -m train.job --end-after "$(({seconds} - SECONDS))s" {arguments}
"""


@dataclass(frozen=True)
class Spec:
    """A scheduled job. cron: five fields or a word of the hub's, UTC; timeout: seconds; revision: the Space's
    commit; models: the repository that it writes, by which it is known again; arguments: of `train.job`.
    """

    space: str
    revision: str
    models: str
    namespace: str
    cron: str
    flavor: str
    timeout: int
    image: str = IMAGE
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    arguments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The label by which the job is found again: one for each model repository. 100 characters at most,
        of those that the hub takes.
        """
        plain = re.sub(r"[^\w-]", "-", self.models, flags=re.ASCII)[:60]
        return f"emola-retrain-{plain}-{sha256(self.models.encode()).hexdigest()[:8]}"

    @property
    def labels(self) -> dict[str, str]:
        """What the hub keeps with the job."""
        return {LABEL: self.name}

    @property
    def command(self) -> list[str]:
        """What runs in the image."""
        script = _SCRIPT.format(
            hub=version("huggingface_hub"),
            space=shlex.quote(self.space),
            revision=shlex.quote(self.revision),
            seconds=self.timeout - GRACE,
            arguments=shlex.join(self.arguments),
        )
        return ["bash", "-c", script.rstrip()]

    def shown(self) -> dict[str, Any]:
        """Return what would be made, as JSON's types; of secrets the names only."""
        return {
            "name": self.name,
            "namespace": self.namespace,
            "cron": self.cron,
            "next_runs": [f"{moment:%Y-%m-%d %H:%M} UTC" for moment in next_runs(self.cron)],
            "flavor": self.flavor,
            "timeout_seconds": self.timeout,
            "image": self.image,
            "space": self.space,
            "revision": self.revision,
            "environment": dict(self.environment),
            "secrets": sorted(self.secrets),
            "labels": self.labels,
            "command": self.command,
        }
