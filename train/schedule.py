"""Makes or updates the scheduled Hugging Face Job that lets a studio learn from its corrections.

    python -m train.schedule --space team/studio --cron "0 3 * * *"         # each night at 3, UTC
    python -m train.schedule --space team/studio --print                    # what would be made
    python -m train.schedule --space team/studio --flavor a100-large --timeout 6h -- --min-new 200

What follows `--` is for `train.job`, which takes what `train.retrain` takes. The job runs the Space's code at
the commit that it has now (or --revision); called again, it is made anew from what is then said, in the place
of the one before. It reads the studio's events (EMOLA_HUB_DATA) and writes a private model repository
(EMOLA_HUB_MODELS) with EMOLA_JOB_TOKEN, or with the studio's own token; a studio with EMOLA_HUB_MODELS takes
what comes of it over. Exit status: 0, or 1 where nothing could be made. Standard output is JSON; no secret is
ever printed.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from huggingface_hub import HfApi, JobHardware

from db.errors import DataError, HubError
from model.errors import EmolaError
from train import job
from train.jobs import checks, hub
from train.jobs.plan import COMMIT, LATER, Asked, commit_of, look, pinned_base, require_code, spec_of
from train.jobs.spec import IMAGE, Spec


def parser(space: str = "") -> argparse.ArgumentParser:
    """Return the command's arguments. space: the one that this runs in."""
    made = argparse.ArgumentParser(prog="python -m train.schedule", description=__doc__.partition("\n")[0])
    made.add_argument(
        "--space", default=space, help="the studio's Space, owner/name, whose code the job runs"
    )
    made.add_argument("--revision", default="", help="its commit, branch or tag (default the newest commit)")
    made.add_argument("--cron", default="0 3 * * *", help="when, in UTC (default '0 3 * * *', each night)")
    made.add_argument(
        "--flavor", default="", help="machine (default t4-small for the mini, else l40sx1); 'list' lists them"
    )
    made.add_argument("--timeout", default="2h", help="after which it is stopped: 90m, 6h (default 2h)")
    made.add_argument("--namespace", default="", help="who pays (default the model repository's owner)")
    made.add_argument("--image", default=IMAGE, help=f"image with Python and apt (default {IMAGE})")
    made.add_argument(
        "--secret", action="append", default=[], metavar="NAME", help="variable of here that it gets as well"
    )
    made.add_argument("--print", action="store_true", help="print what would be made, and make nothing")
    made.add_argument("arguments", nargs="*", help="after --: for train.job")
    return made


def main(given: Sequence[str] | None = None) -> int:
    """Make the job, or say what would be made; return the exit status."""
    import settings

    values = settings.read()
    args = parser(values["space"]).parse_args(given)
    job.parser().parse_args(args.arguments)  # a wrong one is told now, not at night
    api = HfApi(token=values["hub_token"] or None)
    try:
        if args.flavor == "list":
            print(json.dumps(hub.flavors(api), indent=1))
            return 0
        told = told_by(args, values, api)
    except (DataError, EmolaError) as error:
        print(f"train.schedule: {error}", file=sys.stderr)
        return 1
    print(json.dumps(told, indent=1, ensure_ascii=False))
    return 0


def told_by(args: argparse.Namespace, values: Mapping[str, str], api: HfApi) -> dict[str, Any]:
    """Make the job that arguments and settings ask for; return what it is, and what it replaced."""
    checks.next_runs(args.cron)
    asked = Asked(
        space=args.space,
        revision=args.revision,
        namespace=args.namespace,
        cron=args.cron,
        flavor=args.flavor,
        timeout=checks.seconds(args.timeout),
        image=args.image,
        secret_names=tuple(args.secret),
        arguments=tuple(args.arguments),
    )
    spec = spec_of(asked, values)
    if args.print:
        return _preview(api, spec, values["hub_token"])
    if not values["hub_token"]:
        raise DataError("To make the job needs a token of the hub. Set HF_TOKEN to one with write access.")
    checks.require_flavor(spec.flavor, hub.flavors(api))
    spec = _pinned(api, spec)
    look(api, spec, values["hub_token"], make=True)
    made = hub.place(api, spec)
    return {**spec.shown(), "id": made.id, "replaced": made.replaced, "paused": made.paused}


def _preview(api: HfApi, spec: Spec, token: str) -> dict[str, Any]:
    """Return what would be made; where the hub is away or there is no token, as far as it is known here."""
    try:
        if not token:
            raise HubError("The hub was not asked, since there is no token (HF_TOKEN).")
        checks.require_flavor(spec.flavor, hub.flavors(api))
        spec = _pinned(api, spec)
        look(api, spec, token, make=False)
        return {**spec.shown(), "replaces": [job.id for job in hub.existing(api, spec)]}
    except HubError as error:
        if not error.passing:
            raise
        print(f"train.schedule: {error}", file=sys.stderr)
        checks.require_flavor(spec.flavor, [one.value for one in JobHardware])
        return spec.shown()


def _pinned(api: HfApi, spec: Spec) -> Spec:
    """Return the job with the commits that its Space and its base have now."""
    revision = spec.revision if COMMIT.fullmatch(spec.revision) else None
    if revision is None:
        revision = commit_of(api, spec.space, "space", spec.revision if spec.revision != LATER else None)
    told = dict(spec.environment)
    if told.get("EMOLA_BASE"):
        told["EMOLA_BASE"] = pinned_base(api, told["EMOLA_BASE"])
    spec = replace(spec, revision=revision, environment=told)
    require_code(api, spec)
    return spec


if __name__ == "__main__":
    sys.exit(main())
