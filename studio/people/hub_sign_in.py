"""Sign-in with Hugging Face as the settings describe it: the app at the hub, who comes in, the addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from model.errors import EmolaError
from studio.people.admission import Admission
from studio.people.huggingface import Provider
from studio.people.origin import LOOPBACK

BEGIN = "/sign-in/huggingface"
BACK = f"{BEGIN}/back"
KIND = "huggingface"
"""Who vouches, as an annotator's row names it."""


class HubSignInUnsafe(EmolaError):
    """Sign-in with Hugging Face cannot be offered with these settings."""


@dataclass(frozen=True)
class HubSignIn:
    """What signs people in. `begins_at`: where the button leads; `mark`: put on each sign-in, so that those
    made under other settings end; `key`: signs what a browser keeps between here and the hub.
    """

    provider: Provider
    admission: Admission
    mark: str
    begins_at: str
    key: str

    @property
    def https(self) -> bool:
        """Whether people reach the studio by an encrypted connection."""
        return self.begins_at.startswith("https:")


def configured(values: Mapping[str, str], address: str) -> HubSignIn | None:
    """Return the sign-in that the settings describe, None where they name no app of the hub.

    `address`: at which people reach the studio. Raises HubSignInUnsafe, AdmissionUnclear.
    """
    app, secret, url = values["hub_app"], values["hub_app_secret"], values["hub_provider"].rstrip("/")
    if not app:
        return None
    if not secret:
        raise HubSignInUnsafe(
            "EMOLA_HUB_APP names an app of Hugging Face without its secret. Give EMOLA_HUB_APP_SECRET too; a "
            "Space with hf_oauth has both by itself."
        )
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise HubSignInUnsafe(
            f"EMOLA_HUB_PROVIDER is {url!r}: whoever is on the way could answer in its name. Give an "
            "https address."
        )
    root = address.rstrip("/")
    admission = Admission(values)
    return HubSignIn(
        Provider(app=app, secret=secret, scopes=values["hub_app_scopes"], url=url, back=root + BACK),
        admission,
        admission.mark(app),
        root + BEGIN,
        sha256(f"EmoLA Studio, between here and the hub: {secret}".encode()).hexdigest(),
    )
