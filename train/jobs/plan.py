"""From settings and arguments to the job that they ask for, each part looked at on the hub where it can be.

Commits are pinned: the Space's (the code) and the base model's, so that a job does tomorrow what it would do
today. Not covered: whether the job's token may do what the job does; the hub tells it when it runs.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import HfApi

from db.errors import DataError, HubRefused
from db.hub import PrivateRepository, hub_error
from db.rounds.repository import ModelRepository
from db.session import normal_url
from train.jobs.checks import BadSchedule
from train.jobs.spec import IMAGE, Spec

COMMIT = re.compile(r"[0-9a-f]{40}")
_HUB_ID = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)+(@[\w./-]+)?")
LATER = "the newest commit when the job is made"
ENTRY = "train/job.py"


@dataclass(frozen=True)
class Asked:
    """What a person asks for. space: whence the code; revision: "" for its newest commit; secret_names: more
    environment variables that the job gets as secrets; arguments: of `train.job`.
    """

    space: str
    revision: str
    namespace: str
    cron: str
    flavor: str
    timeout: int
    image: str = IMAGE
    secret_names: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


def spec_of(asked: Asked, values: Mapping[str, str], environment: Mapping[str, str] = os.environ) -> Spec:
    """Return the job as it is asked for, nothing asked of the hub. Raises BadSchedule, DataError."""
    lacking = [
        words
        for words, given in (
            ("the Space whose code it runs (--space owner/name)", asked.space),
            (
                "the private model repository that it writes (EMOLA_HUB_MODELS=owner/name)",
                values["hub_models"],
            ),
        )
        if not given
    ]
    if lacking:
        raise BadSchedule(f"To make the job, say {' and '.join(lacking)}.")
    told = {"EMOLA_HUB_MODELS": values["hub_models"]}
    secrets = {"HF_TOKEN": values["job_token"] or values["hub_token"]}
    if values["hub_data"]:
        told["EMOLA_HUB_DATA"] = values["hub_data"]
    else:
        secrets["EMOLA_DATABASE"], told["EMOLA_PICTURES"] = _shared(values)
    for name in ("base", "adapter", "expert"):
        if values[name]:
            told[f"EMOLA_{name.upper()}"] = values[name]
            _require_elsewhere(name, values[name])
    for name in asked.secret_names:
        if not environment.get(name):
            raise BadSchedule(f"--secret names {name}, which is not set here. Set it, or leave it out.")
        secrets[name] = environment[name]
    return Spec(
        space=asked.space,
        revision=asked.revision or LATER,
        models=values["hub_models"],
        namespace=asked.namespace or values["hub_models"].split("/")[0],
        cron=asked.cron,
        flavor=asked.flavor or ("l40sx1" if values["base"] else "t4-small"),
        timeout=asked.timeout,
        image=asked.image,
        environment=told,
        secrets=secrets,
        arguments=asked.arguments,
    )


def look(api: HfApi, spec: Spec, token: str, *, make: bool) -> None:
    """Look at the repositories that the job reads and writes. make: the latter, where there is none.

    Raises HubRefused where one is public or holds foreign files, HubError where it cannot be seen.
    """
    if data := spec.environment.get("EMOLA_HUB_DATA"):
        PrivateRepository(data, token, "dataset", endpoint=api.endpoint).head()
    models = ModelRepository(spec.models, token, endpoint=api.endpoint)
    if make or _is_there(api, spec.models):
        models.look(make=make)


def commit_of(api: HfApi, name: str, kind: str, revision: str | None) -> str:
    """Return the commit that a revision is now. Raises HubError."""
    try:
        return api.repo_info(name, repo_type=kind, revision=revision).sha or ""
    except Exception as error:  # the library's failures have no common base
        raise hub_error(error, name) from error


def require_code(api: HfApi, spec: Spec) -> None:
    """Raise HubRefused where the Space at the pinned commit cannot do the job."""
    try:
        found = api.get_paths_info(spec.space, [ENTRY], repo_type="space", revision=spec.revision)
    except Exception as error:  # the library's failures have no common base
        raise hub_error(error, spec.space) from error
    if not found:
        raise HubRefused(
            f"The Space {spec.space} has no {ENTRY} at {spec.revision[:12]}: it is not EmoLA Studio, or is "
            "of before there were jobs. Publish this version to it first."
        )


def pinned_base(api: HfApi, place: str) -> str:
    """Return a base model's hub id with the commit that it is now."""
    name, _, revision = place.partition("@")
    if COMMIT.fullmatch(revision):
        return place
    return f"{name}@{commit_of(api, name, 'model', revision or None)}"


def _is_there(api: HfApi, name: str) -> bool:
    try:
        return api.repo_exists(name)
    except Exception as error:  # the library's failures have no common base
        raise hub_error(error, name) from error


def _shared(values: Mapping[str, str]) -> tuple[str, str]:
    """(the database's URL, the pictures' address) of a studio whose job works on its very database."""
    if normal_url(values["database"]).get_backend_name() == "sqlite":
        raise DataError(
            "The job cannot see the studio's data. Set EMOLA_HUB_DATA to the private repository that the "
            "studio writes, or EMOLA_DATABASE to a PostgreSQL server that the job can reach. On a machine of "
            "your own, python -m train.retrain needs neither; see deploy/."
        )
    if "://" not in values["pictures"]:
        raise DataError(
            f"The job cannot see the folder {values['pictures']}. Keep the pictures at an address that it "
            "can reach, such as EMOLA_PICTURES=s3://bucket/pictures, and give its keys by --secret."
        )
    return values["database"], values["pictures"]


def _require_elsewhere(name: str, place: str) -> None:
    """Raise BadSchedule for a place that only this machine has."""
    if name != "expert" and (Path(place).exists() or not _HUB_ID.fullmatch(place)):
        raise BadSchedule(
            f"EMOLA_{name.upper()} is {place}, a folder of this machine, which the job cannot see. Put it "
            "into a private repository on the hub and name that: owner/name or owner/name@revision."
        )
