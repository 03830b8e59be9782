"""The stub's variables and secrets of Spaces, as huggingface_hub 2.4 sets them, and the hub's look at a card.

Secrets' values never come back. Of a card only what the configuration reference says of these fields is held.
"""

import re

from huggingface_hub import RepoCard

from tests.hub.routes import Refused, find

COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
SHORT = 60  # characters


def variable(request, name):
    """Set a variable, and tell all of them."""
    kept = _set(request, name, "variables")
    return 200, {key: {"key": key, "value": value} for key, value in kept.items()}, {}


def secret(request, name):
    """Set a secret."""
    _set(request, name, "secrets")
    return 200, {}, {}


def validate(request):
    """Say what is wrong with a README's front matter; only Spaces' is looked at."""
    asked = request.json()
    told = RepoCard(asked["content"], ignore_metadata_errors=True).data.to_dict()
    wrong = []
    if asked["repoType"] == "space":
        if told.get("sdk") not in ("gradio", "docker", "static"):
            wrong.append('"sdk" must be one of gradio, docker, static')
        for name in ("colorFrom", "colorTo"):
            if told.get(name, "gray") not in COLOURS:
                wrong.append(f'"{name}" must be one of {", ".join(sorted(COLOURS))}')
        if len(told.get("short_description", "")) > SHORT:
            wrong.append(f'"short_description" is longer than {SHORT} characters')
    return 400 if wrong else 200, {"errors": [{"message": one} for one in wrong], "warnings": []}, {}


def _set(request, name: str, what: str) -> dict[str, str]:
    find(request, "spaces", name, write=True)
    asked = request.json()
    if not re.fullmatch(r"[A-Za-z_]\w*", asked["key"]):
        raise Refused(400, f"{asked['key']} is not a name")
    kept = request.hub.space_settings.setdefault(name, {}).setdefault(what, {})
    kept[asked["key"]] = asked["value"]
    return kept


ROUTES = [
    ("POST", re.compile("/api/validate-yaml"), "beside", validate),
    ("POST", re.compile(r"/api/spaces/(?P<name>[^/]+/[^/]+)/variables"), "variable", variable),
    ("POST", re.compile(r"/api/spaces/(?P<name>[^/]+/[^/]+)/secrets"), "secret", secret),
]
