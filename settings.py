"""Every setting of the studio: the environment variable, its default, what it does. Read by entry points
only.

Empty means what the help says of it. `read()` returns the values as text, in the order of the table.
"""

import os
from collections.abc import Mapping
from typing import NamedTuple


class Setting(NamedTuple):
    """One environment variable. `fallback` is another variable that counts where this one is not set."""

    name: str
    default: str
    help: str
    fallback: str = ""


SETTINGS = (
    Setting(
        "EMOLA_BASE", "", "Base model: a folder or hub id (name@revision). Empty: the built-in mini EmoLA."
    ),
    Setting("EMOLA_ADAPTER", "", "One adapter for both questions: a folder or hub id. Empty: none."),
    Setting(
        "EMOLA_ADAPTER_AU",
        "",
        "The adapter that answers about action units, where there is one for each question.",
    ),
    Setting(
        "EMOLA_ADAPTER_EMOTION",
        "",
        "The adapter that answers about emotion, where there is one for each question.",
    ),
    Setting(
        "EMOLA_EXPERT",
        "",
        "Landmark expert: mini, face_alignment or insightface_106. Empty: what the adapter needs.",
    ),
    Setting(
        "EMOLA_EXPERT_MODEL",
        "",
        "Path of InsightFace's 2d106det.onnx, for insightface_106 (non-commercial weights).",
    ),
    Setting("EMOLA_DEVICE", "cpu", "Where the model computes: cpu, cuda, cuda:1, mps."),
    Setting(
        "EMOLA_ZERO_GPU",
        "no",
        "yes: a GPU is lent for each answer (a ZeroGPU Space says so itself); EMOLA_DEVICE is in there.",
        "SPACES_ZERO_GPU",
    ),
    Setting("EMOLA_DTYPE", "float32", "In what it computes: float32, bfloat16, float16."),
    Setting("EMOLA_AU_ONLY", "no", "yes: the page starts in AU-only mode, in which no emotion is asked for."),
    Setting(
        "EMOLA_CHANGE_MODEL",
        "auto",
        "Who may load another model from the page: yes, no; auto: on this computer, not with PostgreSQL.",
    ),
    Setting(
        "EMOLA_DATABASE",
        "sqlite:///data/emola.db",
        "Where everything is kept: a SQLite file on a local disk, or postgresql://user:password@host/name.",
        "DATABASE_URL",
    ),
    Setting(
        "EMOLA_PICTURES", "data/pictures", "Where faces' pictures are kept: a folder, or any fsspec URL."
    ),
    Setting(
        "EMOLA_ACCOUNTS",
        "auto",
        "yes: people sign in; no: one user, who may do everything; auto: no on this computer only, else yes.",
    ),
    Setting(
        "EMOLA_HUB_DATA",
        "",
        "A private dataset repository, owner/name: all writing is sent there, an empty disk filled from it.",
    ),
    Setting("EMOLA_HUB_TOKEN", "", "The hub's token for it, with write access.", "HF_TOKEN"),
    Setting("EMOLA_HUB_EVERY", "60", "Seconds between two sendings; the hub takes about 128 an hour."),
    Setting(
        "EMOLA_HUB_NAME",
        "",
        "As whom this studio holds the repository. Empty: the Space's name, else this computer's.",
        "SPACE_ID",
    ),
    Setting(
        "EMOLA_HUB_TAKE_OVER",
        "no",
        "yes: write although another studio has not let go of the repository, because it is gone for good.",
    ),
    Setting(
        "EMOLA_HUB_MODELS",
        "",
        "A private model repository, owner/name, that the scheduled job fills: what it promotes serves here.",
    ),
    Setting(
        "EMOLA_JOB_TOKEN",
        "",
        "The scheduled job's own token: reads the data, writes the models. Empty: EMOLA_HUB_TOKEN.",
    ),
    Setting(
        "EMOLA_SPACE",
        "",
        "The Space that this is, owner/name, as it says itself; its disk lasts until its next restart.",
        "SPACE_ID",
    ),
    Setting(
        "EMOLA_HUB_ADMINS",
        "",
        "Who signs in with Hugging Face as admin: names there. Empty: on a Space, its owner.",
        "SPACE_AUTHOR_NAME",
    ),
    Setting(
        "EMOLA_HUB_REVIEWERS",
        "",
        "Who as reviewer: people, organisations (lab), or those with a role there (lab:write).",
    ),
    Setting("EMOLA_HUB_ANNOTATORS", "", "Who as annotator. Who is in none of the three lists stays out."),
    Setting(
        "EMOLA_HUB_APP",
        "",
        "Client id of the OAuth app at the hub; a Space has one. Empty: no sign-in with Hugging Face.",
        "OAUTH_CLIENT_ID",
    ),
    Setting("EMOLA_HUB_APP_SECRET", "", "The app's secret.", "OAUTH_CLIENT_SECRET"),
    Setting(
        "EMOLA_HUB_APP_SCOPES",
        "openid profile",
        "What the app may ask for; read-memberships lets it see roles in organisations.",
        "OAUTH_SCOPES",
    ),
    Setting(
        "EMOLA_HUB_PROVIDER",
        "https://huggingface.co",
        "Who vouches: an OpenID provider's address.",
        "OPENID_PROVIDER_URL",
    ),
    Setting("EMOLA_MAX_UPLOAD_MB", "20", "Largest picture file that is taken, in MB."),
    Setting(
        "EMOLA_HOST",
        "127.0.0.1",
        "Address to listen at; 0.0.0.0 lets other computers in.",
        "GRADIO_SERVER_NAME",
    ),
    Setting("EMOLA_PORT", "7860", "Port to listen at.", "GRADIO_SERVER_PORT"),
    Setting(
        "EMOLA_ADDRESS",
        "",
        "The address by which people reach the studio, for links. Empty: http and the host and port above.",
        "SPACE_HOST",
    ),
    Setting(
        "EMOLA_LOG",
        "auto",
        "json: lines that name nobody; text: all of it; auto: text at a terminal, else json.",
    ),
    Setting(
        "EMOLA_METRICS",
        "",
        "Port for Prometheus on this computer only, or host:port. Empty: no metrics are given.",
    ),
)


def read(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """{"base": "", "device": "cpu", ...}: each setting by its variable's name without EMOLA_, in lower
    case.
    """
    values = {}
    for setting in SETTINGS:
        given = environment.get(setting.name) or (
            environment.get(setting.fallback) if setting.fallback else ""
        )
        values[setting.name.removeprefix("EMOLA_").lower()] = given or setting.default
    return values
